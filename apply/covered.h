/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that hide each other: those of the container, and those that a device has brought. */
#ifndef CDIKIT_APPLY_COVERED_H
#define CDIKIT_APPLY_COVERED_H

#include "apply/oci.h"

struct arena;

struct covered_mount {
    const char *destination; /* as it is written */
    const char *clean;       /* without "//", "." and ".." */
    const char *source;      /* "" if it has none; behind the destination in memory */
    size_t key_len;          /* of both */

    /* covered_compare() fills the rest. */
    bool old;        /* the container's, not a device's */
    size_t path_len; /* of the clean path, 0 for "/" */
    const struct covered_mount *hider;
    struct covered_mount *next; /* in a table of its own */
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
 * that are replaced or hidden by new ones, and new ones that the container's hide. There are at
 * most 8, and one that counts the others. False without memory.
 */
bool covered_compare(const struct covered_mounts *before, const struct covered_mounts *after,
                     struct arena *arena, const char ***texts, size_t *n);

#endif
