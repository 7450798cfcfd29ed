/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "cdi/fix_internal.h"

enum {
    MOST_COMPARED = 4096, /* keys of one mapping: a repair is not worth quadratic time */
};

/* The edits are in the order of their positions. */
struct comparison {
    const struct fix_edit *edits;
    size_t n;
};

static bool is_before(struct cdi_position a, struct cdi_position b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

static const struct fix_edit *edit_at(const struct comparison *c, enum fix_kind kind,
                                      struct cdi_position pos)
{
    size_t low = 0, high = c->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (is_before(c->edits[middle].pos, pos))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->n && !is_before(pos, c->edits[low].pos); low++)
        if (c->edits[low].kind == kind)
            return &c->edits[low];
    return NULL;
}

static bool same_string(const struct yaml_node *node, const char *s, size_t len)
{
    return node->scalar.type == SCALAR_STRING && node->len == len &&
           memcmp(node->scalar.s, s, len) == 0;
}

static bool same_scalar(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->scalar.type != b->scalar.type)
        return false;
    switch (a->scalar.type) {
    case SCALAR_STRING:
        return same_string(b, a->scalar.s, a->len);
    case SCALAR_NULL:
        return true;
    case SCALAR_BOOL:
        return a->scalar.b == b->scalar.b;
    case SCALAR_INT:
        return a->scalar.i == b->scalar.i;
    case SCALAR_UINT:
        return a->scalar.u == b->scalar.u;
    default:
        return isnan(a->scalar.f) ? isnan(b->scalar.f)
                                  : a->scalar.f <= b->scalar.f && a->scalar.f >= b->scalar.f;
    }
}

static bool agree(const struct comparison *c, const struct yaml_node *a, const struct yaml_node *b);

static bool keys_agree(const struct comparison *c, const struct yaml_node *a,
                       const struct yaml_node *b)
{
    const struct fix_edit *edit = edit_at(c, FIX_KEY, a->pos);

    if (edit)
        return same_string(b, edit->value, strlen(edit->value));
    return same_string(b, a->scalar.s, a->len);
}

/* True if the first entry of the key says the same, which is that which holds. */
static bool is_repeated(const struct yaml_node *mapping, size_t i)
{
    static const struct comparison exactly = {NULL, 0};
    const struct yaml_entry *entry = &mapping->entries[i];

    for (size_t k = 0; k < i && k < MOST_COMPARED; k++)
        if (same_scalar(mapping->entries[k].key, entry->key))
            return agree(&exactly, mapping->entries[k].value, entry->value);
    return false;
}

static bool is_inserted(const struct comparison *c, const struct yaml_node *key)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->edits[i].kind == FIX_INSERT &&
            same_string(key, c->edits[i].value, strlen(c->edits[i].value)))
            return true;
    return false;
}

/* The same entries in any order. */
static bool entries_agree(const struct comparison *c, const struct yaml_node *a,
                          const struct yaml_node *b)
{
    if (a->len != b->len || a->len > MOST_COMPARED)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        size_t k = 0;

        while (k < b->len && !same_scalar(a->entries[i].key, b->entries[k].key))
            k++;
        if (k == b->len || !agree(c, a->entries[i].value, b->entries[k].value))
            return false;
    }
    return true;
}

static bool mappings_agree(const struct comparison *c, const struct yaml_node *a,
                           const struct yaml_node *b)
{
    size_t i = 0, k = 0;

    if (edit_at(c, FIX_ORDER, a->pos))
        return entries_agree(c, a, b);
    while (i < a->len || k < b->len) {
        if (i < a->len && edit_at(c, FIX_DELETE, a->entries[i].key->pos)) {
            if (!is_repeated(a, i))
                return false;
            i++;
        } else if (i < a->len && k < b->len &&
                   keys_agree(c, a->entries[i].key, b->entries[k].key)) {
            if (!agree(c, a->entries[i].value, b->entries[k].value))
                return false;
            i++;
            k++;
        } else if (i == 0 && k == 0 && b->len && is_inserted(c, b->entries[k].key)) {
            k++;
        } else {
            return false;
        }
    }
    return true;
}

static bool agree(const struct comparison *c, const struct yaml_node *a, const struct yaml_node *b)
{
    const struct fix_edit *edit;

    if (a->kind != b->kind)
        return false;
    if (a->kind == YAML_MAPPING)
        return mappings_agree(c, a, b);
    if (a->kind == YAML_SEQUENCE) {
        if (a->len != b->len)
            return false;
        for (size_t i = 0; i < a->len; i++)
            if (!agree(c, a->items[i], b->items[i]))
                return false;
        return true;
    }
    edit = edit_at(c, FIX_VALUE, a->pos);
    return edit ? same_string(b, edit->value, strlen(edit->value)) : same_scalar(a, b);
}

bool fix_trees_agree(const struct yaml_node *before, const struct yaml_node *after,
                     const struct fix_edit *edits, size_t n)
{
    struct comparison c = {edits, n};

    return before && after && agree(&c, before, after);
}
