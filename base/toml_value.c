/* SPDX-License-Identifier: Apache-2.0 */
/* TOML: values other than strings. */
#include <string.h>

#include "base/arena.h"
#include "base/toml_parser.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a digit in base 2, 8, 10 or 16, or -1. */
static int digit_value(char c, int base)
{
    int value = is_digit(c)              ? c - '0'
                : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                         : 16;

    return value < base ? value : -1;
}

/* The length of a run of decimal digits with single '_' between them; 0 if there is none. */
static size_t decimal_run(const char *s, size_t len)
{
    size_t i = 0;

    while (i < len && (is_digit(s[i]) || (s[i] == '_' && i > 0 && s[i - 1] != '_')))
        i++;
    return i && s[i - 1] == '_' ? 0 : i;
}

static bool scan_integer(const char *s, size_t len, int64_t *value, bool *overflow)
{
    static const struct {
        char letter;
        int base;
    } prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
    bool negative = len && s[0] == '-';
    size_t i = len && (s[0] == '-' || s[0] == '+');
    int base = 10;
    int64_t sum = 0;

    for (size_t k = 0; k < sizeof prefixes / sizeof prefixes[0] && i == 0 && len > 2; k++)
        if (s[0] == '0' && s[1] == prefixes[k].letter)
            base = prefixes[k].base;
    if (base != 10)
        i = 2;
    else if (len > i + 1 && s[i] == '0')
        return false;
    if (i == len || s[i] == '_' || s[len - 1] == '_')
        return false;
    *overflow = false;
    for (; i < len; i++) {
        int digit = digit_value(s[i], base);

        if (s[i] == '_' && s[i - 1] != '_')
            continue;
        if (digit < 0)
            return false;
        *overflow |= __builtin_mul_overflow(sum, base, &sum) ||
                     (negative ? __builtin_sub_overflow(sum, digit, &sum)
                               : __builtin_add_overflow(sum, digit, &sum));
    }
    *value = sum;
    return true;
}

static bool scan_float(const char *s, size_t len)
{
    size_t i = len && (s[0] == '-' || s[0] == '+'), n;
    bool is_float = false;

    if (len - i == 3 && (memcmp(s + i, "inf", 3) == 0 || memcmp(s + i, "nan", 3) == 0))
        return true;
    n = decimal_run(s + i, len - i);
    if (n == 0 || (n > 1 && s[i] == '0'))
        return false;
    i += n;
    if (i < len && s[i] == '.') {
        n = decimal_run(s + i + 1, len - i - 1);
        if (n == 0)
            return false;
        i += n + 1;
        is_float = true;
    }
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        i += i < len && (s[i] == '-' || s[i] == '+');
        n = decimal_run(s + i, len - i);
        if (n == 0)
            return false;
        i += n;
        is_float = true;
    }
    return is_float && i == len;
}

/*
 * Matches s against a form in which '0' stands for a digit and the rest for itself. Stores the
 * numbers between the other characters.
 */
static bool match_digits(const char *s, size_t len, const char *form, int numbers[static 3])
{
    size_t k = 0;

    if (len < strlen(form))
        return false;
    numbers[0] = numbers[1] = numbers[2] = 0;
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == '0' ? !is_digit(s[i]) : s[i] != form[i])
            return false;
        if (form[i] == '0')
            numbers[k] = 10 * numbers[k] + (s[i] - '0');
        else
            k++;
    }
    return true;
}

/* The length of a date at s, or 0. */
static size_t scan_date(const char *s, size_t len)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int n[3];
    bool leap;

    if (!match_digits(s, len, "0000-00-00", n) || n[1] < 1 || n[1] > 12)
        return 0;
    leap = n[0] % 4 == 0 && (n[0] % 100 != 0 || n[0] % 400 == 0);
    return n[2] >= 1 && n[2] <= days[n[1] - 1] + (leap && n[1] == 2) ? 10 : 0;
}

/* The length of a time with its fraction at s, or 0. */
static size_t scan_time(const char *s, size_t len)
{
    size_t i = 8;
    int n[3];

    if (!match_digits(s, len, "00:00:00", n) || n[0] > 23 || n[1] > 59 || n[2] > 60)
        return 0;
    if (i < len && s[i] == '.') {
        for (i++; i < len && is_digit(s[i]); i++)
            ;
        if (i == 9)
            return 0;
    }
    return i;
}

static bool scan_offset(const char *s, size_t len)
{
    int n[3];

    if (len == 1)
        return s[0] == 'Z' || s[0] == 'z';
    return len == 6 && (s[0] == '+' || s[0] == '-') && match_digits(s + 1, 5, "00:00", n) &&
           n[0] <= 23 && n[1] <= 59;
}

