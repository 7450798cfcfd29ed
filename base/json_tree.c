/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes on demand, and what is asked of them. */
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_lex.h"

const char *json_skip_value(const char *p, const char *end)
{
    static const bool structure[256] = {
        ['"'] = true, ['{'] = true, ['['] = true, ['}'] = true, [']'] = true};
    size_t depth = 0;

    if (*p != '{' && *p != '[' && *p != '"') {
        while ((unsigned char)*p > ' ' && *p != ',' && *p != ']' && *p != '}')
            p++;
        return p;
    }
    do {
        while (!structure[(unsigned char)*p])
            p++;
        if (*p == '"') {
            p = json_skip_string(p, end);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else
            depth--;
        p++;
    } while (depth);
    return p;
}

/* The type of the value that begins with this character. */
static enum json_type type_at(char first)
{
    switch (first) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

struct cdi_position json_position_of(const char *text, const char *place)
{
    struct cdi_position pos = {1, 1};

    for (const char *p = text; p < place; p++) {
        if (*p == '\n') {
            pos.line++;
            pos.column = 1;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            pos.column++;
        }
    }
    return pos;
}

void json_rewind(struct json_document *doc, const char *text, size_t len)
{
    const char *begin = json_skip_blanks(text), *end = text + len;

    while (end > begin && strchr(" \n\r\t", end[-1]))
        end--;
    doc->text = text;
    doc->len = len;
    doc->root_text = begin;
    doc->root_len = (size_t)(end - begin);
    doc->root = (struct json){
        .type = type_at(*begin), .text = begin, .len = (uint32_t)(end - begin)};
    doc->failure = CDI_OK;
}

int json_check(const struct json_document *doc, struct cdi_error *err)
{
    switch (doc->failure) {
    case CDI_OK:
        return 0;
    case CDI_ERR_NOMEM:
        return cdi_error_nomem(err);
    case CDI_ERR_LIMIT:
        return cdi_error_set_at(err, CDI_ERR_LIMIT, NULL,
                                json_position_of(doc->text, doc->too_many),
                                "an array or object of more than %zu elements", doc->max_children);
    default:
        return cdi_error_set(err, doc->failure,
                             "a string that should go into the document is not valid UTF-8");
    }
}

/* Decodes what is between quotes into the arena, with a NUL behind it. */
static char *decode(struct json_document *doc, const char *raw, size_t len, size_t *out_len)
{
    char *out = arena_bytes(doc->arena, len + 1);

    if (!out) {
        doc->failure = CDI_ERR_NOMEM;
        return NULL;
    }
    *out_len = json_decode(raw, len, out);
    out[*out_len] = '\0';
    return out;
}

/* Reads the name and the colon of a member; returns where its value begins. */
static const char *take_key(struct json_document *doc, struct json *child, const char *p)
{
    const char *end = json_skip_string(p, doc->text + doc->len);
    size_t len;

    child->quoted = p;
    child->key = p + 1;
    len = (size_t)(end - p) - 2;
    if (memchr(child->key, '\\', len))
        child->key = decode(doc, child->key, len, &len);
    child->key_len = (uint32_t)len;
    return json_skip_blanks(json_skip_blanks(end) + 1);
}

void json_link(struct json *parent, struct json *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n++;
}

/* From behind a child to the next one, or to the end of the container. */
static const char *skip_comma(const char *p)
{
    p = json_skip_blanks(p);
    return *p == ',' ? json_skip_blanks(p + 1) : p;
}

static void expand(struct json_document *doc, struct json *v)
{
    const char *p = json_skip_blanks(v->text + 1);

    v->expanded = true;
    while (*p != ']' && *p != '}') {
        struct json *child;

        if (v->n == doc->max_children) {
            doc->failure = CDI_ERR_LIMIT;
            doc->too_many = v->text;
            return;
        }
        child = arena_alloc(doc->arena, sizeof *child);
        if (!child) {
            doc->failure = CDI_ERR_NOMEM;
            return;
        }
        if (v->type == JSON_OBJECT)
            p = take_key(doc, child, p);
        if (doc->failure)
            return;
        child->type = type_at(*p);
        child->text = p;
        p = json_skip_value(p, v->text + v->len);
        child->len = (uint32_t)(p - child->text);
        json_link(v, child);
        p = skip_comma(p);
    }
}

struct json *json_first(struct json_document *doc, struct json *value)
{
    if (!value || value->type < JSON_ARRAY || doc->failure)
        return NULL;
    if (!value->expanded)
        expand(doc, value);
    return doc->failure ? NULL : value->first;
}

size_t json_count(struct json_document *doc, struct json *value)
{
    return json_first(doc, value) ? value->n : 0;
}

struct json *json_find(struct json_document *doc, struct json *object, const char *name)
{
    size_t len = strlen(name);

    if (!object || object->type != JSON_OBJECT)
        return NULL;
    for (struct json *m = json_first(doc, object); m; m = m->next)
        if (m->key_len == len && memcmp(m->key, name, len) == 0)
            return m;
    return NULL;
}

struct json_walk json_walk(const struct json *array)
{
    return (struct json_walk){.p = json_skip_blanks(array->text + 1),
                              .end = array->text + array->len};
}

const struct json *json_walk_next(struct json_walk *walk)
{
    const char *p = walk->p;

    if (*p == ']')
        return NULL;
    walk->element = (struct json){.type = type_at(*p), .text = p};
    p = json_skip_value(p, walk->end);
    walk->element.len = (uint32_t)(p - walk->element.text);
    walk->p = skip_comma(p);
    return &walk->element;
}

const char *json_string(struct json_document *doc, struct json *value)
{
    size_t len;

    if (!value || value->type != JSON_STRING || doc->failure)
        return NULL;
    if (!value->string)
        value->string = decode(doc, value->text + 1, value->len - 2, &len);
    return value->string;
}

bool json_uint32(const struct json *value, uint32_t *out)
{
    uint64_t n = 0;

    if (!value || value->type != JSON_NUMBER || value->len > 10)
        return false;
    for (size_t i = 0; i < value->len; i++) {
        if (value->text[i] < '0' || value->text[i] > '9')
            return false;
        n = n * 10 + (unsigned)(value->text[i] - '0');
    }
    if (n > UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

static bool equal_members(struct json_document *doc, struct json *a, struct json *b)
{
    for (struct json *m = json_first(doc, a); m; m = m->next) {
        struct json *other = json_first(doc, b);

        while (other &&
               (other->key_len != m->key_len || memcmp(other->key, m->key, m->key_len) != 0))
            other = other->next;
        if (!other || !json_equal(doc, m, other))
            return false;
    }
    return true;
}

static bool equal_elements(struct json_document *doc, struct json *a, struct json *b)
{
    struct json *x = json_first(doc, a), *y = json_first(doc, b);

    for (; x && y; x = x->next, y = y->next)
        if (!json_equal(doc, x, y))
            return false;
    return true;
}

bool json_equal(struct json_document *doc, struct json *a, struct json *b)
{
    if (!a || !b || a->type != b->type)
        return false;
    switch (a->type) {
    case JSON_NUMBER:
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    case JSON_STRING: {
        const char *x, *y;

        if (a->len == b->len && memcmp(a->text, b->text, a->len) == 0)
            return true;
        x = json_string(doc, a);
        y = json_string(doc, b);
        return x && y && strcmp(x, y) == 0;
    }
    case JSON_ARRAY:
        return json_count(doc, a) == json_count(doc, b) && equal_elements(doc, a, b);
    case JSON_OBJECT:
        return json_count(doc, a) == json_count(doc, b) && equal_members(doc, a, b);
    default:
        return true;
    }
}

const char *json_type_name(enum json_type type)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",        [JSON_FALSE] = "false",     [JSON_TRUE] = "true",
        [JSON_NUMBER] = "a number",  [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
        [JSON_OBJECT] = "an object",
    };

    return names[type];
}

struct cdi_position json_position(const struct json_document *doc, const struct json *value)
{
    uintptr_t begin = (uintptr_t)doc->text, at = (uintptr_t)value->text;

    if (at < begin || at - begin >= doc->len)
        return (struct cdi_position){0, 0};
    return json_position_of(doc->text, value->text);
}
