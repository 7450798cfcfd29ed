/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldconf.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/glob.h"
#include "base/path.h"
#include "base/sort.h"
#include "base/span.h"
#include "hooks/ldview.h"

/* What patterns may take: directories to look into, names in them that fit, paths to go on with. */
#define MOST_LISTINGS 1024
#define MOST_NAMES    16384
#define MOST_PATHS    16384
#define MOST_BYTES    (4U << 20) /* of these paths */

struct reading {
    const struct ldview *view;
    struct arena *arena;
    struct ldconf *conf;
    size_t bytes, listings, names, paths, path_bytes;
    unsigned depth;
};

/* A pattern as far as it is a path already, and what of it is to be found still. */
struct pattern {
    const char *found;
    const char *rest;
};

static int read_file(struct reading *reading, const char *path, struct cdi_error *err);
static int expand(struct reading *reading, struct pattern pattern, struct cdi_error *err);

bool ldconf_has_file(const struct ldconf *conf, const char *path)
{
    for (size_t i = 0; i < conf->n_files; i++)
        if (strcmp(conf->files[i], path) == 0)
            return true;
    return false;
}

/* ---- Patterns ---- */

/* True if no more paths are followed. */
static bool is_full(struct reading *reading)
{
    bool full = reading->paths >= MOST_PATHS || reading->path_bytes >= MOST_BYTES;

    reading->conf->cut |= full;
    return full;
}

struct names {
    struct reading *reading;
    const char *pattern;
    const void **items;
    size_t n;
};

static int take_name(void *context, const char *name, unsigned char type)
{
    struct names *names = context;
    struct arena *arena = names->reading->arena;

    (void)type;
    /* As a shell: a name with a dot in front is not meant by '*'. */
    if ((name[0] == '.' && names->pattern[0] != '.') || !glob_match(names->pattern, name))
        return 0;
    if (names->reading->names++ == MOST_NAMES)
        return -E2BIG;
    names->items = arena_grow(arena, names->items, names->n, sizeof *names->items);
    if (!names->items || !(names->items[names->n] = arena_strdup(arena, name)))
        return -ENOMEM;
    names->n++;
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The names in a directory that fit. */
static int list_names(struct reading *reading, const char *dir, struct names *names,
                      struct cdi_error *err)
{
    struct ldview_directory directory;
    int r;

    if (reading->listings == MOST_LISTINGS || reading->names >= MOST_NAMES) {
        reading->conf->cut = true;
        return 0;
    }
    reading->listings++;
    if (reading->view->open(reading->view, dir, &directory) < 0)
        return 0;
    r = reading->view->list(reading->view, &directory, take_name, names);
    reading->view->close(reading->view, &directory);
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r == -E2BIG)
        reading->conf->cut = true;
    return sort_pointers(names->items, names->n, compare_names, err);
}

/* Goes on with each name that fits the first component of the rest. */
static int expand_component(struct reading *reading, struct pattern pattern, size_t len,
                            struct cdi_error *err)
{
    struct names names = {.reading = reading,
                          .pattern = arena_strndup(reading->arena, pattern.rest, len)};
    int r = names.pattern ? list_names(reading, pattern.found, &names, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < names.n && !is_full(reading); i++) {
        struct pattern next = {
            arena_printf(reading->arena, "%s%s", pattern.found, (const char *)names.items[i]),
            pattern.rest + len,
        };

        r = next.found ? expand(reading, next, err) : cdi_error_nomem(err);
    }
    return r;
}

/* Each component that is more than a name opens directories, of which there may be so many. */
static int expand(struct reading *reading, struct pattern pattern, struct cdi_error *err)
{
    size_t literal = strcspn(pattern.rest, GLOB_SPECIAL), len;
    int r;

    if (is_full(reading))
        return 0;
    reading->paths++;
    reading->path_bytes += strlen(pattern.found) + literal;
    if (pattern.rest[literal])
        while (literal && pattern.rest[literal - 1] != '/')
            literal--;
    pattern.found = arena_printf(reading->arena, "%s%.*s", pattern.found, (int)literal,
                                 pattern.rest);
    if (!pattern.found)
        return cdi_error_nomem(err);
    pattern.rest += literal;
    if (!*pattern.rest)
        return read_file(reading, pattern.found, err);
    if (++reading->depth > LDCONF_MOST_DEPTH) {
        reading->conf->cut = true;
        r = 0;
    } else {
        len = strcspn(pattern.rest, "/");
        r = expand_component(reading, pattern, len, err);
    }
    reading->depth--;
    return r;
}

