/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that a CDI document is checked against, by number: RULE_SYNTAX and so on. */
#ifndef CDIKIT_CDI_RULES_H
#define CDIKIT_CDI_RULES_H

#include <cdikit/validate.h>

#define RULE(name, ...) RULE_##name,
enum rule {
#include "cdi/rules_document.h"
#include "cdi/rules_edits.h"
#include "cdi/rules_node.h"
    N_RULES
};
#undef RULE

/* The table of cdi_rules(), indexed by enum rule. */
extern const struct cdi_rule rules[N_RULES + 1];

#endif
