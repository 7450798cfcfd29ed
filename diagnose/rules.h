/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of this folder, by number: RULE_LIVE_UNSEEN and so on. */
#ifndef CDIKIT_DIAGNOSE_RULES_H
#define CDIKIT_DIAGNOSE_RULES_H

#include <cdikit/validate.h>

#define RULE(name, ...) RULE_##name,
enum diagnose_rule {
#include "diagnose/rules_node.h"
    N_DIAGNOSE_RULES
};
#undef RULE

/* Ends with an entry whose id is NULL. */
extern const struct cdi_rule diagnose_rules[N_DIAGNOSE_RULES + 1];

#endif
