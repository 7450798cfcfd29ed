/* SPDX-License-Identifier: Apache-2.0 */
#include "base/semver.h"

#include <string.h>

#include "base/ascii.h"

#define LONGEST 256 /* bytes */

/* A number at *p, which moves behind it; false if there is none, or it has more than 64 bits. */
static bool read_number(const char **p, const char *end, uint64_t *out)
{
    const char *start = *p;

    *out = 0;
    for (; *p < end && ascii_isdigit(**p); (*p)++)
        if (__builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(**p - '0'), out))
            return false;
    return *p > start;
}

static size_t identifier_length(const char *s, const char *end)
{
    const char *dot = memchr(s, '.', (size_t)(end - s));

    return (size_t)((dot ? dot : end) - s);
}

static bool is_number(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ascii_isdigit(s[i]))
            return false;
    return true;
}

/* Identifiers that dots separate; those of a pre-release, when numbers, begin with no zero. */
static bool check_identifiers(const char *s, const char *end, bool pre_release)
{
    for (;; s++) {
        size_t len = identifier_length(s, end);

        if (len == 0 || (pre_release && len > 1 && *s == '0' && is_number(s, len)))
            return false;
        for (size_t i = 0; i < len; i++)
            if (!ascii_isalnum(s[i]) && s[i] != '-')
                return false;
        s += len;
        if (s == end)
            return true;
    }
}

bool semver_parse(const char *text, size_t len, struct semver *out)
{
    const char *p = text, *end = text + len, *plus;

    *out = (struct semver){.pre = text};
    if (len == 0 || len > LONGEST)
        return false;
    p += *p == 'v';
    for (size_t i = 0; i < 3; i++) {
        if (!read_number(&p, end, &out->numbers[i]))
            return false;
        if (p == end || *p != '.')
            break;
        if (i < 2)
            p++;
    }
    if (p < end && *p == '-') {
        plus = memchr(p, '+', (size_t)(end - p));
        out->pre = p + 1;
        p = plus ? plus : end;
        out->pre_len = (size_t)(p - out->pre);
        if (!check_identifiers(out->pre, p, true))
            return false;
    }
    return p == end || (*p == '+' && check_identifiers(p + 1, end, false));
}

static int compare_lengths(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_identifiers(const char *a, size_t a_len, const char *b, size_t b_len)
{
    bool a_number = is_number(a, a_len), b_number = is_number(b, b_len);
    int order;

    if (a_number != b_number)
        return a_number ? -1 : 1;
    if (a_number && a_len != b_len)
        return compare_lengths(a_len, b_len);
    order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : compare_lengths(a_len, b_len);
}

static int compare_pre(const struct semver *a, const struct semver *b)
{
    const char *p = a->pre, *p_end = p + a->pre_len, *q = b->pre, *q_end = q + b->pre_len;

    if (!a->pre_len || !b->pre_len)
        return (a->pre_len == 0) - (b->pre_len == 0);
    for (;; p++, q++) {
        size_t p_len = identifier_length(p, p_end), q_len = identifier_length(q, q_end);
        int order = compare_identifiers(p, p_len, q, q_len);

        p += p_len;
        q += q_len;
        if (order || p == p_end || q == q_end)
            return order ? order : (q == q_end) - (p == p_end);
    }
}

int semver_compare(const struct semver *a, const struct semver *b)
{
    for (size_t i = 0; i < 3; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] < b->numbers[i] ? -1 : 1;
    return compare_pre(a, b);
}
