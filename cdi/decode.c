/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/decode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/strbuf.h"
#include "cdi/decode_internal.h"
#include "cdi/fields.h"

typedef int decode_fn(struct decoder *d, const struct field *field, const struct yaml_node *node,
                      void *base, const struct member *at);

static int nomem(const struct decoder *d)
{
    return cdi_error_nomem(d->err);
}

static bool is_null(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && node->scalar.type == SCALAR_NULL;
}

static int wrong_object(const struct decoder *d, const struct object *object,
                        const struct yaml_node *node, const struct member *at)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof wanted, "an object (%s)", object->name);
    return decode_wrong_type(d, node, at, wanted);
}

/* The text of a scalar in a place for strings. */
static int string_of(struct decoder *d, const struct yaml_node *node, const char **s,
                     const struct member *at)
{
    char text[SCALAR_TEXT_MAX];
    size_t len;

    *s = "";
    if (node->kind != YAML_SCALAR)
        return decode_wrong_type(d, node, at, "a string");
    if (node->scalar.type == SCALAR_STRING) {
        *s = node->scalar.s;
        return 0;
    }
    len = scalar_format(&node->scalar, text);
    *s = arena_strndup(d->arena, text, len);
    return *s ? decode_note_coerced(d, node, *s, at) : nomem(d);
}

/*
 * An integer from min to max, also one written as a float. Not -0.0 where min is 0: on its way
 * through JSON in the Go library it becomes the text "-0", which is refused as unsigned.
 */
static bool integer_of(const struct yaml_node *node, int64_t min, int64_t max, int64_t *value)
{
    const struct scalar *scalar = &node->scalar;

    if (node->kind != YAML_SCALAR)
        return false;
    if (scalar->type == SCALAR_INT)
        *value = scalar->i;
    else if (scalar->type == SCALAR_FLOAT && fabs(scalar->f) < 0x1p63 &&
             (double)(int64_t)scalar->f == scalar->f && !(signbit(scalar->f) && min == 0))
        *value = (int64_t)scalar->f;
    else
        return false;
    return *value >= min && *value <= max;
}

static const char a_uint32[] = "an integer from 0 to 4294967295";
static const char an_int64[] = "an integer of 64 bits";

static int decode_string(struct decoder *d, const struct field *field, const struct yaml_node *node,
                         void *base, const struct member *at)
{
    return is_null(node) ? 0 : string_of(d, node, field_at(base, field), at);
}

static int decode_int64(struct decoder *d, const struct field *field, const struct yaml_node *node,
                        void *base, const struct member *at)
{
    int64_t *value = field_at(base, field);

    if (is_null(node))
        return 0;
    return integer_of(node, INT64_MIN, INT64_MAX, value) ? 0
                                                         : decode_wrong_type(d, node, at, an_int64);
}

static int decode_opt_int64(struct decoder *d, const struct field *field,
                            const struct yaml_node *node, void *base, const struct member *at)
{
    struct cdi_opt_int64 *value = field_at(base, field);

    value->set = integer_of(node, INT64_MIN, INT64_MAX, &value->value);
    return value->set || is_null(node) ? 0 : decode_wrong_type(d, node, at, an_int64);
}

static int decode_opt_uint32(struct decoder *d, const struct field *field,
                             const struct yaml_node *node, void *base, const struct member *at)
{
    struct cdi_opt_uint32 *value = field_at(base, field);
    int64_t wide;

    value->set = integer_of(node, 0, UINT32_MAX, &wide);
    if (value->set)
        value->value = (uint32_t)wide;
    return value->set || is_null(node) ? 0 : decode_wrong_type(d, node, at, a_uint32);
}

static int decode_bool(struct decoder *d, const struct field *field, const struct yaml_node *node,
                       void *base, const struct member *at)
{
    if (is_null(node))
        return 0;
    if (node->kind != YAML_SCALAR || node->scalar.type != SCALAR_BOOL)
        return decode_wrong_type(d, node, at, "true or false");
    *(bool *)field_at(base, field) = node->scalar.b;
    return 0;
}

