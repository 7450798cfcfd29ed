/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/json_lex.h"
#include "base/utf8.h"

static uint32_t hex4(const char *p)
{
    uint32_t n = 0;

    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];

        n = n << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return n;
}

/* The character of the \u escape whose digits are at *p; moves *p behind it. */
static uint32_t take_unicode(const char **p, const char *end)
{
    uint32_t c = hex4(*p), low;

    *p += 4;
    if (c < 0xd800 || c > 0xdfff)
        return c;
    if (c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        low = hex4(*p + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *p += 6;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return UTF8_REPLACEMENT;
}

size_t json_decode(const char *raw, size_t len, char *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *end = raw + len, *from = raw;
    char *to = out;

    while (from < end) {
        const char *escape = memchr(from, '\\', (size_t)(end - from));
        size_t plain = (size_t)((escape ? escape : end) - from);

        memcpy(to, from, plain);
        to += plain;
        from += plain;
        if (!escape)
            break;
        from += 2;
        if (from[-1] == 'u')
            to += utf8_encode(take_unicode(&from, end), to);
        else
            *to++ = meant[strchr(letters, from[-1]) - letters];
    }
    return (size_t)(to - out);
}

/* The escape of a character that cannot stand for itself, in buf; 0 if it can. */
static size_t escape_of(unsigned char c, char buf[6])
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

    if (c >= 0x20 && c != '"' && c != '\\')
        return 0;
    buf[0] = '\\';
    buf[1] = c >= 0x20 ? (char)c : letters[c];
    if (buf[1])
        return 2;
    buf[1] = 'u';
    buf[2] = buf[3] = '0';
    buf[4] = hex[c >> 4];
    buf[5] = hex[c & 15];
    return 6;
}

/* The encoding of the character at s, in *out, which is s itself or buf; 0 if it is malformed. */
static size_t encode_character(const char *s, const char *end, char buf[6], const char **out,
                               size_t *taken)
{
    size_t len;

    *out = buf;
    *taken = 2;
    if (end - s >= 2 && memcmp(s, "\xc0\x80", 2) == 0)
        return escape_of(0, buf);
    *taken = utf8_length(s, end);
    len = *taken ? escape_of((unsigned char)*s, buf) : 0;
    if (len)
        return len;
    *out = s;
    return *taken;
}

size_t json_encode(const char *s, size_t len, char *out)
{
    const char *end = s + len;
    size_t total = 2;

    if (out)
        *out++ = '"';
    while (s < end) {
        size_t taken = json_plain(s, end), n = taken;
        const char *piece = s;
        char buf[6];

        if (taken == 0)
            n = encode_character(s, end, buf, &piece, &taken);
        if (n == 0)
            return 0;
        if (out) {
            memcpy(out, piece, n);
            out += n;
        }
        s += taken;
        total += n;
    }
    if (out)
        *out = '"';
    return total;
}
