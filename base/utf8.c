/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

size_t utf8_length(const char *s, const char *end)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t left = (size_t)(end - s), len;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte */

    if (left == 0)
        return 0;
    if (u[0] < 0x80)
        return 1;
    if (u[0] < 0xC2 || u[0] > 0xF4)
        return 0;
    len = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    /* No overlong forms, no surrogates, nothing above U+10FFFF: RFC 3629, section 4. */
    if (u[0] == 0xE0)
        low = 0xA0;
    else if (u[0] == 0xED)
        high = 0x9F;
    else if (u[0] == 0xF0)
        low = 0x90;
    else if (u[0] == 0xF4)
        high = 0x8F;
    if (u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((u[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *point)
{
    size_t bytes = utf8_length(s, s + len);

    *point = UTF8_REPLACEMENT;
    if (bytes == 0 && len >= 2 && memcmp(s, "\xC0\x80", 2) == 0) {
        *point = 0;
        return 2;
    }
    if (bytes == 0)
        return 1;
    *point = (unsigned char)*s & (bytes == 1 ? 0x7FU : 0x7FU >> bytes);
    for (size_t i = 1; i < bytes; i++)
        *point = *point << 6 | ((unsigned char)s[i] & 0x3F);
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
