/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account of a search: what was looked for, and what was found. Beside that of the driver's
 * rules (struct driver_looked) it is kept by modes that have nodes and files of their own.
 */
#ifndef CDIKIT_GENERATE_MACHINE_ACCOUNT_H
#define CDIKIT_GENERATE_MACHINE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;

struct account_hit {
    const char *host_path;
    const char *path; /* in the container */
};

struct account_entry {
    const char *kind;    /* of things: "nodes", "files" */
    const char *pattern; /* as a path of the host */
    struct account_hit *hits;
    size_t n_hits;
};

/* In the order in which things were looked for. All is in the arena. */
struct account {
    struct arena *arena;
    bool wanted; /* else nothing is kept */
    struct account_entry *items;
    size_t n;
};

/*
 * Starts an entry for a pattern beneath a root whose path is `prefix`; what is found belongs to
 * it until the next. `kind` is a literal. Errors: NOMEM.
 */
int account_begin(struct account *account, const char *kind, const char *prefix,
                  const char *pattern, struct cdi_error *err) CDI_MUST_CHECK;

/* Adds what was found at a path beneath such a root. Errors: NOMEM. */
int account_hit(struct account *account, const char *prefix, const char *path,
                struct cdi_error *err) CDI_MUST_CHECK;

#endif
