/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding to container edits. What does not fit into memory is remembered in `failed`, so that a
 * builder checks once, at its end. Strings are copied into the document's arena.
 */
#ifndef CDIKIT_GENERATE_EDITS_H
#define CDIKIT_GENERATE_EDITS_H

#include <stdbool.h>

#include <cdikit/spec.h>

struct machine_node;

struct edits_builder {
    struct arena *arena;
    const char *hook_path;
    bool failed;
};

/* A copy of a string, "" without memory. */
const char *edits_string(struct edits_builder *b, const char *s);

void edits_add_string(struct edits_builder *b, struct cdi_strings *list, const char *s);
void edits_add_env(struct edits_builder *b, struct cdi_edits *edits, const char *name,
                   const char *value);

/*
 * A device node as it is on the host, and its group, where not everybody may use it, as an
 * additional one of the container.
 */
void edits_add_node(struct edits_builder *b, struct cdi_edits *edits,
                    const struct machine_node *node);

/* A bind mount; read-only, or for a socket. */
void edits_add_mount(struct edits_builder *b, struct cdi_edits *edits, const char *host_path,
                     const char *path, bool socket);

/*
 * A createContainer hook named `name`; its further arguments are added to the list that is
 * returned (NULL without memory).
 */
struct cdi_strings *edits_add_hook(struct edits_builder *b, struct cdi_edits *edits,
                                   const char *name);

/* Adds everything of `from`, sharing its strings. */
void edits_append(struct edits_builder *b, struct cdi_edits *edits, const struct cdi_edits *from);

#endif
