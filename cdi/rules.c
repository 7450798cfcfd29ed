/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/rules.h"

#include <string.h>

#define ERROR   CDI_SEVERITY_ERROR
#define WARNING CDI_SEVERITY_WARNING
#define OFF     CDI_SEVERITY_OFF

#define RULE(name, id_, severity_, summary_, source_, help_) \
    [RULE_##name] = {                                        \
        .id = (id_),                                         \
        .severity = (severity_),                             \
        .summary = (summary_),                               \
        .source = (source_),                                 \
        .help = (help_),                                     \
    },

const struct cdi_rule rules[N_RULES + 1] = {
#include "cdi/rules_document.h"
#include "cdi/rules_edits.h"
#include "cdi/rules_node.h"
};

const struct cdi_rule *cdi_rules(void)
{
    return rules;
}

const struct cdi_rule *cdi_rule_find(const char *id)
{
    for (const struct cdi_rule *rule = rules; rule->id; rule++)
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}
