/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns for file names, as Go's path/filepath has them: '*' (any characters but '/', a
 * leading dot too), '?' (one but '/'), "[a-z]", "[^a-z]", and '\' before a character that stands
 * for itself. Source: the documentation of path/filepath, Match and Glob.
 */
#ifndef CDIKIT_GENERATE_GLOB_H
#define CDIKIT_GENERATE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct root;

#define GLOB_MOST_HITS 65536

/* What begins something other than itself in a pattern. */
#define GLOB_SPECIAL "*?[\\"

/* True if the whole name fits. A malformed pattern fits nothing. */
bool glob_match(const char *pattern, const char *name) CDI_PURE;

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
