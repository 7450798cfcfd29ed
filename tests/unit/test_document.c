/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every finding of a text: expectations from docs/validation.md and docs/cdi-reading.md. A member
 * that was not read is one finding, and what follows from its absence is none.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cdikit/validate.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_     _cleanup_(free_spec)
#define _cleanup_findings_ _cleanup_(cdi_findings_clear)

#define HEAD   "cdiVersion: 1.1.0\nkind: v.com/cc\n"
#define DEVICE "devices: [{name: a, containerEdits: {env: [A=b]}}]\n"

/* A text, and its findings as "LINE:COLUMN RULE PATH" with newlines between. */
static const struct {
    const char *text;
    const char *findings;
} cases[] = {
    {HEAD DEVICE, ""},
    /* structure and rules together, in the order of the text */
    {"cdiVersion: 9.9.9\n"
     "kind: vendor\n"
     "extra: 1\n"
     "devices:\n"
     "- name: -a\n"
     "  containerEdits: []\n"
     "- name: b\n"
     "  containerEdits:\n"
     "    env: [A=b, [c], d]\n"
     "    mounts: {}\n"
     "    additionalGids: [x, 0]\n",
     "1:13 version-unknown cdiVersion\n"
     "2:7 kind-form kind\n"
     "3:1 unknown-field extra\n"
     "5:9 device-name devices[0].name\n"
     "6:19 wrong-type devices[0].containerEdits\n"
     "9:16 wrong-type devices[1].containerEdits.env[1]\n"
     "9:21 env-form devices[1].containerEdits.env[2]\n"
     "10:13 wrong-type devices[1].containerEdits.mounts\n"
     "11:22 wrong-type devices[1].containerEdits.additionalGids[0]\n"
     "11:25 gid-zero devices[1].containerEdits.additionalGids[1]\n"},
    /* no follow-up findings */
    {HEAD "devices: {}\n", "3:10 wrong-type devices\n"},
    {HEAD "devices: [a, 1]\n", "3:11 wrong-type devices[0]\n3:14 wrong-type devices[1]\n"},
    {HEAD "devices: [{nmae: a, containerEdits: {env: [A=b]}}]\n",
     "3:12 unknown-field devices[0].nmae\n"},
    {HEAD "devices: [{name: a, containerEdits: {evn: [A=b]}}]\n",
     "3:38 unknown-field devices[0].containerEdits.evn\n"},
    {HEAD "devices: [{name: a, containerEdits: {evn: [A=b], env: [c]}}]\n",
     "3:38 unknown-field devices[0].containerEdits.evn\n"
     "3:56 env-form devices[0].containerEdits.env[0]\n"},
    {HEAD "devices: [{name: a, containerEdits: {intelRdt: []}}]\n",
     "3:48 wrong-type devices[0].containerEdits.intelRdt\n"},
    {HEAD DEVICE "containerEdits: {deviceNodes: [{path: /d, major: '5', minor: 1}]}\n",
     "4:50 wrong-type containerEdits.deviceNodes[0].major\n"},
    {HEAD DEVICE "containerEdits: {mounts: [{hostPath: /d, containerPath: /d, options: bind}]}\n",
     "4:70 wrong-type containerEdits.mounts[0].options\n"},
    {HEAD DEVICE "containerEdits: {hooks: [{hookName: poststop, path: /h, timeout: []}]}\n",
     "4:66 wrong-type containerEdits.hooks[0].timeout\n"},
    {"cdiVersion: 0.3.0\nkind: v.com/cc\n" DEVICE "containerEdits: {intelRdt: 1}\n",
     "4:28 wrong-type containerEdits.intelRdt\n"},
    {"[]", "1:1 wrong-type \n"},
    {"text", "1:1 wrong-type \n"},
    /* but an unknown member explains nothing that it does not resemble */
    {HEAD DEVICE "containerEdits: {hooks: [{extra: 1, path: /h}]}\n",
     "4:26 hook-name containerEdits.hooks[0].hookName\n"
     "4:27 unknown-field containerEdits.hooks[0].extra\n"},
    {HEAD DEVICE "containerEdits: {hooks: [{hook.Name: poststop, path: /h}]}\n",
     "4:27 unknown-field containerEdits.hooks[0][\"hook.Name\"]\n"},
    /* a repeated key: the first value holds */
    {HEAD DEVICE "kind: x\n", "4:1 duplicate-key kind\n"},
    {"kind: x\n" HEAD DEVICE, "1:7 kind-form kind\n3:1 duplicate-key kind\n"},
    {HEAD DEVICE "kind: x\nkind: y\n", "4:1 duplicate-key kind\n5:1 duplicate-key kind\n"},
    {HEAD DEVICE "annotations: {a: 1, b: [], a: 2, -: 3}\n",
     "4:24 wrong-type annotations[\"b\"]\n"
     "4:28 duplicate-key annotations[\"a\"]\n"
     "4:37 annotation-key annotations[\"-\"]\n"},
    /* several YAML documents: the first counts */
    {HEAD DEVICE "---\n" HEAD DEVICE, "4:1 more-documents \n"},
    {"# c\n---\n" HEAD DEVICE "--- {a: b}\n--- c\n", "6:1 more-documents \n"},
    {HEAD DEVICE "...\n# c\n%YAML 1.1\n---\n\nkind: x\n", "7:1 more-documents \n"},
    {HEAD DEVICE "...\nx\n", "5:1 more-documents \n"},
    {"\xEF\xBB\xBF# c\n---\n" HEAD DEVICE "---\r\n# c\r\n--- # d\r\n...\r\n",
     "1:1 byte-order-mark \n6:4 carriage-return \n"},
    {HEAD "# old\r" DEVICE, ""},
    {HEAD DEVICE "annotations: {a: ---, b: '\n --- x'}\n", ""},
    {HEAD DEVICE "annotations:\n  a: |\n    ---\n    x\n", ""},
    {HEAD DEVICE "annotations:\n  a: >\n    -\n---x: y\n", "7:1 unknown-field ---x\n"},
    {HEAD DEVICE "---\n[\n", "4:1 more-documents \n"},
    {"--- ~\n---\n" HEAD DEVICE, "1:5 no-document \n"},
    /* what ends the reading is one finding */
    {"", "1:1 no-document \n"},
    {"# nothing\n", "1:1 no-document \n"},
    {"--- ~\n", "1:5 no-document \n"},
    {HEAD "devices: [\n", "4:1 syntax \n"},
    {HEAD DEVICE "annotations: {~: a}\n", "4:15 wrong-type \n"},
};

