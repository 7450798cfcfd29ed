/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of `cdikit validate`, for people. */
#ifndef CDIKIT_CMD_RULES_H
#define CDIKIT_CMD_RULES_H

#include "cdi/rules.h"
#include "cmd/command.h"

/* The rule with that id; CDI_ERR_USAGE, with the id that may have been meant. */
int rules_find(const char *id, enum rule *found, struct cdi_error *err) CDI_MUST_CHECK;

/* "error", "warning", "off" */
const char *rules_severity(enum cdi_severity severity);

/* Prints the list of rules, as a table or as a JSON array. */
int rules_print(const struct call *call, bool json, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Prints what a rule is about, in Markdown or as a JSON object. For the id "all" it is every rule:
 * then the Markdown is docs/rules.md, and the JSON is an array.
 */
int rules_explain(const struct call *call, const char *id, bool json,
                  struct cdi_error *err) CDI_MUST_CHECK;

#endif
