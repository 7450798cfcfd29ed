/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two readers of a text into a tree: docs/cdi-reading.md says why two, and that where both
 * can read, the trees are the same. yaml_read() is the one to call.
 */
#ifndef CDIKIT_CDI_YAML_PRODUCERS_H
#define CDIKIT_CDI_YAML_PRODUCERS_H

#include "cdi/yaml.h"

/* Reads any text, from libyaml's events. As yaml_read(). */
int yaml_libyaml_read(struct arena *arena, const char *text, size_t len, const char *file,
                      const struct yaml_node **root, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Reads a text of the plain block style that tools write, some ten times faster. Returns 1 if
 * it has; 0, with nothing kept in the arena, if anything in the text is not certain to be
 * read as libyaml reads it; NOMEM is the only error.
 */
int yaml_block_read(struct arena *arena, const char *text, size_t len,
                    const struct yaml_node **root, struct cdi_error *err) CDI_MUST_CHECK;

#endif
