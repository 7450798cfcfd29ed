/* SPDX-License-Identifier: Apache-2.0 */
/* What every check of a document here reports with. */
#ifndef CDIKIT_DIAGNOSE_REPORT_H
#define CDIKIT_DIAGNOSE_REPORT_H

#include "cdi/member.h"
#include "cdi/rules.h"

/* Steps that live as long as the block they stand in. */
#define MEMBER(up, field)  (&(const struct member){.in = (up), .name = (field)})
#define ITEM(up, field, i) (&(const struct member){.in = MEMBER(up, field), .index = (i)})

/* A check of a document: where its findings go. */
struct report_to {
    const struct cdi_spec *spec;
    struct cdi_findings *findings;
    struct cdi_error *err;
};

/*
 * Reports a finding at a member; `hint` may be NULL. Returns 0 when the check goes on, negative
 * when it ends: every function on the way hands that on at once.
 */
int report(const struct report_to *to, enum rule rule, const struct member *at, const char *hint,
           const char *fmt, ...) CDI_PRINTF(5, 6);

/* The same for a member of which the path is known, and a position. */
int report_at(const struct report_to *to, enum rule rule, const char *path, struct cdi_position pos,
              const char *hint, const char *fmt, ...) CDI_PRINTF(6, 7);

#endif
