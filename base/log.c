/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static const char *const level_names[] = {
    [LOG_TRACE] = "trace",     [LOG_DEBUG] = "debug", [LOG_INFO] = "info",
    [LOG_WARNING] = "warning", [LOG_ERROR] = "error",
};

/* RFC 3339 in seconds, e.g. 2024-05-01T12:00:00+02:00. */
static void format_time(char out[static 40], time_t when)
{
    struct tm tm;
    long minutes;
    size_t len;

    if (!localtime_r(&when, &tm))
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    len = strftime(out, 40, "%Y-%m-%dT%H:%M:%S", &tm);
    minutes = tm.tm_gmtoff / 60;
    if (minutes == 0)
        (void)snprintf(out + len, 40 - len, "Z");
    else
        (void)snprintf(out + len, 40 - len, "%c%02ld:%02ld", minutes < 0 ? '-' : '+',
                       labs(minutes) / 60, labs(minutes) % 60);
}

/* The letter of a two-character escape that JSON and C share, or 0. */
static char short_escape(unsigned char c)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

    if (c == '"' || c == '\\')
        return (char)c;
    return c < sizeof letters ? letters[c] : 0;
}

/* One character of a message, `n` bytes long, or 0 for a byte that is not UTF-8. */
static void add_json_character(struct strbuf *out, const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];

    if (n == 0)
        strbuf_addstr(out, "\\ufffd");
    else if (n == 3 && (memcmp(s, "\xe2\x80\xa8", 3) == 0 || memcmp(s, "\xe2\x80\xa9", 3) == 0))
        strbuf_printf(out, "\\u202%x", (unsigned)((unsigned char)s[2] & 0xf));
    else if (short_escape(c))
        strbuf_printf(out, "\\%c", short_escape(c));
    else if (c < ' ' || c == '<' || c == '>' || c == '&')
        strbuf_printf(out, "\\u%04x", (unsigned)c);
    else
        strbuf_add(out, s, n);
}

/* A character that is not shown as it is, as an escape of at most 6 bytes; returns its length. */
static size_t escape_control(const char *s, size_t n, char out[static 8])
{
    unsigned char c = (unsigned char)s[0];

    if (n != 0 && c != '"' && c != '\\' && short_escape(c))
        return (size_t)snprintf(out, 8, "\\%c", short_escape(c));
    if (n == 0 || c < ' ' || c == 0x7f)
        return (size_t)snprintf(out, 8, "\\x%02x", (unsigned)c);
    if (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0)
        return (size_t)snprintf(out, 8, "\\u00%02x", (unsigned)(unsigned char)s[1]); /* C1 */
    return 0;
}

void log_clean(const char *message, char *out, size_t size)
{
    static const char cut[] = "...";
    const char *end = message + strnlen(message, size);
    size_t used = 0, whole = 0; /* up to `whole` there is room for `cut` behind */

    for (const char *s = message; s < end;) {
        size_t n = utf8_length(s, end), len;
        char escape[8];

        len = escape_control(s, n, escape);
        if (used + (len ? len : n) >= size) {
            used = whole;
            memcpy(out + used, cut, sizeof cut - 1);
            used += sizeof cut - 1;
            break;
        }
        memcpy(out + used, len ? escape : s, len ? len : n);
        used += len ? len : n;
        if (used + sizeof cut <= size)
            whole = used;
        s += n ? n : 1;
    }
    out[used] = '\0';
}

static void add_text_character(struct strbuf *out, const char *s, size_t n)
{
    char escape[8];
    size_t len = escape_control(s, n, escape);

    if (n == 1 && (*s == '"' || *s == '\\'))
        strbuf_printf(out, "\\%c", *s);
    else
        strbuf_add(out, len ? escape : s, len ? len : n);
}

static void add_quoted(struct strbuf *out, enum log_format format, const char *s)
{
    strbuf_addch(out, '"');
    for (const char *end = s + strlen(s); s < end;) {
        size_t n = utf8_length(s, end);

        if (format == LOG_JSON)
            add_json_character(out, s, n);
        else
            add_text_character(out, s, n);
        s += n ? n : 1;
    }
    strbuf_addch(out, '"');
}

/* A value of the text format stands without quotes when it has nothing that needs them. */
static void add_value(struct strbuf *out, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-._/@^+";

    if (s[strspn(s, plain)] == '\0')
        strbuf_addstr(out, s);
    else
        add_quoted(out, LOG_TEXT, s);
}

void log_add_entry(struct strbuf *out, enum log_format format, enum log_level level,
                   const char *message, time_t when)
{
    char date[40];

    format_time(date, when);
    if (format == LOG_JSON) {
        strbuf_printf(out, "{\"level\":\"%s\",\"msg\":", level_names[level]);
        add_quoted(out, LOG_JSON, message);
        strbuf_printf(out, ",\"time\":\"%s\"}\n", date);
        return;
    }
    strbuf_printf(out, "time=\"%s\" level=%s msg=", date, level_names[level]);
    add_value(out, message);
    strbuf_addch(out, '\n');
}

static int make_parent(const char *path, struct cdi_error *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *dir = NULL;

    if (!slash || slash == path)
        return 0;
    dir = strndup(path, (size_t)(slash - path));
    if (!dir)
        return cdi_error_nomem(err);
    return file_mkdirs(dir, err);
}

int log_open(const char *path, int *fd, struct cdi_error *err)
{
    /* O_NONBLOCK is for the open of a FIFO alone: entries must not be cut short. */
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int status, opened, r;

    *fd = -1;
    if (!*path || strcmp(path, "/dev/null") == 0)
        return 0;
    opened = open(path, flags, 0644);
    if (opened < 0 && errno == ENOENT) {
        r = make_parent(path, err);
        if (r < 0)
            return cdi_error_wrap(err, r, "cannot open the log file %s", path);
        opened = open(path, flags, 0644);
    }
    if (opened < 0)
        return cdi_error_set_errno(err, errno, "cannot open the log file %s", path);
    status = fcntl(opened, F_GETFL);
    if (status >= 0)
        (void)fcntl(opened, F_SETFL, status & ~O_NONBLOCK);
    *fd = opened;
    return 0;
}

int log_write(int fd, enum log_format format, enum log_level level, const char *message)
{
    _cleanup_strbuf_ struct strbuf entry = STRBUF_INIT;

    log_add_entry(&entry, format, level, message, time(NULL));
    return entry.failed ? -ENOMEM : file_write_all(fd, entry.s, entry.len);
}
