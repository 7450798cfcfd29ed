/* SPDX-License-Identifier: Apache-2.0 */
/* Comments that silence findings: docs/validation.md, "Comments". */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/validate.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/ignores.h"

#define _cleanup_findings_ _cleanup_(cdi_findings_clear)

#define HEAD   "cdiVersion: 1.1.0\nkind: v.com/cc\n"
#define DEVICE "devices: [{name: a, containerEdits: {env: [A=b]}}]\n"

/* A text, and its findings as "LINE:COLUMN RULE" with newlines between. */
static const struct {
    const char *text;
    const char *findings;
} cases[] = {
    {HEAD DEVICE "extra: 1\n", "4:1 unknown-field\n"},
    /* on the line itself, or on a line of its own above it */
    {HEAD DEVICE "extra: 1 # cdikit: ignore unknown-field\n", ""},
    {HEAD DEVICE "extra: 1 # old, # cdikit: ignore unknown-field\n", ""},
    {HEAD DEVICE "# cdikit: ignore unknown-field\nextra: 1\n", ""},
    {HEAD DEVICE "# cdikit: ignore unknown-field\n---x: 1\n", ""},
    {HEAD DEVICE "  #cdikit:ignore unknown-field\n\n# more\nextra: 1\n", ""},
    /* of that line alone, and of that rule alone */
    {HEAD DEVICE "# cdikit: ignore unknown-field\nextra: 1\nmore: 1\n", "6:1 unknown-field\n"},
    {HEAD DEVICE "extra: 1 # cdikit: ignore unknown-field\nmore: 1\n", "5:1 unknown-field\n"},
    {HEAD DEVICE "extra: 1 # cdikit: ignore env-form\n", "4:1 unknown-field\n"},
    /* several rules, and a remark */
    {HEAD "devices: [{nome: a, containerEdits: {env: [A]}}] # cdikit: ignore unknown-field, "
          "env-form ,device-name because of x\n",
     ""},
    {HEAD DEVICE "# cdikit: ignore unknown-field\n# cdikit: ignore wrong-type\nextra: 1\n", ""},
    /* the whole file */
    {"# cdikit: ignore-file unknown-field\n---\n" HEAD DEVICE "extra: 1\nmore: 1\n", ""},
    {"# cdikit: ignore version-unknown\n# cdikit: ignore-file unknown-field\ncdiVersion: 7\n"
     "kind: v.com/cc\n" DEVICE "extra: 1\n",
     ""},
    {"# cdikit: ignore-file syntax\n[", ""},
    {"# cdikit: ignore-file no-document\n", ""},
    /* comments that do nothing */
    {HEAD DEVICE "# cdikit: ignore env-from\n", "4:18 ignore-comment\n"},
    {HEAD DEVICE "# cdikit: ignore\n", "4:17 ignore-comment\n"},
    {HEAD DEVICE "# cdikit: ignore env-form,\n", "4:27 ignore-comment\n"},
    {HEAD DEVICE "# cdikit: disable env-form\n", "4:11 ignore-comment\n"},
    {HEAD DEVICE "# cdikit:\n", "4:10 ignore-comment\n"},
    {HEAD DEVICE "# cdikit: ignore-file unknown-field\nextra: 1\n",
     "4:11 ignore-comment\n5:1 unknown-field\n"},
    {"\xEF\xBB\xBF# cdikit: ignore-file byte-order-mark\n" HEAD DEVICE, ""},
    /* no comments of ours */
    {HEAD DEVICE "annotations: {a: 'b#cdikit: x'}\n# see cdikit: x\n# cdikits: x\n", ""},
};

static char *list(const struct cdi_findings *findings)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < findings->n; i++)
        strbuf_printf(&b, "%u:%u %s\n", findings->items[i].pos.line, findings->items[i].pos.column,
                      findings->items[i].rule->id);
    return strbuf_take(&b, NULL);
}

Test(ignores, comments)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
        _cleanup_free_ char *found = NULL;
        const char *text = cases[i].text;

        cr_assert_eq(cdi_document_validate(text, strlen(text), "f", &findings, NULL, NULL), 0);
        found = list(&findings);
        cr_expect_str_eq(found, cases[i].findings, "case %zu\n%s", i, found);
    }
}

Test(ignores, hints)
{
    static const char text[] = HEAD DEVICE "# cdikit: ignore env-from\n";
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};

    cr_assert_eq(cdi_document_validate(text, sizeof text - 1, "f", &findings, NULL, NULL), 0);
    cr_assert_eq(findings.n, 1);
    cr_expect_eq(findings.items[0].severity, CDI_SEVERITY_WARNING);
    cr_expect(strstr(findings.items[0].message, "\"env-from\""), "%s", findings.items[0].message);
    cr_expect_str_eq(findings.items[0].hint, "did you mean \"env-form\"?");
}

/* A silenced error does not make engines load the document. */
Test(ignores, silence_is_no_repair)
{
    static const char text[] = HEAD DEVICE "extra: 1 # cdikit: ignore unknown-field\n";
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
    struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_document_validate(text, sizeof text - 1, "f", &findings, &spec, NULL), 0);
    cr_expect_eq(findings.n_errors, 0);
    cr_expect_null(spec);
}

/* Many comments, and many findings in one line of many: no square of either. */
Test(ignores, many, .timeout = 20)
{
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_addstr(&b, HEAD DEVICE "# cdikit: ignore env-form");
    for (int i = 0; i < 1000000; i++)
        strbuf_addstr(&b, ",env-form");
    strbuf_addstr(&b, "\ncontainerEdits: {env: [");
    for (int i = 0; i < 100000; i++)
        strbuf_addstr(&b, i ? ",A" : "A");
    strbuf_addstr(&b, "]}\n");
    cr_assert_eq(cdi_document_validate(b.s, b.len, "f", &findings, NULL, NULL), 0);
    cr_expect_eq(findings.n, 0);
}
