/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDIKIT_DIAGNOSE_TARGET_INTERNAL_H
#define CDIKIT_DIAGNOSE_TARGET_INTERNAL_H

#include "cdi/engine.h"
#include "diagnose/report.h"
#include "diagnose/target.h"

struct target {
    struct report_to to;
    const struct engine_version *engine;
    const char *name;
    int max; /* the newest version that it knows, by cdi_version_index() */
};

/* True if the library of the engine is older than this release. */
bool target_library_before(const struct target *target, const unsigned version[3]);

/* Members, and forms of names, that are newer than what the engine knows. */
int target_check_fields(struct target *target);

/* What the engine's library refuses although it knows it, and what the engine drops. */
int target_check_values(struct target *target);

#endif
