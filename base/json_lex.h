/* SPDX-License-Identifier: Apache-2.0 */
/* What json_*.c share. What is called skip needs text that was checked before. */
#ifndef CDIKIT_BASE_JSON_LEX_H
#define CDIKIT_BASE_JSON_LEX_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"

static inline const char *json_skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    return p;
}

/*
 * How many bytes from p on, before end, are ASCII that stands for itself in a string: up to a
 * quote, a backslash, a control character or a byte of a longer sequence.
 */
static inline size_t json_plain(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101U;
    const char *begin = p;
    uint64_t x;

    for (; end - p >= 8; p += 8) {
        memcpy(&x, p, 8);
        x = le64toh(x);
        x |= (x - 0x20 * ones) | ((x ^ '"' * ones) - ones) | ((x ^ '\\' * ones) - ones);
        x &= 0x80 * ones;
        if (x)
            return (size_t)(p - begin) + (size_t)__builtin_ctzll(x) / 8;
    }
    while (p < end && (unsigned char)(*p - 0x20) < 0x60 && *p != '"' && *p != '\\')
        p++;
    return (size_t)(p - begin);
}

/* From a string's first quote to behind its last; `end` is at or behind that. */
static inline const char *json_skip_string(const char *p, const char *end)
{
    for (p++;; p++) {
        p += json_plain(p, end);
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p++;
    }
}

/* From a value's first character to behind its last; `end` is at or behind that. */
const char *json_skip_value(const char *p, const char *end);

/* Adds a child behind the last one of its container; nothing else. */
void json_link(struct json *parent, struct json *child);

/* The position of a place in a text. */
struct cdi_position json_position_of(const char *text, const char *place);

#endif