static char *list(const struct cdi_findings *findings)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < findings->n; i++)
        strbuf_printf(&b, "%u:%u %s %s\n", findings->items[i].pos.line,
                      findings->items[i].pos.column, findings->items[i].rule->id,
                      findings->items[i].path);
    return strbuf_take(&b, NULL);
}

Test(document, every_finding)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_spec_ struct cdi_spec *spec = NULL, *parsed = NULL;
        _cleanup_free_ char *found = NULL;
        const char *text = cases[i].text;
        bool loads;

        cr_assert_eq(cdi_document_validate(text, strlen(text), "f", &findings, &spec, &err), 0);
        found = list(&findings);
        cr_expect_str_eq(found, cases[i].findings, "case %zu\n%s", i, found);
        /* errors, a document, and what engines do are one thing */
        loads = cdi_spec_parse(text, strlen(text), "f", &parsed, NULL) == 0 &&
                cdi_spec_check(parsed, NULL) == 0;
        cr_expect_eq(findings.n_errors == 0, loads, "case %zu", i);
        cr_expect_eq(spec != NULL, loads, "case %zu", i);
        for (size_t k = 0; k < findings.n; k++)
            cr_expect(*findings.items[k].message);
    }
}

Test(document, hints)
{
    static const char text[] = HEAD DEVICE "containerEdits: {evn: [], enableCMT: 1, "
                                           "hostPath: a, zzz: 1}\n";
    static const char *const hints[] = {"did you mean \"env\"?", "removed in CDI 1.1.0",
                                        "a field of", NULL};
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};

    cr_assert_eq(cdi_document_validate(text, sizeof text - 1, NULL, &findings, NULL, NULL), 0);
    cr_assert_eq(findings.n, ARRAY_SIZE(hints));
    for (size_t i = 0; i < findings.n; i++) {
        const char *hint = findings.items[i].hint;

        cr_expect_eq(hint != NULL, hints[i] != NULL);
        if (hint && hints[i])
            cr_expect(strstr(hint, hints[i]), "%s", hint);
        cr_expect_null(strstr(findings.items[i].message, "; "), "the hint is not in the message");
    }
}

