/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/json_lex.h"

size_t json_utf8_length(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t left = (size_t)(end - p), len;
    unsigned char low = 0x80, high = 0xbf; /* of the second byte */

    if (left == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (left < len)
        return 0;
    /* No overlong forms, no surrogates, nothing above U+10FFFF: RFC 3629, section 4. */
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

static uint32_t hex4(const char *p)
{
    uint32_t n = 0;

    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];

        n = n << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return n;
}

static size_t put_character(uint32_t c, char *out)
{
    size_t n = 0;

    if (c > 0 && c < 0x80) {
        out[n++] = (char)c;
        return n;
    }
    if (c < 0x800) { /* U+0000 too: C0 80 */
        out[n++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        out[n++] = (char)(0xe0 | c >> 12);
        out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        out[n++] = (char)(0xf0 | c >> 18);
        out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    out[n++] = (char)(0x80 | (c & 0x3f));
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
    return 0xfffd;
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
            to += put_character(take_unicode(&from, end), to);
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
    *taken = json_utf8_length(s, end);
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