/* ---- Lines ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int include(struct reading *reading, const char *file, struct span words,
                   struct cdi_error *err)
{
    int dir_len = (int)(path_base(file) - file), r = 0;

    while (r == 0 && words.len) {
        struct span word = {words.s, 0};
        const char *pattern;

        while (word.len < words.len && !is_blank(word.s[word.len]))
            word.len++;
        words.s += word.len + (word.len < words.len);
        words.len -= word.len + (word.len < words.len);
        if (!word.len || word.len >= PATH_MAX)
            continue;
        if (is_full(reading))
            return 0;
        pattern = arena_printf(reading->arena, "%.*s%.*s", *word.s == '/' ? 0 : dir_len, file,
                               (int)word.len, word.s);
        r = pattern ? expand(reading, (struct pattern){"", pattern}, err) : cdi_error_nomem(err);
    }
    return r;
}

/* Without "=libc6" and the like, which ldconfig before glibc 2.37 took. */
static struct span without_type(struct span line)
{
    static const char *const types[] = {"=libc4", "=libc5", "=libc6", "=glibc2"};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        size_t len = strlen(types[i]);

        if (line.len > len && memcmp(line.s + line.len - len, types[i], len) == 0)
            return span_trim((struct span){line.s, line.len - len});
    }
    return line;
}

/* Takes what is empty or "." out of a path; ".." may lead elsewhere than its text says. */
static void shorten(char *path)
{
    char *out = path;

    for (const char *p = path; *p;) {
        size_t len;

        p += strspn(p, "/");
        len = strcspn(p, "/");
        if (len && (len != 1 || *p != '.')) {
            *out++ = '/';
            memmove(out, p, len);
            out += len;
        }
        p += len;
    }
    *out = '\0';
}

static int add_directory(struct reading *reading, const char *file, struct span line,
                         struct cdi_error *err)
{
    struct ldconf *conf = reading->conf;
    char *path;

    line = without_type(line);
    if (*line.s != '/' || line.len >= PATH_MAX)
        return 0;
    if (!(path = arena_strndup(reading->arena, line.s, line.len)))
        return cdi_error_nomem(err);
    shorten(path);
    if (!*path)
        return 0;
    if (conf->n == LDCONF_MOST_DIRECTORIES) {
        conf->cut = true;
        return 0;
    }
    conf->directories = arena_grow(reading->arena, conf->directories, conf->n,
                                   sizeof *conf->directories);
    if (!conf->directories)
        return cdi_error_nomem(err);
    conf->directories[conf->n++] = (struct ldconf_directory){.path = path, .file = file};
    return 0;
}

/* True if the line begins with the word and a blank. */
static bool has_keyword(struct span line, const char *word)
{
    size_t len = strlen(word);

    return line.len > len && strncasecmp(line.s, word, len) == 0 && is_blank(line.s[len]);
}

static int read_line(struct reading *reading, const char *file, struct span line,
                     struct cdi_error *err)
{
    const char *comment = memchr(line.s, '#', line.len), *nul;

    if (comment)
        line.len = (size_t)(comment - line.s);
    if ((nul = memchr(line.s, '\0', line.len)))
        line.len = (size_t)(nul - line.s);
    line = span_trim(line);
    if (!line.len || has_keyword(line, "hwcap"))
        return 0;
    if (has_keyword(line, "include") && *line.s == 'i')
        return include(reading, file, (struct span){line.s + 8, line.len - 8}, err);
    return add_directory(reading, file, line, err);
}

/* Notes that a file is read; false if it was already, or there is no room for another. */
static bool begin_file(struct reading *reading, const char *path)
{
    struct ldconf *conf = reading->conf;

    /* First, because it is the cheaper question. */
    if (conf->n_files == LDCONF_MOST_FILES || reading->bytes >= LDCONF_MOST_BYTES ||
        reading->depth >= LDCONF_MOST_DEPTH) {
        conf->cut = true;
        return false;
    }
    return !ldconf_has_file(conf, path);
}

static int read_text(struct reading *reading, const char *path, struct span text,
                     struct cdi_error *err)
{
    int r = 0;

    reading->bytes += text.len;
    reading->depth++;
    while (r == 0 && text.len) {
        const char *end = memchr(text.s, '\n', text.len);
        struct span line = {text.s, end ? (size_t)(end - text.s) : text.len};

        r = read_line(reading, path, line, err);
        text.s += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);
    }
    reading->depth--;
    return r;
}

static int read_file(struct reading *reading, const char *path, struct cdi_error *err)
{
    struct ldconf *conf = reading->conf;
    _cleanup_free_ char *data = NULL;
    size_t len;
    int r;

    if (!begin_file(reading, path))
        return 0;
    r = reading->view->read(reading->view, path, LDCONF_MOST_SIZE, &data, &len);
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    conf->cut |= r == -EFBIG;
    if (r < 0)
        return 0;
    conf->files = arena_grow(reading->arena, conf->files, conf->n_files, sizeof *conf->files);
    if (!conf->files)
        return cdi_error_nomem(err);
    conf->files[conf->n_files++] = path;
    return read_text(reading, path, (struct span){data, len}, err);
}

int ldconf_read(const struct ldview *view, const char *path, struct arena *arena,
                struct ldconf *out, struct cdi_error *err)
{
    struct reading reading = {.view = view, .arena = arena, .conf = out};
    const char *kept = arena_strdup(arena, path);

    *out = (struct ldconf){.n = 0};
    return kept ? read_file(&reading, kept, err) : cdi_error_nomem(err);
}
