/* SPDX-License-Identifier: Apache-2.0 */
/* Several variables of process.env at once. */
#ifndef CDIKIT_APPLY_ENVIRONMENT_H
#define CDIKIT_APPLY_ENVIRONMENT_H

#include <stddef.h>

#include <cdikit/oci.h>

struct arena;

struct variable {
    const char *name, *value;
    size_t index; /* in process.env */
};

/* Sorted by name, each name once. */
struct environment {
    struct variable *items;
    size_t n;
};

/*
 * Reads the variables whose entries begin with one of n prefixes ("NVIDIA_", or for one variable
 * "CUDA_VERSION="), in one pass, into the arena. Of several entries of a name the last counts; one
 * without '=' is no variable.
 */
int environment_read(struct cdi_oci *oci, const char *const *prefixes, size_t n,
                     struct arena *arena, struct environment *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* The value of a variable that was read, or NULL. */
const char *environment_get(const struct environment *env, const char *name);

#endif
