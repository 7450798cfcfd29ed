/* SPDX-License-Identifier: Apache-2.0 */
/* YAML through libyaml's emitter, which knows the syntax; what a plain text means, we know. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cdi/fields.h"
#include "cdi/scalar.h"
#include "cdi/write.h"

enum {
    LEVEL = 2, /* columns */
    UNLIMITED = -1,
};

/* A failure is remembered in `out`; then nothing more is emitted. */
struct writer {
    yaml_emitter_t emitter;
    struct strbuf *out;
};

static int add_output(void *out, unsigned char *text, size_t len)
{
    struct strbuf *b = out;

    strbuf_add(b, text, len);
    return !b->failed;
}

/*
 * Emits an event, whose initialization returned `made`. As events and their order are ours and
 * right, libyaml fails for want of memory only. It frees the event whether it fails or not.
 */
static void emit(struct writer *w, yaml_event_t *event, int made)
{
    if (made && w->out->failed)
        yaml_event_delete(event);
    else if (!made || !yaml_emitter_emit(&w->emitter, event))
        w->out->failed = true;
}

static void emit_scalar(struct writer *w, const char *s, size_t len, yaml_scalar_style_t style)
{
    yaml_event_t event;

    if (len > INT_MAX) { /* libyaml counts in int */
        w->out->failed = true;
        return;
    }
    emit(w, &event,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)s, (int)len, 1, 1,
                                      style));
}

static void emit_number(struct writer *w, int64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, number);

    emit_scalar(w, text, (size_t)len, YAML_PLAIN_SCALAR_STYLE);
}

