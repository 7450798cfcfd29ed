/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/lint.h"

#include "cdi/finding_list.h"

int lint_add(struct lint *lint, enum rule rule, const char *path, struct cdi_position pos,
             const char *hint, const char *message, struct cdi_error *err)
{
    lint->refused |= rules[rule].severity == CDI_SEVERITY_ERROR;
    if (!lint_wants(lint, rule) || ignores_match(&lint->ignores, rule, pos.line))
        return 0;
    return finding_list_add(lint->findings, &rules[rule], lint_severity(lint, rule), path, pos,
                            hint, message, err);
}
