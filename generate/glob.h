/* SPDX-License-Identifier: Apache-2.0 */
/* Files that fit a pattern. Source: the documentation of Go's path/filepath, Glob. */
#ifndef CDIKIT_GENERATE_GLOB_H
#define CDIKIT_GENERATE_GLOB_H

#include <stddef.h>

#include <cdikit/error.h>

#include "base/glob.h"

struct arena;
struct root;

#define GLOB_MOST_HITS 65536

struct glob_hits {
    const char **items;
    size_t n;
};

/*
 * The paths beneath a root that fit a pattern, any component of which may have special
 * characters: absolute in the root, not resolved, and sorted bytewise component by component.
 * What the last component names may be a symlink to nothing; those before it are resolved
 * inside the root. What cannot be read is not there. Errors: LIMIT (more than GLOB_MOST_HITS
 * paths, or directories on the way to them), NOMEM.
 */
int glob_paths(const struct root *root, const char *pattern, struct arena *arena,
               struct glob_hits *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
