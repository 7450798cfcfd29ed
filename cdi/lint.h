/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the findings of one document: which are kept, and how severe they are. */
#ifndef CDIKIT_CDI_LINT_H
#define CDIKIT_CDI_LINT_H

#include "cdi/ignores.h"
#include "cdi/rules.h"

struct lint {
    struct cdi_findings *findings;
    const unsigned char *severities; /* of each rule in this run, NULL: the rules' own */
    struct ignores ignores;          /* of the text, empty for a document without one */
    bool refused;                    /* a rule whose own severity is error was broken */
};

/* The severity of a rule in this run. */
static inline enum cdi_severity lint_severity(const struct lint *lint, enum rule rule)
{
    return lint->severities ? (enum cdi_severity)lint->severities[rule] : rules[rule].severity;
}

/* False if a rule is off: then nobody has to look for what breaks it. */
static inline bool lint_wants(const struct lint *lint, enum rule rule)
{
    return lint_severity(lint, rule) != CDI_SEVERITY_OFF;
}

/*
 * Adds a finding, unless its rule is off or silenced in that line. Texts and errors as with
 * finding_list_add().
 */
int lint_add(struct lint *lint, enum rule rule, const char *path, struct cdi_position pos,
             const char *hint, const char *message, struct cdi_error *err) CDI_MUST_CHECK;

#endif
