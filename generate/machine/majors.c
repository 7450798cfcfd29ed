/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/majors.h"

#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/root.h"

#define MAJORS_FILE "/proc/devices"
#define MAX_TEXT    (64U << 10)
#define MAX_MAJOR   0xFFF

/* Reads "195 nvidia", blanks before it. NULL if the line has another form. */
static const char *take_line(const char *line, const char *end, int *number, size_t *len)
{
    int value = 0;
    const char *digits;

    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    for (digits = line; line < end && ascii_isdigit(*line) && value <= MAX_MAJOR; line++)
        value = value * 10 + (*line - '0');
    if (line == digits || value > MAX_MAJOR || line == end || *line != ' ')
        return NULL;
    while (line < end && *line == ' ')
        line++;
    while (end > line && (end[-1] == ' ' || end[-1] == '\r'))
        end--;
    *number = value;
    *len = (size_t)(end - line);
    return line;
}

static bool is(const char *name, size_t len, const char *other)
{
    return strlen(other) == len && memcmp(name, other, len) == 0;
}

bool majors_parse(const char *text, size_t len, struct majors *out)
{
    static const char block[] = "Block devices:", nvidia[] = "nvidia";
    const char *end = text + len, *next;
    int frontend = -1;
    bool found = false;

    *out = (struct majors){-1, -1, -1};
    for (const char *line = text; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *line_end = newline ? newline : end, *name;
        size_t n;
        int number;

        next = newline ? newline + 1 : end;
        if (is(line, (size_t)(line_end - line), block))
            break;
        name = take_line(line, line_end, &number, &n);
        if (!name || n < sizeof nvidia - 1 || memcmp(name, nvidia, sizeof nvidia - 1) != 0)
            continue;
        found = true;
        if (is(name, n, nvidia))
            out->gpu = number;
        else if (is(name, n, "nvidia-frontend"))
            frontend = number;
        else if (is(name, n, "nvidia-uvm"))
            out->uvm = number;
        else if (is(name, n, "nvidia-caps"))
            out->caps = number;
    }
    if (out->gpu < 0)
        out->gpu = frontend;
    return found;
}

int majors_read(const struct root *root, struct majors *out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = root_read(root, MAJORS_FILE, MAX_TEXT, &text, &len, err);

    if (r < 0)
        return r;
    if (!majors_parse(text, len, out))
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             MAJORS_FILE " has no NVIDIA device: the driver is not loaded");
    return 0;
}
