/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of live_check() through a document. */
#ifndef CDIKIT_DIAGNOSE_LIVE_INTERNAL_H
#define CDIKIT_DIAGNOSE_LIVE_INTERNAL_H

#include "cdi/member.h"
#include "diagnose/live.h"

/* Steps that live as long as the block they stand in. */
#define MEMBER(up, field)  (&(const struct member){.in = (up), .name = (field)})
#define ITEM(up, field, i) (&(const struct member){.in = MEMBER(up, field), .index = (i)})

enum live_rule { LIVE_UNSEEN, LIVE_MOUNT_MISSING, LIVE_MOUNT_DANGLING, N_LIVE_RULES };

struct live {
    const struct cdi_spec *spec;
    const struct root *root;
    struct arena *arena; /* for what is needed during the walk */
    struct cdi_findings *findings;
    struct cdi_error *err;
};

/*
 * Reports a finding at a member; `hint` may be NULL. Returns 0 when the walk goes on, negative
 * when it ends: every function of the walk hands that on at once.
 */
int live_report(struct live *live, enum live_rule rule, const struct member *at, const char *hint,
                const char *fmt, ...) CDI_PRINTF(5, 6);

/* Reports that a path cannot be looked at, for another reason than that it does not exist. */
int live_report_unseen(struct live *live, const struct member *at, const char *path, int os_errno);

/* True for the error of a path that is not there. */
bool live_is_missing(int os_errno) CDI_PURE;

/* Each checks one kind of edits; `in` is the edits object. */
int live_check_mounts(struct live *live, const struct member *in, const struct cdi_edits *edits);

#endif
