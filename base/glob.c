/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Takes one character of a string. */
static bool take(const char **s, uint32_t *point)
{
    if (!**s)
        return false;
    *s += utf8_decode(*s, strnlen(*s, 4), point);
    return true;
}

/* Takes one end of a range in a class; '-' and ']' must be escaped there. */
static bool take_bound(const char **pattern, uint32_t *point)
{
    if (**pattern == '-' || **pattern == ']')
        return false;
    if (**pattern == '\\')
        ++*pattern;
    return take(pattern, point);
}

/* Takes a class, after its '[', and says whether a character is in it; false if malformed. */
static bool take_class(const char **pattern, uint32_t point, bool *in)
{
    bool negated = **pattern == '^';
    size_t n_ranges = 0;

    *in = false;
    *pattern += negated;
    for (; **pattern != ']' || !n_ranges; n_ranges++) {
        uint32_t low, high;

        if (!take_bound(pattern, &low))
            return false;
        high = low;
        if (**pattern == '-' && (++*pattern, !take_bound(pattern, &high)))
            return false;
        *in |= low <= point && point <= high;
    }
    ++*pattern;
    *in ^= negated;
    return true;
}

/* Takes one character of the name and what stands for it in the pattern; false if it does not. */
static bool take_match(const char **pattern, const char **name)
{
    uint32_t point;
    bool in;

    switch (**pattern) {
    case '?':
        ++*pattern;
        return **name != '/' && take(name, &point);
    case '[':
        ++*pattern;
        return take(name, &point) && take_class(pattern, point, &in) && in;
    case '\\':
        ++*pattern;
        break;
    default:
        break;
    }
    return **pattern && *(*pattern)++ == *(*name)++;
}

bool glob_match(const char *pattern, const char *name)
{
    const char *star = NULL, *retry = NULL;

    /* A '*' takes as little as it can, and more only when what follows does not fit. */
    for (;;) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
            continue;
        }
        if (!*pattern && !*name)
            return true;
        if (*pattern && *name && take_match(&pattern, &name))
            continue;
        if (!star || !*retry || *retry == '/')
            return false;
        pattern = star;
        name = ++retry;
    }
}
