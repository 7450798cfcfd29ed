/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/scalar.h"

#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"

enum {
    LONGEST_KEYWORD = 5,
    LONGEST_NUMBER = 1000, /* characters; a longer one is taken as text */
    SURE_DIGITS = 18,      /* they fit an int64 */
    FLOAT_DIGITS = 9,      /* enough for any value of single precision */
};

#define WORD(text, ...)         \
    {                           \
        text, sizeof(text) - 1, \
        {                       \
            __VA_ARGS__         \
        }                       \
    }
#define TRUE_WORD(text)  WORD(text, SCALAR_BOOL, {.b = true})
#define FALSE_WORD(text) WORD(text, SCALAR_BOOL, {.b = false})
#define NULL_WORD(text)  WORD(text, SCALAR_NULL, {.s = NULL})
#define FLOAT_WORD(t, v) WORD(t, SCALAR_FLOAT, {.f = (double)(v)})
#define LAST_WORD        WORD("", SCALAR_NULL, {.s = NULL})

struct keyword {
    const char *text;
    size_t len;
    struct scalar value;
};

/* The keywords that begin with a letter, or its capital, end with an empty one. */
static const struct keyword words_y[] = {
    TRUE_WORD("y"), TRUE_WORD("Y"), TRUE_WORD("yes"), TRUE_WORD("Yes"), TRUE_WORD("YES"), LAST_WORD,
};
static const struct keyword words_t[] = {
    TRUE_WORD("true"),
    TRUE_WORD("True"),
    TRUE_WORD("TRUE"),
    LAST_WORD,
};
static const struct keyword words_o[] = {
    TRUE_WORD("on"),   TRUE_WORD("On"),   TRUE_WORD("ON"), FALSE_WORD("off"),
    FALSE_WORD("Off"), FALSE_WORD("OFF"), LAST_WORD,
};
static const struct keyword words_n[] = {
    FALSE_WORD("n"),   FALSE_WORD("N"),   FALSE_WORD("no"),  FALSE_WORD("No"), FALSE_WORD("NO"),
    NULL_WORD("null"), NULL_WORD("Null"), NULL_WORD("NULL"), LAST_WORD,
};
static const struct keyword words_f[] = {
    FALSE_WORD("false"),
    FALSE_WORD("False"),
    FALSE_WORD("FALSE"),
    LAST_WORD,
};
static const struct keyword words_tilde[] = {
    NULL_WORD("~"),
    LAST_WORD,
};
static const struct keyword words_point[] = {
    FLOAT_WORD(".nan", NAN),
    FLOAT_WORD(".NaN", NAN),
    FLOAT_WORD(".NAN", NAN),
    FLOAT_WORD(".inf", INFINITY),
    FLOAT_WORD(".Inf", INFINITY),
    FLOAT_WORD(".INF", INFINITY),
    LAST_WORD,
};
static const struct keyword words_plus[] = {
    FLOAT_WORD("+.inf", INFINITY),
    FLOAT_WORD("+.Inf", INFINITY),
    FLOAT_WORD("+.INF", INFINITY),
    LAST_WORD,
};
static const struct keyword words_minus[] = {
    FLOAT_WORD("-.inf", -INFINITY),
    FLOAT_WORD("-.Inf", -INFINITY),
    FLOAT_WORD("-.INF", -INFINITY),
    LAST_WORD,
};

static const struct keyword *const keywords[UCHAR_MAX + 1] = {
    ['y'] = words_y,    ['Y'] = words_y,     ['t'] = words_t,     ['T'] = words_t,
    ['o'] = words_o,    ['O'] = words_o,     ['n'] = words_n,     ['N'] = words_n,
    ['f'] = words_f,    ['F'] = words_f,     ['~'] = words_tilde, ['.'] = words_point,
    ['+'] = words_plus, ['-'] = words_minus,
};

static const struct keyword *find_keyword(const char *s, size_t len)
{
    const struct keyword *word = keywords[(unsigned char)*s];

    if (len > LONGEST_KEYWORD || !word)
        return NULL;
    for (; word->len; word++)
        if (word->len == len && memcmp(word->text, s, len) == 0)
            return word;
    return NULL;
}

static bool is_sign(char c)
{
    return c == '-' || c == '+';
}

/* The base of an unsigned integer, and its digits; a lone "0x" is octal without digits. */
static unsigned integer_base(const char **digits)
{
    const char *s = *digits;
    char letter;

    if (s[0] != '0')
        return 10;
    letter = s[1] && s[2] ? ascii_tolower(s[1]) : '\0';
    *digits += letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1;
    return letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
}

