/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML in the layout of the CDI Go library: block style, four columns a level, lists indented
 * below their key. libyaml's emitter cannot indent lists so, hence our own.
 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/fields.h"
#include "cdi/scalar.h"
#include "cdi/utf8.h"
#include "cdi/write.h"

enum {
    LEVEL = 4,
    LONGEST_SIMPLE_KEY = 128, /* bytes; a longer key gets the "? key" form */
};

enum style {
    STYLE_PLAIN,
    STYLE_SINGLE,
    STYLE_DOUBLE,
    STYLE_LITERAL,
};

/* What of a text decides on its style. */
struct traits {
    bool special;     /* a character that only double quotes can write */
    bool breaks;      /* line feeds */
    bool edge_space;  /* a space or line feed at the begin, a space at the end */
    bool space_break; /* a space beside a line feed */
    bool indicator;   /* something that would not be plain text to YAML */
};

static size_t next_level(size_t indent)
{
    return (indent + LEVEL) / LEVEL * LEVEL;
}

static void add_spaces(struct strbuf *b, size_t n)
{
    static const char spaces[] = "                ";

    for (; n >= sizeof spaces; n -= sizeof spaces - 1)
        strbuf_add(b, spaces, sizeof spaces - 1);
    strbuf_add(b, spaces, n);
}

/* Characters that need no escape; the only line break is '\n'. */
static bool printable(uint32_t point)
{
    return (point >= 0x20 && point < 0x7F) || point == '\n' || utf8_is_text(point);
}

static bool begins_as_indicator(const char *s, size_t len)
{
    bool alone = len == 1 || s[1] == ' ';

    if (strchr("#,[]{}&*!|>'\"%@`", *s))
        return true;
    if (strchr("-?:", *s))
        return alone;
    return len >= 3 && memcmp(s, "...", 3) == 0;
}

static struct traits traits_of(const char *s, size_t len)
{
    struct traits t = {0};

    if (len == 0)
        return t;
    t.indicator = begins_as_indicator(s, len) || (len >= 3 && memcmp(s, "---", 3) == 0);
    t.edge_space = s[0] == ' ' || s[0] == '\n' || s[len - 1] == ' ';
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t point;
        char after = s[i + 1]; /* NUL at the end */

        n = utf8_decode(s + i, len - i, &point);
        if (!printable(point) || (n == 1 && point == UTF8_REPLACEMENT))
            t.special = true;
        else if (point == '\n')
            t.breaks = true;
        else if (point == ':' && (after == ' ' || after == '\0' || after == '\n'))
            t.indicator = true;
        else if (point == ' ' && after == '#')
            t.indicator = true;
        if ((point == ' ' && after == '\n') || (point == '\n' && after == ' '))
            t.space_break = true;
    }
    return t;
}

static enum style choose_style(const char *s, size_t len, bool key)
{
    struct traits t = traits_of(s, len);

    if (len == 0 || t.special || (t.breaks && (key || t.edge_space || t.space_break)))
        return STYLE_DOUBLE;
    if (t.breaks)
        return STYLE_LITERAL;
    if (!scalar_is_string(s, len))
        return STYLE_DOUBLE;
    return t.indicator || t.edge_space ? STYLE_SINGLE : STYLE_PLAIN;
}

static void add_single(struct strbuf *b, const char *s, size_t len)
{
    strbuf_addch(b, '\'');
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\'')
            strbuf_addch(b, '\'');
        strbuf_addch(b, s[i]);
    }
    strbuf_addch(b, '\'');
}

static void add_escape(struct strbuf *b, uint32_t point)
{
    static const char letters[] = "0\0a\7b\10t\11n\12v\13f\14r\15e\33\"\"\\\\";

    for (size_t i = 0; i + 1 < sizeof letters; i += 2)
        if ((uint32_t)letters[i + 1] == point) {
            strbuf_printf(b, "\\%c", letters[i]);
            return;
        }
    strbuf_printf(b, point < 0x100 ? "\\x%02" PRIX32 : "\\u%04" PRIX32, point);
}

static void add_double(struct strbuf *b, const char *s, size_t len)
{
    strbuf_addch(b, '"');
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t point;

        n = utf8_decode(s + i, len - i, &point);
        if (!printable(point) || point == '\n' || point == '"' || point == '\\')
            add_escape(b, point);
        else if (point == UTF8_REPLACEMENT)
            strbuf_addstr(b, "\xEF\xBF\xBD");
        else
            strbuf_add(b, s + i, n);
    }
    strbuf_addch(b, '"');
}

/* A block scalar; its text begins with neither space nor line feed. */
static void add_literal(struct strbuf *b, const char *s, size_t len, size_t indent)
{
    bool ends = s[len - 1] == '\n';
    bool ends_twice = ends && s[len - 2] == '\n';

    strbuf_addstr(b, ends_twice ? "|+" : ends ? "|" : "|-");
    for (const char *line = s, *end = s + len; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((stop ? stop : end) - line);

        strbuf_addch(b, '\n');
        if (n)
            add_spaces(b, indent);
        strbuf_add(b, line, n);
        line += n + 1;
    }
}

