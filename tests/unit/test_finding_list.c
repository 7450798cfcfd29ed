/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cdi/finding_list.h"

static void add(struct cdi_findings *findings, enum rule rule, unsigned line, const char *message)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(finding_list_add_rule(findings, &rules[rule], "", (struct cdi_position){line, 1},
                                       NULL, message, &err),
                 0, "%s", err.message);
}

/* As lines "LINE RULE: MESSAGE". */
static const char *said(const struct cdi_findings *findings)
{
    static char text[1024];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < findings->n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u %s: %s\n",
                                findings->items[i].pos.line, findings->items[i].rule->id,
                                findings->items[i].message);
    return text;
}

Test(finding_list, folds_what_says_the_same)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_findings findings;

    cr_assert_eq(finding_list_init(&findings, &err), 0);
    add(&findings, RULE_LIVE_HOOK_MISSING, 9, "no z");
    add(&findings, RULE_LIVE_MOUNT_MISSING, 8, "no b");
    add(&findings, RULE_LIVE_HOOK_MISSING, 4, "no b");
    add(&findings, RULE_LIVE_HOOK_OWNER, 3, "not root's");
    add(&findings, RULE_LIVE_MOUNT_MISSING, 2, "no b");
    add(&findings, RULE_LIVE_HOOK_OWNER, 6, "not root's");
    add(&findings, RULE_LIVE_MOUNT_MISSING, 5, "no b");
    cr_assert_eq(finding_list_end(&findings, 0, &err), 0);
    cr_assert_eq(findings.n_errors, 5);
    cr_assert_eq(finding_list_fold(&findings, &err), 0);
    cr_expect_str_eq(said(&findings), "2 live-mount-missing: no b (and 2 more places)\n"
                                      "3 live-hook-owner: not root's (and 1 more place)\n"
                                      "4 live-hook-missing: no b\n"
                                      "9 live-hook-missing: no z\n");
    cr_expect_eq(findings.n_errors, 3);
    cdi_findings_clear(&findings);
}

Test(finding_list, folds_nothing)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_findings findings;

    cr_assert_eq(finding_list_init(&findings, &err), 0);
    cr_assert_eq(finding_list_fold(&findings, &err), 0);
    cr_expect_eq(findings.n, 0);
    cdi_findings_clear(&findings);
}
