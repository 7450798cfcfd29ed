/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/utf8.h"

/* The length that the first byte of a character announces, 0 for a byte that begins none. */
static size_t announced(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c < 0xC0)
        return 0;
    return c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF8 ? 4 : 0;
}

static bool allowed(uint32_t point, size_t bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    if (point == 0)
        return bytes == 2;
    return point >= least[bytes] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

size_t utf8_decode(const char *s, size_t len, uint32_t *point)
{
    unsigned char c = (unsigned char)*s;
    size_t bytes = announced(c);
    uint32_t p;

    *point = c;
    if (bytes == 1)
        return 1;
    *point = UTF8_REPLACEMENT;
    if (bytes == 0 || bytes > len)
        return 1;
    p = c & (0x7FU >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        c = (unsigned char)s[i];
        if ((c & 0xC0) != 0x80)
            return 1;
        p = p << 6 | (c & 0x3F);
    }
    if (!allowed(p, bytes))
        return 1;
    *point = p;
    return bytes;
}

size_t utf8_encode(uint32_t point, char *s)
{
    size_t bytes = point && point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

    for (size_t i = bytes - 1; i > 0; i--) {
        s[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    s[0] = (char)(lead[bytes] | point);
    return bytes;
}
