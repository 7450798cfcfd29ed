/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a YAML document: scalars resolved, aliases and merges replaced by what they
 * stand for, every node with its position.
 */
#ifndef CDIKIT_CDI_YAML_H
#define CDIKIT_CDI_YAML_H

#include <stdint.h>

#include <cdikit/error.h>

#include "cdi/scalar.h"

struct arena;

enum yaml_kind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
};

struct yaml_node {
    uint8_t kind; /* enum yaml_kind */
    bool merge;   /* a scalar that, as a key, merges its value */
    bool open;    /* a collection whose end has not been read: an alias to it is an error */
    uint32_t len; /* bytes of a string; items of a sequence; entries of a mapping */
    struct cdi_position pos;
    union {
        struct scalar scalar;
        struct {
            union {
                const struct yaml_node **items;
                const struct yaml_entry *entries;
            };
            uint32_t weight; /* nodes in it, this one too, aliases and merges expanded */
        };
    };
};

/* An entry of a mapping: in file order, those of a merge at its place. */
struct yaml_entry {
    const struct yaml_node *key; /* a scalar string */
    const struct yaml_node *value;
};

/*
 * Reads the first document of a text (UTF-8, or UTF-16 with a byte order mark) into the
 * arena; *root is NULL when the text holds none. The text is not needed afterwards. Keys are
 * strings, but not checked for duplicates: see yaml_entry_compare(). Errors: SYNTAX, INVALID
 * (a value that its tag does not allow, a key that is no string), LIMIT (CDI_SPEC_MAX_DEPTH,
 * CDI_SPEC_MAX_NODES), NOMEM; all but the last with `file` and position.
 */
int yaml_read(struct arena *arena, const char *text, size_t len, const char *file,
              const struct yaml_node **root, struct cdi_error *err) CDI_MUST_CHECK;

/* Orders entries bytewise by key, equal keys by position. For qsort(). */
int yaml_entry_compare(const void *a, const void *b);

#endif
