/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what why_decide() goes by: spec dirs, the files in them, and the GPUs of the node. */
#ifndef CDIKIT_DIAGNOSE_WHY_COLLECT_H
#define CDIKIT_DIAGNOSE_WHY_COLLECT_H

#include "diagnose/why.h"

/* Where to look. */
struct why_where {
    const char *root; /* NULL, "" or "/": the host, and relative dirs are those of the process */
    const struct why_dir *dirs; /* lowest priority first; os_errno does not matter */
    size_t n_dirs;
    const struct engine_config *engine; /* NULL: none */
    const char *user;                   /* who looks, for messages */
};

/* What was collected; begins as {0} and ends with why_collection_clear(). */
struct why_collection {
    struct why_facts facts;
    struct cdi_registry *registry, *elsewhere; /* hold the documents of the facts */
    struct cdi_spec **specs;                   /* of files that do not count */
    size_t n_specs;
    struct cdi_findings *findings; /* likewise */
    size_t n_findings;
    struct arena *arena;
};

/*
 * Looks. Files and directories that cannot be read are facts. Errors: what cdi_registry_new() says
 * of the root, and NOMEM.
 */
int why_collect(const struct why_where *where, struct why_collection *out,
                struct cdi_error *err) CDI_MUST_CHECK;
void why_collection_clear(struct why_collection *collection);

#endif