/* A string; `indent` is that of the lines of a block scalar. */
static void add_string(struct strbuf *b, const char *s, size_t indent, bool key)
{
    size_t len = strlen(s);

    switch (choose_style(s, len, key)) {
    case STYLE_PLAIN:
        strbuf_add(b, s, len);
        break;
    case STYLE_SINGLE:
        add_single(b, s, len);
        break;
    case STYLE_DOUBLE:
        add_double(b, s, len);
        break;
    case STYLE_LITERAL:
        add_literal(b, s, len, indent);
        break;
    }
}

/* Ends the line and begins an item of a list. */
static void add_item(struct strbuf *b, size_t indent)
{
    strbuf_addch(b, '\n');
    add_spaces(b, indent);
    strbuf_addstr(b, "- ");
}

static void write_object(struct strbuf *b, const struct object *object, const void *base,
                         size_t indent, bool in_item);

static void write_strings(struct strbuf *b, const struct cdi_strings *list, size_t indent)
{
    for (size_t i = 0; i < list->n; i++) {
        add_item(b, indent);
        add_string(b, list->items[i] ? list->items[i] : "", indent + 2, false);
    }
}

static void write_map(struct strbuf *b, const struct cdi_annotations *map, size_t indent)
{
    _cleanup_free_ const struct cdi_annotation **sorted = write_sorted(map);

    if (!sorted) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        bool simple = strlen(sorted[i]->key) <= LONGEST_SIMPLE_KEY;

        strbuf_addch(b, '\n');
        add_spaces(b, indent);
        strbuf_addstr(b, simple ? "" : "? ");
        add_string(b, sorted[i]->key, 0, true);
        if (!simple) {
            strbuf_addch(b, '\n');
            add_spaces(b, indent);
        }
        strbuf_addstr(b, ": ");
        add_string(b, sorted[i]->value, next_level(indent), false);
    }
}

/* An object below its key, or {} behind it. */
static void write_inner(struct strbuf *b, const struct object *object, const void *base,
                        size_t indent)
{
    if (object_empty(object, base))
        strbuf_addstr(b, " {}");
    else
        write_object(b, object, base, indent, false);
}

/* What stands behind "key:"; `indent` is that of the level below the key. */
static void write_value(struct strbuf *b, const struct field *field, const void *base,
                        size_t indent)
{
    const void *at = field_get(base, field);
    size_t n = 0;

    switch ((enum field_type)field->type) {
    case FIELD_STRING:
        strbuf_addch(b, ' ');
        add_string(b, field_string(base, field), indent, false);
        break;
    case FIELD_STRINGS:
        write_strings(b, at, indent);
        break;
    case FIELD_MAP:
        write_map(b, at, indent);
        break;
    case FIELD_INT64:
        strbuf_printf(b, " %" PRId64, *(const int64_t *)at);
        break;
    case FIELD_OPT_INT64:
        strbuf_printf(b, " %" PRId64, ((const struct cdi_opt_int64 *)at)->value);
        break;
    case FIELD_OPT_UINT32:
        strbuf_printf(b, " %" PRIu32, ((const struct cdi_opt_uint32 *)at)->value);
        break;
    case FIELD_BOOL:
        strbuf_addstr(b, *(const bool *)at ? " true" : " false");
        break;
    case FIELD_UINT32S:
        for (; n < field_count(base, field); n++) {
            add_item(b, indent);
            strbuf_printf(b, "%" PRIu32, (*(const uint32_t *const *)at)[n]);
        }
        break;
    case FIELD_OBJECT:
        write_inner(b, field->object, at, indent);
        break;
    case FIELD_OPT_OBJECT:
        write_inner(b, field->object, *(const void *const *)at, indent);
        break;
    case FIELD_OBJECTS:
        for (; n < field_count(base, field); n++) {
            add_item(b, indent);
            write_object(b, field->object, field_item(base, field, n), indent + 2, true);
        }
        strbuf_addstr(b, n ? "" : " []");
        break;
    case FIELD_TYPES:
        break;
    }
}

/* The fields of an object, each on a line of its own; the first behind "- " in an item. */
static void write_object(struct strbuf *b, const struct object *object, const void *base,
                         size_t indent, bool in_item)
{
    bool first = in_item;

    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        if (!(field->flags & FIELD_REQUIRED) && field_empty(base, field))
            continue;
        if (!first) {
            strbuf_addch(b, '\n');
            add_spaces(b, indent);
        }
        first = false;
        strbuf_add(b, field->name, field->len);
        strbuf_addch(b, ':');
        write_value(b, field, base, next_level(indent));
    }
    if (first)
        strbuf_addstr(b, "{}");
}

void write_yaml(struct strbuf *b, const struct object *object, const void *base)
{
    size_t start;

    strbuf_addstr(b, "---");
    start = b->len;
    write_object(b, object, base, 0, false);
    strbuf_addstr(b, b->len == start ? " {}\n" : "\n");
}
