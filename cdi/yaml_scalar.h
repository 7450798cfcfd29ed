/* SPDX-License-Identifier: Apache-2.0 */
/* From a scalar of the text, with its tag, to a value. */
#ifndef CDIKIT_CDI_YAML_SCALAR_H
#define CDIKIT_CDI_YAML_SCALAR_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#include "cdi/yaml.h"

/* A scalar as it stands in the text. */
struct yaml_source {
    const char *s; /* may hold NUL bytes; one more follows */
    size_t len;
    const char *tag; /* NULL without tag */
    bool plain;      /* to be resolved when there is no tag */
    bool stays;      /* s lives as long as the arena, and holds no NUL: no copy is needed */
};

/*
 * Fills in scalar, len and merge of a node, whose position is set. A string that does not stay
 * is copied to the arena, its NUL bytes as C0 80. A tag other than those of YAML 1.1's scalars
 * makes a string.
 */
int yaml_scalar_read(struct arena *arena, const struct yaml_source *source, const char *file,
                     struct yaml_node *node, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The node for a key: itself if it is a string, else a new one with the canonical text. Null
 * and integers above INT64_MAX are errors, as for CDI engines.
 */
int yaml_scalar_key(struct arena *arena, const struct yaml_node *node, const char *file,
                    const struct yaml_node **key, struct cdi_error *err) CDI_MUST_CHECK;

#endif
