/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding to container edits. What does not fit into memory is remembered in `failed`, so that a
 * builder checks once, at its end. Strings are copied into the document's arena.
 */
#ifndef CDIKIT_GENERATE_EDITS_H
#define CDIKIT_GENERATE_EDITS_H

#include <stdbool.h>

#include <cdikit/spec.h>

struct machine_env;
struct machine_hook;
struct machine_node;
struct vendor;

struct edits_builder {
    struct arena *arena;
    const char *hook_path; /* what runs hooks; NULL where none are added */
    bool no_gids;          /* nodes give no additional groups */
    bool failed;
};

/* A copy of a string, "" without memory. */
const char *edits_string(struct edits_builder *b, const char *s);

void edits_add_string(struct edits_builder *b, struct cdi_strings *list, const char *s);
void edits_add_env(struct edits_builder *b, struct cdi_edits *edits, const struct machine_env *env);

/*
 * A device node as it is on the host, and its group, where not everybody may use it, as an
 * additional one of the container; a bare one is but its paths.
 */
void edits_add_node(struct edits_builder *b, struct cdi_edits *edits,
                    const struct machine_node *node);

/* A bind mount; read-only, or for a socket. */
void edits_add_mount(struct edits_builder *b, struct cdi_edits *edits, const char *host_path,
                     const char *path, bool socket);

/* A createContainer hook. */
void edits_add_hook(struct edits_builder *b, struct cdi_edits *edits, const struct vendor *vendor,
                    const struct machine_hook *hook);

/*
 * Adds everything of `from`, sharing its strings. There is only one intelRdt: that of `from` takes
 * the place of another, as where engines apply one edits object after the other.
 */
void edits_append(struct edits_builder *b, struct cdi_edits *edits, const struct cdi_edits *from);

#endif
