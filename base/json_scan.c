/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over a text that decides whether it is JSON. */
#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/json_keys.h"
#include "base/json_lex.h"
#include "base/quote.h"
#include "base/utf8.h"

/* An open container. */
struct frame {
    uint32_t base; /* its names in the key stack begin here */
    bool object;
};

struct scan {
    const char *text, *p, *end; /* *end is NUL, which no token contains */
    struct frame *frames;
    size_t depth, room, max_depth;
    struct json_keys keys;
    struct cdi_error *err;
};

/* What is expected next. A function that fails returns the negative result instead. */
enum expect {
    EXPECT_VALUE,
    EXPECT_FIRST_KEY,     /* or the end of the object */
    EXPECT_FIRST_ELEMENT, /* or the end of the array */
    EXPECT_MORE,          /* a comma, or the end of the container, or of the text */
    EXPECT_NOTHING,
};

CDI_PRINTF(4, 5)
static int fail_at(struct scan *s, const char *place, enum cdi_errc code, const char *fmt, ...)
{
    char what[256];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return cdi_error_set_at(s->err, code, NULL, json_position_of(s->text, place), "%s", what);
}

/* The character at p is not what must come. */
static int unexpected(struct scan *s, const char *p, const char *wanted)
{
    unsigned char c = (unsigned char)*p;

    if (p >= s->end)
        return fail_at(s, p, CDI_ERR_SYNTAX, "the text ends where %s should be", wanted);
    if (c > 0x20 && c < 0x7f)
        return fail_at(s, p, CDI_ERR_SYNTAX, "found '%c' where %s should be", c, wanted);
    if (c == 0xef && s->end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        return fail_at(s, p, CDI_ERR_SYNTAX, "found a byte order mark where %s should be", wanted);
    return fail_at(s, p, CDI_ERR_SYNTAX, "found the byte 0x%02x where %s should be", c, wanted);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 8259, section 6. */
static int scan_number(struct scan *s)
{
    const char *p = s->p;

    p += *p == '-';
    if (!is_digit(*p))
        return unexpected(s, p, "a digit");
    if (*p == '0' && is_digit(p[1]))
        return fail_at(s, p, CDI_ERR_SYNTAX, "a number begins with a superfluous 0");
    while (is_digit(*p))
        p++;
    if (*p == '.') {
        if (!is_digit(*++p))
            return unexpected(s, p, "a digit");
        while (is_digit(*p))
            p++;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        if (!is_digit(*p))
            return unexpected(s, p, "a digit");
        while (is_digit(*p))
            p++;
    }
    s->p = p;
    return EXPECT_MORE;
}

/* Behind the escape whose backslash is at p, or NULL after an error. */
static const char *scan_escape(struct scan *s, const char *p)
{
    if (p[1] != 'u') {
        if (p[1] && strchr("\"\\/bfnrt", p[1]))
            return p + 2;
        (void)fail_at(s, p, CDI_ERR_SYNTAX, "unknown escape in a string");
        return NULL;
    }
    for (int i = 2; i < 6; i++)
        if (!isxdigit((unsigned char)p[i])) {
            (void)fail_at(s, p, CDI_ERR_SYNTAX, "\\u needs four hexadecimal digits");
            return NULL;
        }
    return p + 6;
}

/* Moves over a string. */
static int scan_string(struct scan *s, bool *escaped)
{
    const char *begin = s->p, *p = begin + 1;

    *escaped = false;
    for (;;) {
        p += json_plain(p, s->end);
        if (*p == '"')
            break;
        if (*p == '\\') {
            *escaped = true;
            if (!(p = scan_escape(s, p)))
                return -CDI_ERR_SYNTAX;
        } else if ((unsigned char)*p >= 0x80) {
            size_t len = utf8_length(p, s->end);

            if (len == 0)
                return fail_at(s, p, CDI_ERR_SYNTAX, "a string is not valid UTF-8");
            p += len;
        } else if (p >= s->end) {
            return fail_at(s, begin, CDI_ERR_SYNTAX, "a string has no end");
        } else {
            return fail_at(s, p, CDI_ERR_SYNTAX,
                           "a string has an unescaped control character (0x%02x)",
                           (unsigned char)*p);
        }
    }
    s->p = p + 1;
    return EXPECT_MORE;
}

static int scan_literal(struct scan *s, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(s->p, word, len) != 0)
        return unexpected(s, s->p, "a value");
    s->p += len;
    return EXPECT_MORE;
}

static int open_container(struct scan *s, bool object)
{
    if (s->depth == s->max_depth)
        return fail_at(s, s->p, CDI_ERR_LIMIT, "more than %zu arrays and objects in each other",
                       s->max_depth);
    if (s->depth == s->room) {
        size_t room = s->room ? s->room * 2 : 32;
        struct frame *frames = reallocarray(s->frames, room, sizeof *frames);

        if (!frames)
            return cdi_error_nomem(s->err);
        s->frames = frames;
        s->room = room;
    }
    s->frames[s->depth++] = (struct frame){(uint32_t)s->keys.n, object};
    s->p++;
    return object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ELEMENT;
}

static int close_container(struct scan *s)
{
    const char *name;
    size_t len;
    int r;

    s->depth--;
    s->p++;
    r = json_keys_close(&s->keys, s->frames[s->depth].base, &name, &len);
    if (r < 0)
        return cdi_error_nomem(s->err);
    if (r > 0)
        return fail_at(s, name - 1, CDI_ERR_INVALID, "the member %s is repeated in its object",
                       quote(name, len).text);
    return EXPECT_MORE;
}

static int scan_value(struct scan *s)
{
    bool escaped;

    switch (*s->p) {
    case '{':
        return open_container(s, true);
    case '[':
        return open_container(s, false);
    case '"':
        return scan_string(s, &escaped);
    case 't':
        return scan_literal(s, "true");
    case 'f':
        return scan_literal(s, "false");
    case 'n':
        return scan_literal(s, "null");
    default:
        if (*s->p == '-' || is_digit(*s->p))
            return scan_number(s);
        return unexpected(s, s->p, "a value");
    }
}

/* A member's name and its colon. */
static int scan_key(struct scan *s)
{
    const char *begin = s->p;
    bool escaped;
    int r;

    if (*begin != '"')
        return unexpected(s, begin, "a member name");
    r = scan_string(s, &escaped);
    if (r < 0)
        return r;
    if (!json_keys_add(&s->keys, begin + 1, (size_t)(s->p - begin) - 2, escaped))
        return cdi_error_nomem(s->err);
    s->p = json_skip_blanks(s->p);
    if (*s->p != ':')
        return unexpected(s, s->p, "':'");
    s->p++;
    return EXPECT_VALUE;
}

/* What comes behind a value. */
static int scan_more(struct scan *s)
{
    bool object;

    if (s->depth == 0)
        return s->p == s->end ? EXPECT_NOTHING : unexpected(s, s->p, "the end");
    object = s->frames[s->depth - 1].object;
    if (*s->p == (object ? '}' : ']'))
        return close_container(s);
    if (*s->p != ',')
        return unexpected(s, s->p, object ? "',' or '}'" : "',' or ']'");
    s->p++;
    if (!object)
        return EXPECT_VALUE;
    s->p = json_skip_blanks(s->p);
    return scan_key(s);
}

static int scan_text(struct scan *s)
{
    int expect = EXPECT_VALUE;

    while (expect >= 0 && expect != EXPECT_NOTHING) {
        s->p = json_skip_blanks(s->p);
        switch (expect) {
        case EXPECT_VALUE:
            expect = scan_value(s);
            break;
        case EXPECT_FIRST_KEY:
            expect = *s->p == '}' ? close_container(s) : scan_key(s);
            break;
        case EXPECT_FIRST_ELEMENT:
            expect = *s->p == ']' ? close_container(s) : scan_value(s);
            break;
        default:
            expect = scan_more(s);
            break;
        }
    }
    return expect < 0 ? expect : 0;
}

int json_parse(struct json_document *doc, struct arena *arena, const char *text, size_t len,
               size_t max_depth, struct cdi_error *err)
{
    struct scan s = {
        .text = text, .p = text, .end = text + len, .max_depth = max_depth, .err = err};
    int r;

    if (len > INT32_MAX)
        return cdi_error_set(err, CDI_ERR_LIMIT, "a text of more than 2 GiB");
    if (*json_skip_blanks(text) == '\0' && json_skip_blanks(text) == s.end)
        return cdi_error_set_at(err, CDI_ERR_SYNTAX, NULL, (struct cdi_position){1, 1},
                                "the text is empty");
    json_keys_init(&s.keys, text);
    r = scan_text(&s);
    json_keys_free(&s.keys);
    free(s.frames);
    if (r < 0)
        return r;
    doc->arena = arena;
    doc->max_children = SIZE_MAX;
    json_rewind(doc, text, len);
    return 0;
}
