/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"

void output_init(void)
{
    /* A message is one write(2), not one for each of its parts. */
    (void)setvbuf(stderr, NULL, _IOLBF, 0);
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The wrong direction: using it fails with EBADF, as if it were still closed. */
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(3);
    }
}

/* Why the first failing output_write() failed: the stream itself only remembers that. */
static int write_errno;

void output_write(const char *data, size_t len)
{
    if (fwrite(data, 1, len, stdout) != len && !write_errno)
        write_errno = errno;
}

int output_finish(struct cdi_error *err)
{
    static const char what[] = "cannot write to standard output";
    bool failed = ferror(stdout);
    int why = write_errno;

    errno = 0;
    /* Some filesystems tell of a full disk on close only. */
    if (fclose(stdout) == 0 && !failed)
        return 0;
    why = why ? why : errno;
    return why ? cdi_error_set_errno(err, why, "%s", what)
               : cdi_error_set(err, CDI_ERR_IO, "%s", what);
}

/* How many bytes of a control character, C0 or C1 in UTF-8, begin at p. */
static size_t control_length(const char *p)
{
    unsigned char c = (unsigned char)*p, next = c ? (unsigned char)p[1] : 0;

    if ((c && c < 0x20) || c == 0x7f)
        return 1;
    return c == 0xc2 && next >= 0x80 && next < 0xa0 ? 2 : 0;
}

void output_add_text(struct strbuf *out, const char *text)
{
    while (*text) {
        size_t n = control_length(text);

        if (!n)
            strbuf_addch(out, *text++);
        for (; n; n--)
            strbuf_printf(out, "\\x%02x", (unsigned char)*text++);
    }
}

void output_text(FILE *f, const char *text)
{
    while (*text) {
        size_t n = control_length(text);

        if (!n)
            (void)putc(*text++, f);
        for (; n; n--)
            (void)fprintf(f, "\\x%02x", (unsigned char)*text++);
    }
}

bool output_colours(FILE *f)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0 && isatty(fileno(f));
}

unsigned output_columns(FILE *f)
{
    struct winsize size;

    return ioctl(fileno(f), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static const char *const style_codes[] = {
    [STYLE_PLAIN] = "0",  [STYLE_ERROR] = "1;31", [STYLE_WARNING] = "1;33",
    [STYLE_ADDED] = "32", [STYLE_REMOVED] = "31", [STYLE_FAINT] = "2",
};

void output_add_styled(struct strbuf *out, enum output_style style, const char *text)
{
    if (style != STYLE_PLAIN)
        strbuf_printf(out, "\033[%sm", style_codes[style]);
    output_add_text(out, text);
    if (style != STYLE_PLAIN)
        strbuf_addstr(out, "\033[0m");
}

void output_styled(FILE *f, enum output_style style, const char *text)
{
    bool colour = style != STYLE_PLAIN && output_colours(f);

    if (colour)
        (void)fprintf(f, "\033[%sm", style_codes[style]);
    output_text(f, text);
    if (colour)
        (void)fputs("\033[0m", f);
}

/* A file that is no regular one: a device, a pipe. */
static int write_into(const char *path, const char *data, size_t len, struct cdi_error *err)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    int r = fd < 0 ? -errno : file_write_all(fd, data, len);

    if (r < 0) {
        r = cdi_error_set_errno(err, -r, "cannot write");
        cdi_error_set_file(err, path);
    }
    return r;
}

static int write_stdout(const char *data, size_t len)
{
    output_write(data, len);
    return 0; /* a failure is output_finish()'s */
}

static mode_t new_file_mode(void)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    return 0666 & ~mask;
}

static int replace(const char *path, mode_t mode, const char *data, size_t len, unsigned flags,
                   struct cdi_error *err)
{
    unsigned how = (flags & OUTPUT_SYNC) ? FILE_REPLACE_SYNC : 0U;

    if (flags & OUTPUT_PUBLISH)
        mode = 0644;
    else
        how |= FILE_REPLACE_KEEP_OWNER;
    return file_replace(path, data, len, mode, how, err);
}

static int make_parents(const char *path, struct cdi_error *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *dir = NULL;

    if (!slash || slash == path)
        return 0;
    dir = strndup(path, (size_t)(slash - path));
    return dir ? file_mkdirs(dir, err) : cdi_error_nomem(err);
}

bool output_is_descriptor(const char *name)
{
    static const char *const descriptors[] = {"/dev/stdout", "/dev/stderr", "/dev/fd/",
                                              "/proc/self/fd/"};

    for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++) {
        size_t len = strlen(descriptors[i]);

        if (strncmp(name, descriptors[i], len) == 0 &&
            (descriptors[i][len - 1] == '/' || !name[len]))
            return true;
    }
    return false;
}

int output_file(const char *path, const char *data, size_t len, unsigned flags,
                struct cdi_error *err)
{
    _cleanup_free_ char *real = NULL;
    struct stat st, out;
    int r;

    if (!path || strcmp(path, "-") == 0)
        return write_stdout(data, len);
    if (stat(path, &st) < 0) {
        r = (flags & OUTPUT_PUBLISH) ? make_parents(path, err) : 0;
        return r < 0 ? r : replace(path, new_file_mode(), data, len, flags, err);
    }
    /* /dev/stdout, by whatever name: replacing the file that it leads to would lose it. */
    if (fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == st.st_dev && out.st_ino == st.st_ino)
        return write_stdout(data, len);
    if (!S_ISREG(st.st_mode))
        return write_into(path, data, len, err);
    if (!(flags & OUTPUT_PUBLISH) || output_is_descriptor(path))
        real = realpath(path, NULL);
    return replace(real ? real : path, st.st_mode & 07777, data, len, flags, err);
}

void table_row(struct table *table, const char *const *cells)
{
    const char *(*rows)[TABLE_COLUMNS];

    if (table->failed)
        return;
    rows = arena_grow(table->arena, table->rows, table->n_rows, sizeof *rows);
    if (!rows) {
        table->failed = true;
        return;
    }
    table->rows = rows;
    for (size_t i = 0; i < table->n_columns; i++) {
        rows[table->n_rows][i] = cells[i];
        table->failed |= !cells[i];
    }
    table->n_rows++;
}

/* The columns of a terminal that output_text() needs, one for each character of UTF-8. */
static size_t text_width(const char *text)
{
    size_t width = 0;

    while (*text) {
        size_t n = control_length(text);

        width += n ? 4 * n : ((unsigned char)*text & 0xc0) != 0x80;
        text += n ? n : 1;
    }
    return width;
}

/* The last column of a row that holds something. */
static size_t row_end(const struct table *table, size_t row)
{
    size_t end = table->n_columns;

    while (end && !*table->rows[row][end - 1])
        end--;
    return end;
}

int table_print(const struct table *table, struct cdi_error *err)
{
    size_t widths[TABLE_COLUMNS] = {0};

    if (table->failed)
        return cdi_error_nomem(err);
    for (size_t r = 0; r < table->n_rows; r++)
        for (size_t c = 0; c < table->n_columns; c++) {
            size_t width = text_width(table->rows[r][c]);

            widths[c] = width > widths[c] ? width : widths[c];
        }
    for (size_t r = 0; r < table->n_rows; r++) {
        size_t end = row_end(table, r);

        for (size_t c = 0; c < end; c++) {
            output_text(stdout, table->rows[r][c]);
            if (c + 1 < end)
                (void)printf("%*s", (int)(widths[c] - text_width(table->rows[r][c]) + 2), "");
        }
        (void)putchar('\n');
    }
    return 0;
}
