/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of ASCII characters, whatever the locale. */
#ifndef CDIKIT_BASE_ASCII_H
#define CDIKIT_BASE_ASCII_H

#include <stdbool.h>

static inline bool ascii_isupper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_isdigit(char c)
{
    return c >= '0' && c <= '9';
}

/* As isspace() in the C locale. */
static inline bool ascii_isspace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char ascii_tolower(char c)
{
    return ascii_isupper(c) ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_isalpha(char c)
{
    return ascii_tolower(c) >= 'a' && ascii_tolower(c) <= 'z';
}

static inline bool ascii_isalnum(char c)
{
    return ascii_isalpha(c) || ascii_isdigit(c);
}

#endif
