/* SPDX-License-Identifier: Apache-2.0 */
/* Where the libraries of a container are, in the order in which its loaders prefer them. */
#ifndef CDIKIT_HOOKS_LDSEARCH_H
#define CDIKIT_HOOKS_LDSEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct hook_list;
struct ldconf;
struct ldfiles;

struct ldsearch {
    const char **items;
    size_t n;
};

/*
 * Folders as ld.so.conf has them: absolute, without ".." and the like, each once. From the arena.
 * Errors: NOMEM.
 */
int ldsearch_folders(const struct hook_list *given, struct arena *arena, struct ldsearch *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The directories of ld.so.conf, then those of the system. Behind these come Debian's in any case:
 * a host that has it mounts the driver's libraries there. `folders_first`: the folders of `files`
 * that are none of these are in front, where a file of ld.so.conf.d would have named them. Errors:
 * NOMEM.
 */
int ldsearch_directories(const struct ldfiles *files, const struct ldconf *conf, bool folders_first,
                         struct arena *arena, struct ldsearch *out,
                         struct cdi_error *err) CDI_MUST_CHECK;

bool ldsearch_has(const struct ldsearch *search, const char *path) CDI_PURE;

#endif
