/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What documents are generated from. All that generate() looks at goes through its roots, which
 * tell a struct sources of it: so nothing that it looked for can be forgotten, not even what it
 * did not find. Each path is looked at when it is first asked for, and thus before it is used: a
 * change after that shows in the next comparison.
 */
#ifndef CDIKIT_GENERATE_SOURCES_H
#define CDIKIT_GENERATE_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/root.h"
#include "generate/fingerprint.h"

struct roots;

/* One for each root. */
struct sources_watch {
    struct root_watch watch; /* first: the root knows this part */
    struct sources *sources;
    enum fingerprint_where where;
};

struct sources {
    struct arena *arena;
    struct fingerprint_fact *facts; /* different paths, in the order in which they were seen */
    size_t n;
    uint32_t *slots; /* a table of places in facts, each plus 1 */
    size_t n_slots;  /* a power of two */
    bool failed;     /* without memory: something is missing */
    struct sources_watch system, driver, dev;
};

/* Starts empty. It must stay where it is, and the arena must outlive it. */
void sources_init(struct sources *sources, struct arena *arena);

/* Makes open roots tell it of all that is looked at from now on. */
void sources_attach(struct sources *sources, struct roots *roots);

/*
 * Looks at what a management library of the driver answers by: the module, its GPUs, what the PCI
 * bus has and what is bound, MIG instances. Errors: NOMEM.
 */
int sources_look_around(const struct roots *roots, struct arena *arena,
                        struct cdi_error *err) CDI_MUST_CHECK;

/* Adds a document that was written. Errors: NOMEM. */
int sources_add_output(struct sources *sources, const char *path,
                       struct cdi_error *err) CDI_MUST_CHECK;

/*
 * What is not any more as it was, "/dev/nvidia1 appeared", in *change; NULL if nothing is. The
 * text is from the arena. A root that is gone has vanished, too. Errors: those of opening the
 * roots, NOMEM.
 */
int sources_compare(const struct fingerprint *before, const struct generate_options *options,
                    struct arena *arena, const char **change, struct cdi_error *err) CDI_MUST_CHECK;

#endif
