/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629), and its variant in which our strings keep U+0000: the bytes C0 80. */
#ifndef CDIKIT_BASE_UTF8_H
#define CDIKIT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for bytes that are not UTF-8, and its encoding. */
#define UTF8_REPLACEMENT      0xFFFDU
#define UTF8_REPLACEMENT_TEXT "\xEF\xBF\xBD"

/* The length in bytes of the character at s, before end; 0 if it is malformed, as is C0 80. */
size_t utf8_length(const char *s, const char *end);

/*
 * The character that begins at s (len > 0), in *point. Returns how many bytes it takes. The
 * bytes C0 80 are U+0000; any other byte that begins no character is UTF8_REPLACEMENT and
 * takes one.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *point);

/* Writes a character in at most four bytes, U+0000 as C0 80. Returns how many. */
size_t utf8_encode(uint32_t point, char *s);

/*
 * True for the characters beyond ASCII that a reader of YAML takes as they are, within quotes
 * too: neither controls nor line breaks nor the byte order mark.
 */
static inline bool utf8_is_text(uint32_t point)
{
    return point >= 0xA0 && point != 0x2028 && point != 0x2029 && point != 0xFEFF &&
           point != 0xFFFE && point != 0xFFFF;
}

#endif