static int decode_strings(struct decoder *d, const struct field *field,
                          const struct yaml_node *node, void *base, const struct member *at)
{
    struct cdi_strings *list = field_at(base, field);

    *list = (struct cdi_strings){NULL, 0};
    if (is_null(node))
        return 0;
    if (node->kind != YAML_SEQUENCE)
        return decode_wrong_type(d, node, at, "a list of strings");
    list->items = arena_calloc(d->arena, node->len, sizeof *list->items);
    if (!list->items)
        return nomem(d);
    for (; list->n < node->len; list->n++) {
        const struct member item = {.in = at, .index = list->n};
        int r = string_of(d, node->items[list->n], &list->items[list->n], &item);

        if (r < 0)
            return r;
    }
    return 0;
}

static int decode_uint32s(struct decoder *d, const struct field *field,
                          const struct yaml_node *node, void *base, const struct member *at)
{
    size_t *n = field_count_at(base, field);
    uint32_t *items;

    *n = 0;
    if (is_null(node))
        return 0;
    if (node->kind != YAML_SEQUENCE)
        return decode_wrong_type(d, node, at, "a list of integers");
    items = arena_calloc(d->arena, node->len, sizeof *items);
    if (!items)
        return nomem(d);
    *(uint32_t **)field_at(base, field) = items;
    for (; *n < node->len; (*n)++) {
        const struct member item = {.in = at, .index = *n};
        int64_t wide = 0;
        int r = 0;

        if (integer_of(node->items[*n], 0, UINT32_MAX, &wide))
            items[*n] = (uint32_t)wide;
        else if (!is_null(node->items[*n]))
            r = decode_wrong_type(d, node->items[*n], &item, a_uint32);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The step to a key of an object, which may be no field: quoted where a path needs it. */
static struct member key_member(const struct member *at, const char *name)
{
    size_t len = 0;

    while (ascii_isalnum(name[len]) || name[len] == '_' || name[len] == '-')
        len++;
    return (struct member){.in = at, .name = name, .key = len == 0 || name[len]};
}

/*
 * The n entries of a mapping in the order in which they apply, bytewise by key, malloc'ed in
 * *out. A key that is there again is refused and left out. `map`: its keys are no fields.
 */
static int sort_entries(struct decoder *d, const struct yaml_node *node, const struct member *at,
                        bool map, struct yaml_entry **out, size_t *n)
{
    _cleanup_free_ struct yaml_entry *sorted = calloc(node->len, sizeof *sorted);
    size_t kept = 0;

    if (!sorted)
        return nomem(d);
    memcpy(sorted, node->entries, node->len * sizeof *sorted);
    qsort(sorted, node->len, sizeof *sorted, yaml_entry_compare);
    for (size_t i = 0; i < node->len; i++) {
        const struct yaml_node *first = sorted[kept ? kept - 1 : 0].key, *key = sorted[i].key;
        struct member member = key_member(at, key->scalar.s);
        int r;

        if (kept == 0 || strcmp(first->scalar.s, key->scalar.s) != 0) {
            sorted[kept++] = sorted[i];
            continue;
        }
        member.key |= map;
        r = decode_refuse(d, RULE_DUPLICATE_KEY, key->pos, &member, "",
                          "duplicate key %s in %s; the first is on line %u",
                          quote_string(key->scalar.s).text, member_path(at, "the document").text,
                          first->pos.line);
        if (r < 0)
            return r;
    }
    *out = TAKE_PTR(sorted);
    *n = kept;
    return 0;
}

/* By key, then by age. */
static int compare_annotations(const void *a, const void *b)
{
    const struct cdi_annotation *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    return order ? order : (*x > *y) - (*x < *y);
}

/* Drops the entries that another spelling of the field has replaced. */
static int drop_replaced(struct decoder *d, struct cdi_annotations *map)
{
    _cleanup_free_ struct cdi_annotation **sorted = calloc(map->n, sizeof *sorted);
    size_t n = 0;

    if (!sorted)
        return nomem(d);
    for (size_t i = 0; i < map->n; i++)
        sorted[i] = &map->items[i];
    qsort(sorted, map->n, sizeof(*sorted), compare_annotations);
    for (size_t i = 1; i < map->n; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            sorted[i - 1]->value = NULL;
    for (size_t i = 0; i < map->n; i++)
        if (map->items[i].value)
            map->items[n++] = map->items[i];
    map->n = n;
    return 0;
}

/* Adds to what another spelling of the field has brought: see apply_spellings(). */
static int decode_map(struct decoder *d, const struct field *field, const struct yaml_node *node,
                      void *base, const struct member *at)
{
    struct cdi_annotations *map = field_at(base, field);
    _cleanup_free_ struct yaml_entry *sorted = NULL;
    size_t n = node->len;
    int r = 0;

    if (is_null(node)) {
        *map = (struct cdi_annotations){NULL, 0};
        return 0;
    }
    if (node->kind != YAML_MAPPING)
        return decode_wrong_type(d, node, at, "an object of strings");
    if (n > 1)
        r = sort_entries(d, node, at, true, &sorted, &n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct yaml_entry *entry = n < node->len ? &sorted[i] : &node->entries[i];
        const struct member item = {.in = at, .name = entry->key->scalar.s, .key = true};
        struct cdi_annotation *grown = arena_grow(d->arena, map->items, map->n, sizeof *grown);

        if (!grown)
            return nomem(d);
        map->items = grown;
        grown += map->n;
        grown->key = entry->key->scalar.s;
        r = string_of(d, entry->value, &grown->value, &item);
        map->n++;
    }
    return r;
}

static int decode_object(struct decoder *d, const struct object *object,
                         const struct yaml_node *node, void *base, const struct member *at);

static int decode_inner(struct decoder *d, const struct field *field, const struct yaml_node *node,
                        void *base, const struct member *at)
{
    if (is_null(node))
        return 0;
    return decode_object(d, field->object, node, field_at(base, field), at);
}

static int decode_opt_object(struct decoder *d, const struct field *field,
                             const struct yaml_node *node, void *base, const struct member *at)
{
    void **pointer = field_at(base, field);

    if (is_null(node)) {
        *pointer = NULL;
        return 0;
    }
    if (node->kind != YAML_MAPPING)
        return wrong_object(d, field->object, node, at);
    if (!*pointer) {
        *pointer = arena_alloc(d->arena, field->object->size);
        if (!*pointer)
            return nomem(d);
        object_init(field->object, *pointer);
    }
    return decode_object(d, field->object, node, *pointer, at);
}

/*
 * A null item is an object without fields: CDI engines count it for the minimum version, and
 * validation refuses it, for each of these objects has a field that must not be empty.
 */
static int decode_objects(struct decoder *d, const struct field *field,
                          const struct yaml_node *node, void *base, const struct member *at)
{
    const struct object *object = field->object;
    size_t *n = field_count_at(base, field);
    char *items;

    *n = 0;
    if (is_null(node))
        return 0;
    if (node->kind != YAML_SEQUENCE)
        return decode_wrong_type(d, node, at, "a list of objects");
    items = arena_calloc(d->arena, node->len, object->size);
    if (!items)
        return nomem(d);
    *(void **)field_at(base, field) = items;
    for (; *n < node->len; (*n)++, items += object->size) {
        const struct yaml_node *value = node->items[*n];
        const struct member item = {.in = at, .index = *n};
        int r = 0;

        object_init(object, items);
        if (!is_null(value))
            r = decode_object(d, object, value, items, &item);
        if (r < 0)
            return r;
    }
    return 0;
}

static decode_fn *const decoders[FIELD_TYPES] = {
    [FIELD_STRING] = decode_string,
    [FIELD_STRINGS] = decode_strings,
    [FIELD_MAP] = decode_map,
    [FIELD_INT64] = decode_int64,
    [FIELD_OPT_INT64] = decode_opt_int64,
    [FIELD_OPT_UINT32] = decode_opt_uint32,
    [FIELD_BOOL] = decode_bool,
    [FIELD_UINT32S] = decode_uint32s,
    [FIELD_OBJECT] = decode_inner,
    [FIELD_OPT_OBJECT] = decode_opt_object,
    [FIELD_OBJECTS] = decode_objects,
};

/* The bit of a field in a set of those of its object. */
static uint32_t field_bit(const struct object *object, const struct field *field)
{
    return field ? 1U << (field - object->fields) : 0;
}

/* The set of fields in a mapping; *twice if two keys name one: duplicates, or other spellings. */
static uint32_t fields_in(const struct object *object, const struct yaml_node *node, bool *twice)
{
    uint32_t seen = 0;
    size_t hint = 0;

    *twice = false;
    for (size_t i = 0; i < node->len; i++) {
        const struct yaml_node *key = node->entries[i].key;
        uint32_t bit = field_bit(object, field_find(object, key->scalar.s, key->len, &hint));

        *twice |= (seen & bit) != 0;
        seen |= bit;
    }
    return seen;
}

/* `present`: the fields of the object that are there. */
static int unknown_field(const struct decoder *d, const struct object *object, uint32_t present,
                         const struct yaml_node *key, const struct member *at)
{
    const struct member member = key_member(at, key->scalar.s);
    struct member unread = member;
    const struct field *meant;
    char suggestion[128];
    int r;

    meant = decode_suggest(object, key->scalar.s, suggestion, sizeof suggestion);
    r = decode_refuse(d, RULE_UNKNOWN_FIELD, key->pos, &member, suggestion,
                      "unknown field %s in %s", quote(key->scalar.s, key->len).text,
                      member_path(at, "the document").text);
    if (meant && !(present & field_bit(object, meant)))
        unread = (struct member){.in = at, .name = meant->name};
    return r < 0 ? r : decode_note_unread(d, &unread);
}

static int decode_entries(struct decoder *d, const struct object *object, uint32_t present,
                          const struct yaml_entry *entries, size_t n, void *base,
                          const struct member *at)
{
    size_t hint = 0;

    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *key = entries[i].key;
        const struct field *field = field_find(object, key->scalar.s, key->len, &hint);
        struct member member = {.in = at};
        int r;

        if (field) {
            member.name = field->name;
            r = decode_note_case(d, field, key, &member);
            if (r == 0)
                r = decoders[field->type](d, field, entries[i].value, base, &member);
        } else {
            r = unknown_field(d, object, present, key, at);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/*
 * Keys that differ in case only: engines apply keys in bytewise order, so that the last in
 * that order wins, and the fields of objects are merged.
 */
static int apply_spellings(struct decoder *d, const struct object *object, uint32_t present,
                           const struct yaml_node *node, void *base, const struct member *at)
{
    _cleanup_free_ struct yaml_entry *sorted = NULL;
    size_t n;
    int r = sort_entries(d, node, at, false, &sorted, &n);

    if (r < 0)
        return r;
    r = decode_entries(d, object, present, sorted, n, base, at);
    for (size_t i = 0; r == 0 && i < object->n; i++)
        if (object->fields[i].type == FIELD_MAP)
            r = drop_replaced(d, field_at(base, &object->fields[i]));
    return r;
}

static int decode_object(struct decoder *d, const struct object *object,
                         const struct yaml_node *node, void *base, const struct member *at)
{
    uint32_t present;
    bool twice;

    if (node->kind != YAML_MAPPING)
        return wrong_object(d, object, node, at);
    present = fields_in(object, node, &twice);
    if (twice)
        return apply_spellings(d, object, present, node, base, at);
    return decode_entries(d, object, present, node->entries, node->len, base, at);
}

static int decode_root(struct decoder *d, struct cdi_spec *spec, const struct yaml_node *root)
{
    struct cdi_position start = {1, 1};
    int r;

    if (root && !is_null(root))
        return decode_object(d, &object_spec, root, spec, NULL);
    r = decode_refuse(d, RULE_NO_DOCUMENT, root ? root->pos : start, NULL, "",
                      "there is no CDI document in it");
    return r < 0 ? r : decode_note_unread(d, NULL);
}

int decode_spec(struct cdi_spec *spec, const struct yaml_node *root, struct cdi_error *err)
{
    struct decoder d = {spec->arena, spec->path, NULL, err};

    return decode_root(&d, spec, root);
}

int decode_spec_to(struct decode_sink *sink, struct cdi_spec *spec, const struct yaml_node *root,
                   struct cdi_error *err)
{
    struct decoder d = {spec->arena, spec->path, sink, err};
    int r = decode_root(&d, spec, root);

    unread_sort(&sink->unread);
    return r;
}
