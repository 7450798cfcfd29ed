/* SPDX-License-Identifier: Apache-2.0 */
/* New values, and changes of the tree. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_lex.h"

static void mark_edited(struct json *v)
{
    for (; v && !v->edited; v = v->parent)
        v->edited = true;
}

static struct json *new_node(struct json_document *doc, enum json_type type)
{
    struct json *v = doc->failure ? NULL : arena_alloc(doc->arena, sizeof *v);

    if (!v) {
        if (!doc->failure)
            doc->failure = CDI_ERR_NOMEM;
        return NULL;
    }
    v->type = type;
    return v;
}

struct json *json_new(struct json_document *doc, enum json_type type)
{
    static const char *const words[] = {
        [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
    struct json *v = new_node(doc, type);

    if (v && type >= JSON_ARRAY) {
        v->expanded = true;
    } else if (v) {
        v->text = words[type];
        v->len = (uint32_t)strlen(v->text);
    }
    return v;
}

/* Text with quotes in the arena; NULL, with the failure remembered, if that is impossible. */
static const char *new_text(struct json_document *doc, const char *s, size_t *len)
{
    size_t given = strlen(s);
    char *text = NULL;

    *len = json_encode(s, given, NULL);
    if (*len && *len <= INT32_MAX)
        text = arena_bytes(doc->arena, *len);
    if (text)
        (void)json_encode(s, given, text);
    else
        doc->failure = *len ? CDI_ERR_NOMEM : CDI_ERR_INVALID;
    return text;
}

struct json *json_new_string(struct json_document *doc, const char *s)
{
    struct json *v = new_node(doc, JSON_STRING);
    size_t len = 0;

    if (!v)
        return NULL;
    v->text = new_text(doc, s, &len);
    v->len = (uint32_t)len;
    return v->text ? v : NULL;
}

struct json *json_new_integer(struct json_document *doc, int64_t n)
{
    struct json *v = new_node(doc, JSON_NUMBER);
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    char buf[24], *p = buf + sizeof buf;

    if (!v)
        return NULL;
    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (n < 0)
        *--p = '-';
    v->len = (uint32_t)(buf + sizeof buf - p);
    v->text = arena_strndup(doc->arena, p, v->len);
    if (v->text)
        return v;
    doc->failure = CDI_ERR_NOMEM;
    return NULL;
}

static void set_name(struct json_document *doc, struct json *member, const char *name)
{
    size_t len = strlen(name);
    const char *key = arena_strndup(doc->arena, name, len);

    if (!key || json_encode(name, len, NULL) == 0) {
        doc->failure = key ? CDI_ERR_INVALID : CDI_ERR_NOMEM;
        return;
    }
    member->key = key;
    member->key_len = (uint32_t)len;
    member->quoted = NULL;
}

void json_append(struct json_document *doc, struct json *array, struct json *value)
{
    if (!array || !value)
        return;
    (void)json_first(doc, array);
    if (doc->failure)
        return;
    json_link(array, value);
    mark_edited(array);
}

void json_add(struct json_document *doc, struct json *object, const char *name, struct json *value)
{
    if (!object || !value)
        return;
    set_name(doc, value, name);
    json_append(doc, object, value);
}

void json_replace(struct json_document *doc, struct json *child, struct json *value)
{
    struct json old;

    if (!child || !value || doc->failure)
        return;
    old = *child;
    *child = *value;
    child->next = old.next;
    child->parent = old.parent;
    child->key = old.key;
    child->key_len = old.key_len;
    child->quoted = old.quoted;
    for (struct json *v = value->type >= JSON_ARRAY ? value->first : NULL; v; v = v->next)
        v->parent = child;
    mark_edited(old.parent);
}

void json_fill(struct json_document *doc, struct json *null, enum json_type type)
{
    if (!null || doc->failure)
        return;
    null->type = type;
    null->text = NULL;
    null->len = 0;
    null->expanded = true;
    mark_edited(null);
}

void json_rename(struct json_document *doc, struct json *member, const char *name)
{
    if (!member)
        return;
    set_name(doc, member, name);
    mark_edited(member->parent);
}

/* True if these are the elements of the array already, in this order. */
static bool has_items(const struct json *array, struct json *const *items, size_t n)
{
    const struct json *v = array->first;

    if (array->n != n)
        return false;
    for (size_t i = 0; i < n; i++, v = v->next)
        if (items[i] != v)
            return false;
    return true;
}

void json_assign(struct json_document *doc, struct json *array, struct json *const *items, size_t n)
{
    if (!array)
        return;
    (void)json_first(doc, array);
    if (doc->failure || has_items(array, items, n))
        return;
    array->first = array->last = NULL;
    array->n = 0;
    for (size_t i = 0; i < n; i++)
        json_link(array, items[i]);
    mark_edited(array);
}

void json_remove(struct json_document *doc, struct json *child)
{
    struct json *parent = child ? child->parent : NULL, *last = NULL;

    if (!parent || doc->failure)
        return;
    for (struct json **link = &parent->first; *link; link = &(*link)->next) {
        if (*link != child) {
            last = *link;
            continue;
        }
        *link = child->next;
        parent->n--;
        if (parent->last == child)
            parent->last = last;
        mark_edited(parent);
        return;
    }
}
