/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a YAML document while it is built, from its first node to its last, by one of
 * the producers of cdi/yaml_producers.h.
 */
#ifndef CDIKIT_CDI_YAML_TREE_H
#define CDIKIT_CDI_YAML_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <cdikit/spec.h>

#include "cdi/yaml.h"
#include "cdi/yaml_scalar.h"

/* A collection that has been opened and not yet closed. */
struct yaml_frame {
    struct yaml_node *node;
    size_t first; /* of its children in yaml_tree.nodes */
    uint64_t weight;
};

struct yaml_tree {
    struct arena *arena;
    const char *file;
    struct cdi_error *err;
    const struct yaml_node *root; /* NULL until it is complete */
    struct yaml_frame frames[CDI_SPEC_MAX_DEPTH];
    size_t depth;
    const struct yaml_node **nodes; /* children of the open collections, malloc'ed */
    size_t n_nodes;
    size_t room;
    struct yaml_node *unused; /* nodes that have memory */
    size_t n_unused;
};

/* Starts an empty tree; messages and errors name the file. NOMEM. */
int yaml_tree_init(struct yaml_tree *tree, struct arena *arena, const char *file,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* Frees what was needed for building; the nodes stay in the arena. */
void yaml_tree_done(struct yaml_tree *tree);

/*
 * Each of these makes one more child of the innermost open collection, or the root. The
 * children of a mapping are keys and values in turn. Errors as those of yaml_read().
 */

/* Opens a sequence or mapping. Closed by yaml_tree_close(), which resolves keys and merges. */
int yaml_tree_open(struct yaml_tree *tree, enum yaml_kind kind, struct cdi_position pos,
                   struct yaml_node **node) CDI_MUST_CHECK;
int yaml_tree_close(struct yaml_tree *tree) CDI_MUST_CHECK;

/* Adds a scalar; see yaml_scalar_read(). */
int yaml_tree_scalar(struct yaml_tree *tree, const struct yaml_source *source,
                     struct cdi_position pos, struct yaml_node **node) CDI_MUST_CHECK;

/* Adds a closed node of the tree a second time, for an alias at pos. */
int yaml_tree_again(struct yaml_tree *tree, const struct yaml_node *node,
                    struct cdi_position pos) CDI_MUST_CHECK;

#endif
