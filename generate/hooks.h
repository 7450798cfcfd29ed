/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of a generated document: which are wanted, and what runs them. */
#ifndef CDIKIT_GENERATE_HOOKS_H
#define CDIKIT_GENERATE_HOOKS_H

#include <stdbool.h>

#include "generate/generate.h"

struct root;

#define HOOK_CREATE_SYMLINKS     "create-symlinks"
#define HOOK_ENABLE_CUDA_COMPAT  "enable-cuda-compat"
#define HOOK_UPDATE_LDCACHE      "update-ldcache"
#define HOOK_NO_NODE_CHANGES     "disable-device-node-modification"
#define HOOK_APPLICATION_PROFILE "update-application-profile"
#define HOOK_CHMOD               "chmod"

/* What decides about hooks. */
struct hook_policy {
    struct generate_strings disabled; /* names, or "all" */
    struct generate_strings enabled;
};

/*
 * True if the hook is wanted: enabled by name, or neither disabled by name, nor by "all", nor
 * off by default (chmod).
 */
bool hook_wanted(const struct hook_policy *policy, const char *name);

/*
 * The program that the document names, in *path: an absolute path as it is given; else the
 * first executable of that name (NULL: "nvidia-cdi-hook") in the directories of search_path and
 * then in the usual ones, all beneath `system`, because the document is for that machine; else
 * /usr/bin/NAME, with *found false.
 */
int hook_program(const struct root *system, const char *wanted, const char *search_path,
                 struct arena *arena, const char **path, bool *found,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