static bool scan_datetime(const char *s, size_t len)
{
    size_t i = scan_date(s, len), n;

    if (i == 0)
        return scan_time(s, len) == len && len > 0;
    if (i == len)
        return true;
    if (s[i] != 'T' && s[i] != 't' && s[i] != ' ')
        return false;
    i++;
    n = scan_time(s + i, len - i);
    return n && (i + n == len || scan_offset(s + i + n, len - i - n));
}

static bool is_token(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '_' || c == '.' || c == ':';
}

/* The characters of a scalar that is not a string. A date may go on after one blank. */
static size_t token_length(const struct toml_parser *parser)
{
    size_t left = (size_t)(parser->end - parser->p), n = 0;

    while (n < left && is_token((unsigned char)parser->p[n]))
        n++;
    if (scan_date(parser->p, n) == n && n > 0 && left - n > 1 && parser->p[n] == ' ' &&
        is_digit(parser->p[n + 1]))
        for (n++; n < left && is_token((unsigned char)parser->p[n]); n++)
            ;
    return n;
}

/* Decides what a token is. Returns false if it is nothing. */
static bool classify(const char *s, size_t len, struct toml *value, bool *overflow)
{
    if ((len == 4 && memcmp(s, "true", 4) == 0) || (len == 5 && memcmp(s, "false", 5) == 0)) {
        value->type = TOML_BOOLEAN;
        value->boolean = len == 4;
    } else if (scan_integer(s, len, &value->integer, overflow)) {
        value->type = TOML_INTEGER;
    } else if (scan_float(s, len)) {
        value->type = TOML_FLOAT;
    } else if (scan_datetime(s, len)) {
        value->type = TOML_DATETIME;
    } else {
        return false;
    }
    return true;
}

static int read_scalar(struct toml_parser *parser, struct toml *value)
{
    size_t len = token_length(parser);
    bool overflow = false;

    if (len == 0)
        return toml_error(parser, "a value is expected");
    if (!classify(parser->p, len, value, &overflow))
        return toml_error(parser, "'%.*s' is not a value; a string needs quotes",
                          len < 40 ? (int)len : 40, parser->p);
    if (overflow)
        return toml_error(parser, "the integer does not fit 64 bits");
    value->text = arena_strndup(parser->arena, parser->p, len);
    if (!value->text)
        return cdi_error_nomem(parser->err);
    parser->p += len;
    return 0;
}

/* [ ... ]: newlines, comments and a comma at the end are allowed. */
static int read_array(struct toml_parser *parser, struct toml *array)
{
    parser->p++;
    for (;;) {
        struct toml *element;
        int r = toml_skip_lines(parser);

        if (r < 0)
            return r;
        if (toml_peek(parser) == ']')
            break;
        r = toml_read_value(parser, &element);
        if (r < 0)
            return r;
        toml_append(array, element);
        r = toml_skip_lines(parser);
        if (r < 0)
            return r;
        if (toml_peek(parser) == ']')
            break;
        if (toml_peek(parser) != ',')
            return toml_error(parser, "',' or ']' is expected in an array");
        parser->p++;
    }
    parser->p++;
    return 0;
}

/* { ... }: one line, and no comma at the end. */
static int read_inline_table(struct toml_parser *parser, struct toml *table)
{
    parser->p++;
    toml_skip_blanks(parser);
    if (toml_peek(parser) == '}') {
        parser->p++;
        return 0;
    }
    for (;;) {
        int r = toml_read_member(parser, table);

        if (r < 0)
            return r;
        toml_skip_blanks(parser);
        if (toml_peek(parser) == '}')
            break;
        if (toml_peek(parser) != ',')
            return toml_error(parser, "',' or '}' is expected in an inline table");
        parser->p++;
    }
    parser->p++;
    return 0;
}

static int read_collection(struct toml_parser *parser, struct toml *value)
{
    int r;

    if (parser->depth == TOML_MAX_DEPTH)
        return cdi_error_set_at(parser->err, CDI_ERR_LIMIT, parser->name, value->pos,
                                "more than %d nested arrays and tables", TOML_MAX_DEPTH);
    parser->depth++;
    r = value->type == TOML_ARRAY ? read_array(parser, value) : read_inline_table(parser, value);
    parser->depth--;
    return r;
}

int toml_read_value(struct toml_parser *parser, struct toml **out)
{
    struct cdi_position pos = toml_position(parser);
    int c = toml_peek(parser), r;
    enum toml_type type = c == '[' ? TOML_ARRAY : c == '{' ? TOML_TABLE : TOML_STRING;
    struct toml *value = toml_new(parser, type, TOML_FROM_VALUE, pos);

    if (!value)
        return -CDI_ERR_NOMEM;
    if (c == '[' || c == '{') {
        r = read_collection(parser, value);
    } else if (c == '"' || c == '\'') {
        struct toml_text text;

        r = toml_read_string(parser, false, &text);
        if (r == 0)
            value->text = text.s;
    } else {
        r = read_scalar(parser, value);
    }
    if (r < 0)
        return r;
    *out = value;
    return 0;
}
