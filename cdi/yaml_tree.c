/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
    FIRST_ROOM = 256,   /* of yaml_tree.nodes */
    NODES_AT_ONCE = 32, /* taken from the arena */
};

int yaml_tree_init(struct yaml_tree *tree, struct arena *arena, const char *file,
                   struct cdi_error *err)
{
    *tree = (struct yaml_tree){
        .arena = arena,
        .file = file,
        .err = err,
        .nodes = calloc(FIRST_ROOM, sizeof(*tree->nodes)),
        .room = FIRST_ROOM,
    };
    return tree->nodes ? 0 : cdi_error_nomem(err);
}

void yaml_tree_done(struct yaml_tree *tree)
{
    free(tree->nodes);
}

static uint32_t weight_of(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? 1 : node->weight;
}

static int more_room(struct yaml_tree *tree)
{
    size_t room = 2 * tree->room;
    const struct yaml_node **nodes = reallocarray(tree->nodes, room, sizeof *nodes);

    if (!nodes)
        return cdi_error_nomem(tree->err);
    tree->nodes = nodes;
    tree->room = room;
    return 0;
}

int yaml_tree_again(struct yaml_tree *tree, const struct yaml_node *node, struct cdi_position pos)
{
    struct yaml_frame *frame;

    if (tree->depth == 0) {
        tree->root = node;
        return 0;
    }
    frame = &tree->frames[tree->depth - 1];
    frame->weight += weight_of(node);
    if (frame->weight > CDI_SPEC_MAX_NODES)
        return cdi_error_set_at(tree->err, CDI_ERR_LIMIT, tree->file, pos,
                                "more than %d nodes, aliases and merges expanded",
                                CDI_SPEC_MAX_NODES);
    if (tree->n_nodes == tree->room) {
        int e = more_room(tree);

        if (e < 0)
            return e;
    }
    tree->nodes[tree->n_nodes++] = node;
    return 0;
}

static struct yaml_node *new_node(struct yaml_tree *tree, enum yaml_kind kind,
                                  struct cdi_position pos)
{
    struct yaml_node *node;

    if (tree->n_unused == 0) {
        tree->unused = arena_calloc(tree->arena, NODES_AT_ONCE, sizeof *node);
        if (!tree->unused)
            return NULL;
        tree->n_unused = NODES_AT_ONCE;
    }
    tree->n_unused--;
    node = tree->unused++;
    node->kind = (uint8_t)kind;
    node->pos = pos;
    return node;
}

int yaml_tree_scalar(struct yaml_tree *tree, const struct yaml_source *source,
                     struct cdi_position pos, struct yaml_node **node)
{
    int e;

    *node = new_node(tree, YAML_SCALAR, pos);
    if (!*node)
        return cdi_error_nomem(tree->err);
    e = yaml_scalar_read(tree->arena, source, tree->file, *node, tree->err);
    return e < 0 ? e : yaml_tree_again(tree, *node, pos);
}

int yaml_tree_open(struct yaml_tree *tree, enum yaml_kind kind, struct cdi_position pos,
                   struct yaml_node **node)
{
    if (tree->depth == CDI_SPEC_MAX_DEPTH)
        return cdi_error_set_at(tree->err, CDI_ERR_LIMIT, tree->file, pos,
                                "nested more than %d deep", CDI_SPEC_MAX_DEPTH);
    *node = new_node(tree, kind, pos);
    if (!*node)
        return cdi_error_nomem(tree->err);
    (*node)->open = true;
    tree->frames[tree->depth++] = (struct yaml_frame){*node, tree->n_nodes, 1};
    return 0;
}

static int close_sequence(const struct yaml_tree *tree, struct yaml_node *node,
                          const struct yaml_node **children, size_t n)
{
    node->items = arena_calloc(tree->arena, n, sizeof *node->items);
    if (!node->items)
        return cdi_error_nomem(tree->err);
    if (n)
        memcpy(node->items, children, n * sizeof *children);
    node->len = (uint32_t)n;
    return 0;
}

/* The mappings that a merge key's value names: the value itself, or its items. */
static int merged_mappings(const struct yaml_tree *tree, const struct yaml_node *value,
                           const struct yaml_node *key, const struct yaml_node *const **mappings,
                           const struct yaml_node *const *single, size_t *n)
{
    bool list = value->kind == YAML_SEQUENCE;

    *mappings = list ? value->items : single;
    *n = list ? value->len : 1;
    for (size_t i = 0; i < *n; i++)
        if ((*mappings)[i]->kind != YAML_MAPPING)
            return cdi_error_set_at(tree->err, CDI_ERR_INVALID, tree->file, key->pos,
                                    "the value of << must be a mapping or a list of mappings");
    return 0;
}

/* Appends the entries that a merge brings; with entries == NULL only counts them. */
static int add_merge(const struct yaml_tree *tree, const struct yaml_node *const *pair,
                     struct yaml_entry *entries, size_t *n)
{
    const struct yaml_node *const *mappings;
    size_t count;
    int e = merged_mappings(tree, pair[1], pair[0], &mappings, &pair[1], &count);

    for (size_t i = 0; e == 0 && i < count; i++) {
        if (entries && mappings[i]->len)
            memcpy(entries + *n, mappings[i]->entries, mappings[i]->len * sizeof *entries);
        *n += mappings[i]->len;
    }
    return e;
}

static int add_entry(const struct yaml_tree *tree, const struct yaml_node *const *pair,
                     struct yaml_entry *entry)
{
    entry->value = pair[1];
    if (pair[0]->kind != YAML_SCALAR)
        return cdi_error_set_at(tree->err, CDI_ERR_INVALID, tree->file, pair[0]->pos,
                                "a key must be a string, not a %s",
                                pair[0]->kind == YAML_SEQUENCE ? "list" : "mapping");
    return yaml_scalar_key(tree->arena, pair[0], tree->file, &entry->key, tree->err);
}

static int close_mapping(const struct yaml_tree *tree, struct yaml_node *node,
                         const struct yaml_node *const *children, size_t n)
{
    struct yaml_entry *entries;
    size_t count = 0;
    int e = 0;

    for (size_t i = 0; i < n && e == 0; i += 2) {
        if (children[i]->merge)
            e = add_merge(tree, children + i, NULL, &count);
        else
            count++;
    }
    if (e < 0)
        return e;
    entries = arena_calloc(tree->arena, count, sizeof *entries);
    if (!entries)
        return cdi_error_nomem(tree->err);
    node->entries = entries;
    node->len = (uint32_t)count;
    count = 0;
    for (size_t i = 0; i < n && e == 0; i += 2) {
        if (children[i]->merge)
            e = add_merge(tree, children + i, entries, &count);
        else
            e = add_entry(tree, children + i, &entries[count++]);
    }
    return e;
}

int yaml_tree_close(struct yaml_tree *tree)
{
    const struct yaml_frame *frame = &tree->frames[--tree->depth];
    const struct yaml_node **children = tree->nodes + frame->first;
    size_t n = tree->n_nodes - frame->first;
    struct yaml_node *node = frame->node;
    int e = node->kind == YAML_MAPPING ? close_mapping(tree, node, children, n)
                                       : close_sequence(tree, node, children, n);

    if (e < 0)
        return e;
    node->open = false;
    node->weight = (uint32_t)frame->weight;
    tree->n_nodes = frame->first;
    return yaml_tree_again(tree, node, node->pos);
}
