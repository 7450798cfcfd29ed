/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/columns.h"
#include "base/utf8.h"

enum {
    LONGEST_QUOTE = 96, /* bytes of a value that a message repeats; each becomes at most four */
};

/* The letter that stands after the backslash for c in C, 0 if there is none. */
static char escape_letter(char c)
{
    static const char letters[][2] = {
        {'\a', 'a'}, {'\b', 'b'}, {'\t', 't'}, {'\n', 'n'},  {'\v', 'v'},
        {'\f', 'f'}, {'\r', 'r'}, {'"', '"'},  {'\\', '\\'},
    };

    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i][0] == c)
            return letters[i][1];
    return 0;
}

/* Writes one character and moves *at behind it; returns the bytes of the text that it took. */
static size_t put_character(char **at, const char *s, size_t len)
{
    uint32_t point;
    size_t n = utf8_decode(s, len, &point);
    bool broken = point == UTF8_REPLACEMENT && n == 1;

    if (point == 0 || escape_letter(*s)) {
        *(*at)++ = '\\';
        *(*at)++ = point == 0 ? '0' : escape_letter(*s);
    } else if (broken || columns_invisible(point)) {
        for (size_t i = 0; i < n; i++)
            *at += snprintf(*at, 5, "\\x%02x", (unsigned)(unsigned char)s[i]);
    } else {
        memcpy(*at, s, n);
        *at += n;
    }
    return n;
}

struct quoted quote(const char *s, size_t len)
{
    struct quoted quoted = {{0}};
    char *at = quoted.text;
    size_t i = 0;

    *at++ = '"';
    while (i < len && i < LONGEST_QUOTE)
        i += put_character(&at, s + i, len - i);
    (void)snprintf(at, 5, "%s\"", i < len ? "..." : "");
    return quoted;
}

struct quoted quote_character(const char *s, size_t len)
{
    struct quoted quoted = {{0}};
    char *at = quoted.text;

    *at++ = '\'';
    (void)put_character(&at, s, len);
    *at++ = '\'';
    *at = '\0';
    return quoted;
}
