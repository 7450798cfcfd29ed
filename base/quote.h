/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values from documents in messages: on one line, and without characters that play with the
 * terminal.
 */
#ifndef CDIKIT_BASE_QUOTE_H
#define CDIKIT_BASE_QUOTE_H

#include <stddef.h>
#include <string.h>

struct quoted {
    char text[512];
};

/*
 * The text in double quotes. Control characters, '"', '\\' and what is not UTF-8 are escaped
 * as in C, U+0000 (the bytes C0 80) as \0; a long text is cut. For use within one expression:
 * `printf("%s", quote(s, len).text)`.
 */
struct quoted quote(const char *s, size_t len);

/* The first character of the text (len > 0) in single quotes, escaped likewise. */
struct quoted quote_character(const char *s, size_t len);

/* As quote(), for a string; NULL is "". */
static inline struct quoted quote_string(const char *s)
{
    return quote(s ? s : "", s ? strlen(s) : 0);
}

#endif