static unsigned digit_value(char c)
{
    if (ascii_isdigit(c))
        return (unsigned)(c - '0');
    return ascii_isalpha(c) ? (unsigned)(ascii_tolower(c) - 'a') + 10 : UINT32_MAX;
}

/* An integer that fits int64, or without a sign uint64. */
static bool parse_integer(const char *s, struct scalar *out)
{
    bool sign = is_sign(*s), minus = *s == '-';
    uint64_t value = 0;
    unsigned base;

    s += sign;
    if (!ascii_isdigit(*s))
        return false;
    base = integer_base(&s);
    for (; *s; s++) {
        unsigned digit = digit_value(*s);

        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    if (minus && value <= (uint64_t)INT64_MAX + 1)
        *out = (struct scalar){SCALAR_INT, {.i = (int64_t)(0 - value)}};
    else if (!minus && value <= INT64_MAX)
        *out = (struct scalar){SCALAR_INT, {.i = (int64_t)value}};
    else if (!sign)
        *out = (struct scalar){SCALAR_UINT, {.u = value}};
    else
        return false;
    return true;
}

static const char *skip_digits(const char *s)
{
    while (ascii_isdigit(*s))
        s++;
    return s;
}

/* Digits with at most one point, and an exponent: [-+]? (.N | N.? | N.N) ([eE][-+]?N)? */
static bool is_float(const char *s)
{
    const char *start, *end;

    s += is_sign(*s);
    start = s;
    s = end = skip_digits(s);
    if (*s == '.') {
        s = skip_digits(s + 1);
        if (start == end && s == end + 1)
            return false;
    } else if (start == end) {
        return false;
    }
    if (*s == 'e' || *s == 'E') {
        s++;
        s += is_sign(*s);
        start = s;
        s = skip_digits(s);
        if (s == start)
            return false;
    }
    return *s == '\0';
}

/* The C locale for this thread, so that the point is a point. */
static locale_t enter_c_locale(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

static bool parse_float(const char *s, struct scalar *out)
{
    locale_t before;
    double value;

    if (!is_float(s))
        return false;
    before = enter_c_locale();
    value = strtod(s, NULL);
    (void)uselocale(before);
    if (isinf(value))
        return false;
    *out = (struct scalar){SCALAR_FLOAT, {.f = value}};
    return true;
}

/* What nearly all numbers are: a few digits, the first of them no zero. */
static bool resolve_decimal(const char *s, size_t len, struct scalar *out)
{
    int64_t value = 0;

    if (len > SURE_DIGITS || (*s == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!ascii_isdigit(s[i]))
            return false;
        value = 10 * value + (s[i] - '0');
    }
    *out = (struct scalar){SCALAR_INT, {.i = value}};
    return true;
}

static bool between_digits(const char *s, size_t len, size_t i)
{
    return i > 0 && i + 1 < len && ascii_isdigit(s[i - 1]) && ascii_isdigit(s[i + 1]);
}

/* A scalar that begins as a number does: a number, or after all a string. */
static struct scalar resolve_number(const char *s, size_t len)
{
    struct scalar scalar = {SCALAR_STRING, {.s = s}};
    char number[LONGEST_NUMBER + 1];
    size_t n = 0;

    if (resolve_decimal(s, len, &scalar))
        return scalar;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\0')
            return scalar;
        if (s[i] != '_')
            number[n++] = s[i];
        else if (*s == '.' && !between_digits(s, len, i))
            return scalar; /* what begins with a point is read by stricter rules */
    }
    number[n] = '\0';
    if (!parse_integer(number, &scalar))
        (void)parse_float(number, &scalar);
    return scalar;
}

struct scalar scalar_resolve(const char *s, size_t len)
{
    const struct keyword *keyword;

    if (len == 0)
        return (struct scalar){SCALAR_NULL, {.s = NULL}};
    keyword = find_keyword(s, len);
    if (keyword)
        return keyword->value;
    if (len <= LONGEST_NUMBER && (ascii_isdigit(*s) || is_sign(*s) || *s == '.'))
        return resolve_number(s, len);
    return (struct scalar){SCALAR_STRING, {.s = s}};
}

/* The shortest digits that give the same single precision value, as %e prints them. */
static void shortest(float value, char *text, size_t size)
{
    for (int digits = 0; digits < FLOAT_DIGITS; digits++) {
        (void)snprintf(text, size, "%.*e", digits, (double)value);
        if (strtof(text, NULL) == value)
            return;
    }
}

/* Rewrites D.DDDe+XX without exponent, which is from -4 to 5. */
static size_t unfold_exponent(const char *text, int exponent, char *out)
{
    char digits[FLOAT_DIGITS + 1] = "";
    size_t n = 0, len = 0, whole = exponent >= 0 ? (size_t)exponent + 1 : 0;

    if (*text == '-')
        out[len++] = *text++;
    for (; *text != 'e'; text++)
        if (*text != '.')
            digits[n++] = *text;
    if (whole == 0) {
        out[len++] = '0';
        out[len++] = '.';
        for (int i = -1; i > exponent; i--)
            out[len++] = '0';
    }
    for (size_t i = 0; i < n || i < whole; i++) {
        if (whole && i == whole)
            out[len++] = '.';
        out[len++] = i < n ? digits[i] : '0';
    }
    out[len] = '\0';
    return len;
}

static size_t format_float(double value, char text[SCALAR_TEXT_MAX])
{
    char buf[SCALAR_TEXT_MAX];
    float single = (float)value;
    locale_t before;
    int exponent;

    if (isnan(single))
        return (size_t)snprintf(text, SCALAR_TEXT_MAX, "NaN");
    if (isinf(single))
        return (size_t)snprintf(text, SCALAR_TEXT_MAX, single > 0 ? "+Inf" : "-Inf");
    before = enter_c_locale();
    shortest(single, buf, sizeof buf);
    (void)uselocale(before);
    exponent = (int)strtol(strchr(buf, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 6)
        return unfold_exponent(buf, exponent, text);
    return (size_t)snprintf(text, SCALAR_TEXT_MAX, "%s", buf);
}

size_t scalar_format(const struct scalar *scalar, char text[SCALAR_TEXT_MAX])
{
    switch (scalar->type) {
    case SCALAR_BOOL:
        return (size_t)snprintf(text, SCALAR_TEXT_MAX, scalar->b ? "true" : "false");
    case SCALAR_INT:
        return (size_t)snprintf(text, SCALAR_TEXT_MAX, "%" PRId64, scalar->i);
    case SCALAR_UINT:
        return (size_t)snprintf(text, SCALAR_TEXT_MAX, "%" PRIu64, scalar->u);
    case SCALAR_FLOAT:
        return format_float(scalar->f, text);
    case SCALAR_NULL:
    case SCALAR_STRING:
        break;
    }
    text[0] = '\0';
    return 0;
}

bool scalar_looks_dated(const char *s, size_t len)
{
    return len > 4 && s[4] == '-' && ascii_isdigit(s[0]) && ascii_isdigit(s[1]) &&
           ascii_isdigit(s[2]) && ascii_isdigit(s[3]);
}

/* Numbers in base 60: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(.[0-9_]*)? */
static bool is_sexagesimal(const char *s, size_t len)
{
    const char *end = s + len;
    bool colon = false;

    s += len > 0 && is_sign(*s);
    if (s == end || !ascii_isdigit(*s))
        return false;
    while (s < end && (ascii_isdigit(*s) || *s == '_'))
        s++;
    while (s < end && *s == ':') {
        size_t n = 1;

        while (s + n < end && ascii_isdigit(s[n]))
            n++;
        if (n == 1 || n > 3 || (n == 3 && s[1] > '5'))
            return false;
        colon = true;
        s += n;
    }
    if (colon && s < end && *s == '.')
        s++;
    while (s < end && (ascii_isdigit(*s) || *s == '_'))
        s++;
    return colon && s == end;
}

/*
 * What may be a number to other readers though it is none in our dialect: underscores anywhere
 * (.5_0, 0x_), exponents out of range (1.5e+400).
 */
static bool may_be_number(const char *s, size_t len)
{
    static const char digits[] = "0123456789abcdefABCDEF_xo.+-";
    bool odd = memchr(s, '_', len) || memchr(s, 'e', len) || memchr(s, 'E', len);

    if (!odd || !(ascii_isdigit(*s) || is_sign(*s) || *s == '.'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!memchr(digits, s[i], sizeof digits - 1))
            return false;
    return true;
}

bool scalar_is_string(const char *s, size_t len)
{
    if (len == 1 && *s == '=')
        return false; /* the default value of a mapping */
    if (len == 2 && memcmp(s, "<<", 2) == 0)
        return false; /* the merge key */
    return scalar_resolve(s, len).type == SCALAR_STRING && !scalar_looks_dated(s, len) &&
           !is_sexagesimal(s, len) && !may_be_number(s, len);
}
