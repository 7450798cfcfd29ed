/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/params.h"

#include <string.h>

#include "base/strbuf.h"

static const char allowed[] = "ModifyDeviceFiles: 1", forbidden[] = "ModifyDeviceFiles: 0";

static bool is_line(const char *line, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

/* The next line at *text, without its newline; its length in *n. */
static const char *next_line(const char **text, size_t *len, size_t *n)
{
    const char *line = *text, *end = memchr(line, '\n', *len);

    *n = end ? (size_t)(end - line) : *len;
    *text += *n + (end != NULL);
    *len -= *n + (end != NULL);
    return line;
}

static bool has_line(const char *text, size_t len)
{
    while (len) {
        size_t n;
        const char *line = next_line(&text, &len, &n);

        if (is_line(line, n, allowed))
            return true;
    }
    return false;
}

bool params_forbid_nodes(const char *text, size_t len, struct strbuf *out)
{
    if (!has_line(text, len))
        return false;
    while (len) {
        size_t n;
        const char *line = next_line(&text, &len, &n);

        if (is_line(line, n, allowed))
            strbuf_addstr(out, forbidden);
        else
            strbuf_add(out, line, n);
        strbuf_addch(out, '\n');
    }
    return true;
}
