/* SPDX-License-Identifier: Apache-2.0 */
/* TOML: strings, and the blanks, newlines and comments between things. */
#include "base/arena.h"
#include "base/strbuf.h"
#include "base/toml_parser.h"
#include "base/utf8.h"

void toml_skip_blanks(struct toml_parser *parser)
{
    while (toml_peek(parser) == ' ' || toml_peek(parser) == '\t')
        parser->p++;
}

bool toml_take_newline(struct toml_parser *parser)
{
    const char *p = parser->p;

    if (p < parser->end && *p == '\r')
        p++;
    if (p == parser->end || *p != '\n')
        return false;
    parser->p = p + 1;
    parser->line++;
    parser->counted = parser->p;
    parser->column = 1;
    return true;
}

/* A control character that may stand neither in a string nor in a comment. */
static bool is_control(int c)
{
    return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
}

int toml_skip_lines(struct toml_parser *parser)
{
    for (;;) {
        toml_skip_blanks(parser);
        if (toml_peek(parser) == '#') {
            while (parser->p < parser->end && !is_control(toml_peek(parser)))
                parser->p++;
            if (parser->p < parser->end && !toml_take_newline(parser))
                return toml_error(parser, "control character 0x%02x in a comment",
                                  (unsigned)toml_peek(parser));
        } else if (!toml_take_newline(parser)) {
            return 0;
        }
    }
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The digits of \uXXXX or \UXXXXXXXX. */
static int read_code_point(struct toml_parser *parser, int n_digits, struct strbuf *out)
{
    uint32_t code = 0;
    char bytes[4];

    for (int i = 0; i < n_digits; i++) {
        int digit = hex_digit(toml_peek(parser));

        if (digit < 0)
            return toml_error(parser, "%d hexadecimal digits are expected here", n_digits);
        code = code << 4 | (uint32_t)digit;
        parser->p++;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return toml_error(parser, "U+%04X is not a character", (unsigned)code);
    strbuf_add(out, bytes, utf8_encode(code, bytes));
    return 0;
}

/* A backslash at the end of a line hides the newline and all blanks and newlines after it. */
static bool take_line_ending(struct toml_parser *parser)
{
    struct toml_parser at_backslash = *parser;

    toml_skip_blanks(parser);
    if (!toml_take_newline(parser)) {
        *parser = at_backslash;
        return false;
    }
    do
        toml_skip_blanks(parser);
    while (toml_take_newline(parser));
    return true;
}

/* What follows a backslash. */
static int read_escape(struct toml_parser *parser, bool multi, struct strbuf *out)
{
    static const char plain[][2] = {{'b', '\b'}, {'t', '\t'}, {'n', '\n'}, {'f', '\f'},
                                    {'r', '\r'}, {'"', '"'},  {'\\', '\\'}};
    int c = toml_peek(parser);

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (c == plain[i][0]) {
            parser->p++;
            strbuf_addch(out, plain[i][1]);
            return 0;
        }
    }
    if (c == 'u' || c == 'U') {
        parser->p++;
        return read_code_point(parser, c == 'u' ? 4 : 8, out);
    }
    if (multi && take_line_ending(parser))
        return 0;
    return toml_error(parser, "unknown escape in a string");
}

/*
 * Quotes in a multi-line string: one or two are text; of three to five the last three end it.
 * Returns true at the end.
 */
static bool take_quotes(struct toml_parser *parser, char quote, struct strbuf *out)
{
    size_t n = 0;

    while (n < 5 && toml_peek(parser) == quote) {
        parser->p++;
        n++;
    }
    for (size_t i = 0; i < (n < 3 ? n : n - 3); i++)
        strbuf_addch(out, quote);
    return n >= 3;
}

/* A string after its opening quotes. */
static int read_body(struct toml_parser *parser, char quote, bool multi, struct strbuf *out)
{
    for (;;) {
        const char *run = parser->p;
        int c, r;

        for (c = toml_peek(parser); c >= 0 && c != quote && c != '\\' && !is_control(c);
             c = toml_peek(parser))
            parser->p++;
        strbuf_add(out, run, (size_t)(parser->p - run));
        if (c < 0)
            return toml_error(parser, "the string is not closed");
        if (c == quote && !multi) {
            parser->p++;
            return 0;
        }
        if (c == quote) {
            if (take_quotes(parser, quote, out))
                return 0;
        } else if (c == '\\') {
            parser->p++;
            if (quote == '\'') {
                strbuf_addch(out, '\\');
                continue;
            }
            r = read_escape(parser, multi, out);
            if (r < 0)
                return r;
        } else if (multi && toml_take_newline(parser)) {
            strbuf_addch(out, '\n');
        } else if (c == '\n' || c == '\r') {
            return toml_error(parser, "the string is not closed in its line");
        } else {
            return toml_error(parser, "control character 0x%02x in a string", (unsigned)c);
        }
    }
}

int toml_read_string(struct toml_parser *parser, bool key, struct toml_text *out)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    char quote = *parser->p;
    bool multi = !key && parser->end - parser->p >= 3 && parser->p[1] == quote &&
                 parser->p[2] == quote;
    int r;

    parser->p += multi ? 3 : 1;
    if (multi)
        (void)toml_take_newline(parser);
    r = read_body(parser, quote, multi, &text);
    if (r < 0)
        return r;
    out->s = text.failed ? NULL : arena_strndup(parser->arena, text.s ? text.s : "", text.len);
    out->len = text.len;
    if (out->s)
        return 0;
    (void)cdi_error_nomem(parser->err);
    return -CDI_ERR_NOMEM;
}