static void begin_list(struct writer *w)
{
    yaml_event_t event;

    emit(w, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

static void end_list(struct writer *w)
{
    yaml_event_t event;

    emit(w, &event, yaml_sequence_end_event_initialize(&event));
}

static void begin_mapping(struct writer *w)
{
    yaml_event_t event;

    emit(w, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
}

static void end_mapping(struct writer *w)
{
    yaml_event_t event;

    emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

/*
 * True for a text of several lines that a block shows exactly. One that begins with a blank
 * would need an indentation indicator; one that ends with empty lines, "..." behind it when it
 * ends the document.
 */
static bool fits_block(const char *s, size_t len)
{
    return *s != ' ' && *s != '\n' && !(s[len - 1] == '\n' && s[len - 2] == '\n');
}

/*
 * The style to ask libyaml for. It knows what needs quotes by the syntax, and then quotes what
 * should be plain or a block; so here is what depends on meaning, and what it gets wrong:
 * U+2028 and U+2029 are line breaks to YAML 1.1 only.
 */
static yaml_scalar_style_t choose_style(const char *s, size_t len, bool key)
{
    if (!scalar_is_string(s, len) || memmem(s, len, "\xE2\x80\xA8", 3) ||
        memmem(s, len, "\xE2\x80\xA9", 3))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (!memchr(s, '\n', len))
        return YAML_PLAIN_SCALAR_STYLE;
    return !key && fits_block(s, len) ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static bool is_utf8(const char *s, size_t len)
{
    const char *end = s + len;
    size_t n;

    while (s < end && (n = utf8_length(s, end)) > 0)
        s += n;
    return s == end;
}

/*
 * A string as libyaml takes it, malloc'ed: U+0000 is one byte, what is not UTF-8 is U+FFFD.
 * NULL without memory.
 */
static char *to_utf8(const char *s, size_t *len)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0, n; i < *len; i += n) {
        uint32_t point;

        n = utf8_decode(s + i, *len - i, &point);
        if (point == 0)
            strbuf_addch(&b, '\0');
        else if (point == UTF8_REPLACEMENT)
            strbuf_addstr(&b, UTF8_REPLACEMENT_TEXT);
        else
            strbuf_add(&b, s + i, n);
    }
    return strbuf_take(&b, len);
}

static void emit_string(struct writer *w, const char *s, bool key)
{
    _cleanup_free_ char *utf8 = NULL;
    size_t len = strlen(s);

    if (!is_utf8(s, len)) {
        s = utf8 = to_utf8(s, &len);
        if (!utf8) {
            w->out->failed = true;
            return;
        }
    }
    emit_scalar(w, s, len, choose_style(s, len, key));
}

static void emit_strings(struct writer *w, const struct cdi_strings *list)
{
    begin_list(w);
    for (size_t i = 0; i < list->n; i++)
        emit_string(w, list->items[i] ? list->items[i] : "", false);
    end_list(w);
}

static void emit_map(struct writer *w, const struct cdi_annotations *map)
{
    _cleanup_free_ const struct cdi_annotation **sorted = write_sorted(map);

    if (!sorted) {
        w->out->failed = true;
        return;
    }
    begin_mapping(w);
    for (size_t i = 0; i < map->n; i++) {
        emit_string(w, sorted[i]->key, true);
        emit_string(w, sorted[i]->value, false);
    }
    end_mapping(w);
}

static void emit_object(struct writer *w, const struct object *object, const void *base);

static void emit_value(struct writer *w, const struct field *field, const void *base)
{
    const void *at = field_get(base, field);

    switch ((enum field_type)field->type) {
    case FIELD_STRING:
        emit_string(w, field_string(base, field), false);
        break;
    case FIELD_STRINGS:
        emit_strings(w, at);
        break;
    case FIELD_MAP:
        emit_map(w, at);
        break;
    case FIELD_INT64:
        emit_number(w, *(const int64_t *)at);
        break;
    case FIELD_OPT_INT64:
        emit_number(w, ((const struct cdi_opt_int64 *)at)->value);
        break;
    case FIELD_OPT_UINT32:
        emit_number(w, ((const struct cdi_opt_uint32 *)at)->value);
        break;
    case FIELD_BOOL:
        emit_scalar(w, *(const bool *)at ? "true" : "false", *(const bool *)at ? 4 : 5,
                    YAML_PLAIN_SCALAR_STYLE);
        break;
    case FIELD_UINT32S:
        begin_list(w);
        for (size_t i = 0; i < field_count(base, field); i++)
            emit_number(w, (*(const uint32_t *const *)at)[i]);
        end_list(w);
        break;
    case FIELD_OBJECT:
        emit_object(w, field->object, at);
        break;
    case FIELD_OPT_OBJECT:
        emit_object(w, field->object, *(const void *const *)at);
        break;
    case FIELD_OBJECTS:
        begin_list(w);
        for (size_t i = 0; i < field_count(base, field); i++)
            emit_object(w, field->object, field_item(base, field, i));
        end_list(w);
        break;
    case FIELD_TYPES:
        break;
    }
}

static void emit_object(struct writer *w, const struct object *object, const void *base)
{
    begin_mapping(w);
    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        if (!(field->flags & FIELD_REQUIRED) && field_empty(base, field))
            continue;
        emit_scalar(w, field->name, field->len, YAML_PLAIN_SCALAR_STYLE);
        emit_value(w, field, base);
    }
    end_mapping(w);
}

void write_yaml(struct strbuf *b, const struct object *object, const void *base)
{
    struct writer w = {.out = b};
    yaml_event_t event;

    if (!yaml_emitter_initialize(&w.emitter)) {
        b->failed = true;
        return;
    }
    yaml_emitter_set_output(&w.emitter, add_output, b);
    yaml_emitter_set_indent(&w.emitter, LEVEL);
    yaml_emitter_set_width(&w.emitter, UNLIMITED);
    yaml_emitter_set_unicode(&w.emitter, 1);
    emit(&w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(&w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 0));
    emit_object(&w, object, base);
    emit(&w, &event, yaml_document_end_event_initialize(&event, 1));
    emit(&w, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&w.emitter);
}
