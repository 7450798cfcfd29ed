/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that hide each other: those of the container, and those that a device has brought. */
#ifndef CDIKIT_APPLY_COVERED_H
#define CDIKIT_APPLY_COVERED_H

#include "apply/oci.h"

struct arena;

struct covered_mount {
    const char *destination; /* as it is written */
    const char *clean;       /* without "//", "." and ".." */
    const char *source;      /* "" if it has none */
};

struct covered_mounts {
    struct covered_mount *items; /* in the order of the document */
    size_t n;
};

/* The mounts of a document, from the arena. Errors: INVALID, NOMEM. */
int covered_list(struct cdi_oci *oci, struct arena *arena, struct covered_mounts *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Compares the mounts before and after edits: sentences in *texts about the container's mounts
 * that are replaced or hidden by new ones, and new ones that the container's hide. False without
 * memory.
 */
bool covered_compare(const struct covered_mounts *before, const struct covered_mounts *after,
                     struct arena *arena, const char ***texts, size_t *n);

#endif
