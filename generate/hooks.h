/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of a generated document: which are wanted, and what runs them. */
#ifndef CDIKIT_GENERATE_HOOKS_H
#define CDIKIT_GENERATE_HOOKS_H

#include <stdbool.h>

#include "generate/generate.h"
#include "generate/vendor.h"

struct root;

/* What decides about hooks. */
struct hook_policy {
    struct generate_strings disabled; /* names, or "all" */
    struct generate_strings enabled;
    const char *off; /* one more that is off unless enabled by name; or NULL */
};

/*
 * True if the vendor's hook is wanted: enabled by name, or neither disabled by name, nor by
 * "all", nor off by default.
 */
bool hook_wanted(const struct vendor *vendor, const struct hook_policy *policy, const char *name);

/* True if the vendor has such a hook; else *nearest is what may have been meant, NULL if nothing.
 */
bool hook_known(const struct vendor *vendor, const char *name, const char **nearest);

/*
 * The program that the document names, in *path: an absolute path as it is given; else the
 * first executable of that name in the directories of search_path and then in the usual ones,
 * all beneath `system`, because the document is for that machine; else /usr/bin/NAME. *found
 * tells if there is such an executable. Errors: USAGE (neither a path nor a name), NOMEM.
 */
int hook_program(const struct root *system, const char *name, const char *search_path,
                 struct arena *arena, const char **path, bool *found,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The same for the first of several programs, names ending with NULL, that is there; *path is that
 * of the first name if none is.
 */
int hook_program_first(const struct root *system, const char *const *names, const char *search_path,
                       struct arena *arena, const char **path, bool *found,
                       struct cdi_error *err) CDI_MUST_CHECK;

#endif
