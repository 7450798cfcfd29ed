/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule that `cdikit validate` knows: of documents, and of documents on a node. */
#ifndef CDIKIT_CMD_RULES_H
#define CDIKIT_CMD_RULES_H

#include <stddef.h>

#include <cdikit/validate.h>

#include "cmd/command.h"

/* The number of rules, and the rule with an index below that. Those of cdi_rules() come first. */
size_t rules_count(void);
const struct cdi_rule *rules_at(size_t index);

/* The index of the rule with that id; CDI_ERR_USAGE, with the id that may have been meant. */
int rules_find(const char *id, size_t *index, struct cdi_error *err) CDI_MUST_CHECK;

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