Test(document, limits_are_findings)
{
    _cleanup_findings_ struct cdi_findings large = {NULL, 0, 0, NULL}, deep = {NULL, 0, 0, NULL};
    char text[1000];

    memset(text, '[', sizeof text);
    cr_assert_eq(cdi_document_validate(text, sizeof text, "f", &deep, NULL, NULL), 0);
    cr_assert_eq(deep.n, 1);
    cr_expect_str_eq(deep.items[0].rule->id, "limit");
    cr_assert_eq(cdi_document_validate("", (size_t)CDI_SPEC_MAX_SIZE + 1, "f", &large, NULL, NULL),
                 0);
    cr_assert_eq(large.n, 1);
    cr_expect_str_eq(large.items[0].rule->id, "limit");
}

/* A small text with aliases can have millions of findings: time and memory stay bounded. */
Test(document, findings_are_bounded, .timeout = 20)
{
    static const char *const items[] = {"A", "[]"};

    for (size_t k = 0; k < ARRAY_SIZE(items); k++) {
        _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

        strbuf_addstr(&b, HEAD "containerEdits: {env: &e [A=b");
        for (int i = 0; i < 1000; i++)
            strbuf_printf(&b, ", %s", items[k]);
        strbuf_addstr(&b, "]}\ndevices:\n");
        for (int i = 0; i < 1000; i++)
            strbuf_printf(&b, "- {name: d%d, containerEdits: {env: *e}}\n", i);
        cr_assert_eq(cdi_document_validate(b.s, b.len, "f", &findings, NULL, NULL), 0);
        cr_assert_eq(findings.n, CDI_FINDINGS_MAX + 1);
        cr_expect_str_eq(findings.items[CDI_FINDINGS_MAX].rule->id, "limit");
    }
}

/* Rules look up what was not read without comparing each with each. */
Test(document, many_unread_members_are_not_quadratic, .timeout = 20)
{
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_addstr(&b, HEAD "devices:\n");
    for (int i = 0; i < 9000; i++)
        strbuf_addstr(&b, "- {name: [], containerEdits: 1}\n");
    cr_assert_eq(cdi_document_validate(b.s, b.len, "f", &findings, NULL, NULL), 0);
    cr_expect_str_eq(findings.items[0].rule->id, "wrong-type");
}

/* The places of many keys take linear time. */
Test(document, many_bad_keys_are_not_quadratic, .timeout = 20)
{
    _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct timespec from, to;

    strbuf_addstr(&b, HEAD DEVICE "annotations:\n");
    for (int i = 0; i < 9999; i++)
        strbuf_printf(&b, "  bad key %d: v\n", i);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    cr_assert_eq(cdi_document_validate(b.s, b.len, "f", &findings, NULL, NULL), 0);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    cr_assert_eq(findings.n, 9999);
    for (size_t i = 0; i < findings.n; i++)
        cr_assert_eq(findings.items[i].pos.line, 5 + i);
    cr_expect_lt((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9,
                 0.5);
}
