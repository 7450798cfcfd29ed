/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cdi/fields.h"
#include "cdi/write.h"

/* The letter of a two-character escape, 0 if there is none. */
static char escape_letter(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

static bool needs_no_escape(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void write_json_string(struct strbuf *b, const char *s)
{
    size_t len = strlen(s);

    strbuf_addch(b, '"');
    for (size_t i = 0, run = 0; i < len; i += run) {
        uint32_t point;

        for (run = 0; i + run < len && needs_no_escape((unsigned char)s[i + run]); run++)
            ;
        if (run) {
            strbuf_add(b, s + i, run);
            continue;
        }
        run = utf8_decode(s + i, len - i, &point);
        if (point && point < 0x80 && escape_letter((char)point))
            strbuf_printf(b, "\\%c", escape_letter((char)point));
        else if (!utf8_is_text(point)) /* readers of CDI documents refuse most of these raw */
            strbuf_printf(b, "\\u%04" PRIx32, point);
        else if (point == UTF8_REPLACEMENT)
            strbuf_addstr(b, UTF8_REPLACEMENT_TEXT);
        else
            strbuf_add(b, s + i, run);
    }
    strbuf_addch(b, '"');
}

static void write_strings(struct strbuf *b, const struct cdi_strings *list)
{
    for (size_t i = 0; i < list->n; i++) {
        strbuf_addch(b, i ? ',' : '[');
        write_json_string(b, list->items[i] ? list->items[i] : "");
    }
    strbuf_addstr(b, list->n ? "]" : "[]");
}

static void write_map(struct strbuf *b, const struct cdi_annotations *map)
{
    _cleanup_free_ const struct cdi_annotation **sorted = write_sorted(map);

    if (!sorted) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        strbuf_addch(b, i ? ',' : '{');
        write_json_string(b, sorted[i]->key);
        strbuf_addch(b, ':');
        write_json_string(b, sorted[i]->value);
    }
    strbuf_addstr(b, map->n ? "}" : "{}");
}

static void write_value(struct strbuf *b, const struct field *field, const void *base)
{
    const void *at = field_get(base, field);
    size_t n;

    switch ((enum field_type)field->type) {
    case FIELD_STRING:
        write_json_string(b, field_string(base, field));
        break;
    case FIELD_STRINGS:
        write_strings(b, at);
        break;
    case FIELD_MAP:
        write_map(b, at);
        break;
    case FIELD_INT64:
        strbuf_printf(b, "%" PRId64, *(const int64_t *)at);
        break;
    case FIELD_OPT_INT64:
        strbuf_printf(b, "%" PRId64, ((const struct cdi_opt_int64 *)at)->value);
        break;
    case FIELD_OPT_UINT32:
        strbuf_printf(b, "%" PRIu32, ((const struct cdi_opt_uint32 *)at)->value);
        break;
    case FIELD_BOOL:
        strbuf_addstr(b, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_UINT32S:
        n = field_count(base, field);
        for (size_t i = 0; i < n; i++)
            strbuf_printf(b, "%c%" PRIu32, i ? ',' : '[', (*(const uint32_t *const *)at)[i]);
        strbuf_addstr(b, n ? "]" : "[]");
        break;
    case FIELD_OBJECT:
        write_json(b, field->object, at);
        break;
    case FIELD_OPT_OBJECT:
        write_json(b, field->object, *(const void *const *)at);
        break;
    case FIELD_OBJECTS:
        n = field_count(base, field);
        for (size_t i = 0; i < n; i++) {
            strbuf_addch(b, i ? ',' : '[');
            write_json(b, field->object, field_item(base, field, i));
        }
        strbuf_addstr(b, n ? "]" : "[]");
        break;
    case FIELD_TYPES:
        break;
    }
}

void write_json(struct strbuf *b, const struct object *object, const void *base)
{
    bool first = true;

    strbuf_addch(b, '{');
    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        if (!(field->flags & (FIELD_REQUIRED | FIELD_IN_JSON)) && field_empty(base, field))
            continue;
        strbuf_printf(b, "%s\"%s\":", first ? "" : ",", field->name);
        first = false;
        write_value(b, field, base);
    }
    strbuf_addch(b, '}');
}
