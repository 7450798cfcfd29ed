/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/rules.h"

#define ERROR   CDI_SEVERITY_ERROR
#define WARNING CDI_SEVERITY_WARNING

#define RULE(name, id_, severity_, summary_, source_, help_) \
    [RULE_##name] = {                                        \
        .id = (id_),                                         \
        .severity = (severity_),                             \
        .summary = (summary_),                               \
        .source = (source_),                                 \
        .help = (help_),                                     \
    },

const struct cdi_rule diagnose_rules[N_DIAGNOSE_RULES + 1] = {
#include "diagnose/rules_node.h"
};
