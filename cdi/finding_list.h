/* SPDX-License-Identifier: Apache-2.0 */
/* The list of findings, in the making. */
#ifndef CDIKIT_CDI_FINDING_LIST_H
#define CDIKIT_CDI_FINDING_LIST_H

#include "cdi/rules.h"

/* Begins an empty list with an arena of its own. */
int finding_list_init(struct cdi_findings *findings, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds a finding of this severity; the texts are copied, and `hint` may be NULL. Fails without
 * memory, and with -CDI_ERR_LIMIT, which leaves *err alone, when the list is full: see
 * finding_list_end().
 */
int finding_list_add(struct cdi_findings *findings, const struct cdi_rule *rule,
                     enum cdi_severity severity, const char *path, struct cdi_position pos,
                     const char *hint, const char *message, struct cdi_error *err) CDI_MUST_CHECK;

/* The same with the severity of the rule. */
int finding_list_add_rule(struct cdi_findings *findings, const struct cdi_rule *rule,
                          const char *path, struct cdi_position pos, const char *hint,
                          const char *message, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Ends a list that was filled with result r: puts it into the order of the text and says so if
 * it was full. Returns 0, or negative when the filling failed, and then the list is cleared.
 */
int finding_list_end(struct cdi_findings *findings, int r, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Leaves of those with one rule and one message the first, which then says in how many more places
 * it is so. Fails without memory, and then the list is cleared.
 */
int finding_list_fold(struct cdi_findings *findings, struct cdi_error *err) CDI_MUST_CHECK;

#endif
