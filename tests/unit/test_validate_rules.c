/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what engines load and should not be given, from texts, with every rule switched on.
 * Expectations: docs/rules.md, and the sources that it names.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/validate.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/rules.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_     _cleanup_(free_spec)
#define _cleanup_findings_ _cleanup_(cdi_findings_clear)

/* A document of version 0.3.0 has no version to lower. */
#define HEAD \
    "cdiVersion: 0.3.0\nkind: v.com/cc\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n"
#define EDITS(s) HEAD "containerEdits: {" s "}\n"
#define NODE(s)  EDITS("deviceNodes: [{path: /dev/x, " s "}]")
#define HOOK(s)  EDITS("hooks: [{hookName: createRuntime, " s "}]")
#define MOUNT(s) EDITS("mounts: [{hostPath: /h, containerPath: /c, " s "}]")

/* A text, and its findings as "LINE:COLUMN RULE" with newlines between. */
struct text_case {
    const char *text;
    const char *findings;
};

static char *list(const struct cdi_findings *findings)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < findings->n; i++)
        strbuf_printf(&b, "%u:%u %s\n", findings->items[i].pos.line, findings->items[i].pos.column,
                      findings->items[i].rule->id);
    return strbuf_take(&b, NULL);
}

static void expect(const struct text_case *cases, size_t n, const unsigned char *severities)
{
    for (size_t i = 0; i < n; i++) {
        _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
        _cleanup_spec_ struct cdi_spec *spec = NULL;
        _cleanup_free_ char *found = NULL;
        const char *text = cases[i].text;

        cr_assert_eq(
            cdi_document_validate_with(severities, text, strlen(text), "f", &findings, &spec, NULL),
            0);
        found = list(&findings);
        cr_expect_str_eq(found, cases[i].findings, "case %zu\n%s", i, found);
    }
}

/* Expects these findings when every rule is on. */
static void expect_all(const struct text_case *cases, size_t n)
{
    unsigned char severities[N_RULES];

    for (size_t i = 0; i < N_RULES; i++)
        severities[i] = rules[i].severity == CDI_SEVERITY_ERROR ? CDI_SEVERITY_ERROR
                                                                : CDI_SEVERITY_WARNING;
    expect(cases, n, severities);
}
#define EXPECT(cases) expect_all(cases, ARRAY_SIZE(cases))

Test(validate_rules, env)
{
    static const struct text_case cases[] = {
        {EDITS("env: [A=b, B=b, AA=b]"), ""},
        {EDITS("env: [A=b, B=b, A=c]"), "4:34 env-duplicate\n"},
        {EDITS("env: [A=b, A=b, A=b]"), "4:29 env-duplicate\n4:34 env-duplicate\n"},
        {EDITS("env: [A, A]"), "4:24 env-form\n4:27 env-form\n"},
        {EDITS("env: ['PATH=/x:$PATH']"), "4:24 env-self-reference\n"},
        {EDITS("env: ['PATH=${PATH}:/x']"), "4:24 env-self-reference\n"},
        {EDITS("env: ['PATH=$PATHS:$HOME:$ORIGIN', 'B=$', C=$C_]"), ""},
    };

    EXPECT(cases);
}

Test(validate_rules, nodes)
{
    static const struct text_case cases[] = {
        {NODE("type: c, major: 1, minor: 3"), ""},
        {NODE("type: p"), ""},
        {NODE("major: 195"), "4:32 node-type-missing\n"},
        /* Linux, Documentation/admin-guide/devices.txt: what is reserved for dynamic use */
        {NODE("type: c, major: 233"), ""},
        {NODE("type: c, major: 234"), "4:63 node-major-dynamic\n"},
        {NODE("type: u, major: 254"), "4:63 node-major-dynamic\n"},
        {NODE("type: c, major: 255"), ""},
        {NODE("type: c, major: 383"), ""},
        {NODE("type: c, major: 384"), "4:63 node-major-dynamic\n"},
        {NODE("type: c, major: 511"), "4:63 node-major-dynamic\n"},
        {NODE("type: c, major: 512"), ""},
        {NODE("type: b, major: 234"), ""},
        {NODE("type: b, major: 240"), "4:63 node-major-dynamic\n"},
        {NODE("type: b, major: 259"), "4:63 node-major-dynamic\n"},
        {NODE("type: c, major: 1, fileMode: 0666"), ""},
        {NODE("type: c, major: 1, fileMode: 438"), ""},
        {NODE("type: c, major: 1, fileMode: 666"), "4:76 node-file-mode\n"},
        {NODE("type: c, major: 1, fileMode: 644"), "4:76 node-file-mode\n"},
        {NODE("type: c, major: 1, permissions: none"), "4:79 node-permissions-none\n"},
    };

    EXPECT(cases);
}

Test(validate_rules, symlinks)
{
    static const struct text_case cases[] = {
        {EDITS("deviceNodes: [{path: /dev/dri/by-path/x, type: c}]"), "4:39 node-symlink\n"},
        {EDITS("deviceNodes: [{path: /dev/disk/by-id/x, type: b}]"), "4:39 node-symlink\n"},
        {EDITS("deviceNodes: [{path: /dev/x, type: b, hostPath: '/dev/block/8:0'}]"),
         "1:13 version-too-low\n4:66 node-symlink\n"},
        /* with both numbers the host's node is not needed */
        {EDITS("deviceNodes: [{path: /dev/char/x, type: c, major: 1}]"), ""},
        {EDITS("deviceNodes: [{path: /dev/char/x, type: p}]"), ""},
        {EDITS("deviceNodes: [{path: /dev/dri/card0, type: c}]"), ""},
    };

    EXPECT(cases);
}

Test(validate_rules, hooks)
{
    static const struct text_case cases[] = {
        {HOOK("path: /usr/bin/tool"), ""},
        {HOOK("path: /usr/bin/tool, args: [tool, -x]"), ""},
        {HOOK("path: /usr/bin/tool, args: [/usr/bin/tool]"), ""},
        {HOOK("path: /usr/bin/python3.11, args: [python3, x]"), ""},
        {HOOK("path: /usr/bin/tool, args: [create-symlinks]"), "4:80 hook-args\n"},
        {HOOK("path: /usr/bin/tool, args: [--link, tool]"), "4:80 hook-args\n"},
        {HOOK("path: /usr/bin/tool, args: ['']"), "4:80 hook-args\n"},
        /* only what runs in the container's namespaces is given its environment by runc */
        {EDITS("hooks: [{hookName: createContainer, path: /h}]"), "4:26 hook-env-missing\n"},
        {EDITS("hooks: [{hookName: createContainer, path: /h, env: []}]"),
         "4:69 hook-env-missing\n"},
        {EDITS("hooks: [{hookName: createContainer, path: /h, env: [A=b]}]"), ""},
        {EDITS("hooks: [{hookName: poststop, path: /h}]"), ""},
    };

    EXPECT(cases);
}

Test(validate_rules, mount_options)
{
    static const struct text_case cases[] = {
        {MOUNT("options: [ro, nosuid, nodev, rbind, rprivate]"), ""},
        {MOUNT("options: [nosuid, nodev, rbind, rprivate, noexec]"), ""},
        {MOUNT("options: [bind, rbind, slave, shared, '', 'idmap=uids=0-1-10']"), ""},
        {MOUNT("options: [bind, noexe]"), "4:77 mount-option-unknown\n"},
        {MOUNT("options: [bind, z]"), "4:77 mount-option-unknown\n"},
        {MOUNT("options: [bind, ro, rw]"), "4:81 mount-options-conflict\n"},
        {MOUNT("options: [bind, rw, nosuid, ro, suid]"),
         "4:89 mount-options-conflict\n4:93 mount-options-conflict\n"},
        {MOUNT("options: [bind, ro, ro]"), ""},
        {MOUNT("options: [bind, rshared, rprivate]"), "4:86 mount-options-conflict\n"},
        {MOUNT("options: [bind, noatime, relatime]"), "4:86 mount-options-conflict\n"},
        {MOUNT("type: tmpfs, options: [size=1m, mode=755]"), "1:13 version-too-low\n"},
        {MOUNT("type: tmpfs, options: [ro, rw]"),
         "1:13 version-too-low\n4:88 mount-options-conflict\n"},
        {MOUNT("type: tmpfs, options: [bind]"),
         "1:13 version-too-low\n4:67 mount-options-conflict\n"},
        {MOUNT("type: none, options: [bind]"), "1:13 version-too-low\n"},
    };

    EXPECT(cases);
}

#define LIBRARY(path) EDITS("mounts: [{hostPath: " path ", containerPath: /c, options: [bind]}]")

Test(validate_rules, versioned_libraries)
{
    static const struct text_case cases[] = {
        {LIBRARY("/usr/lib/libcuda.so.570.133.20"), "4:38 mount-library-versioned\n"},
        {LIBRARY("/usr/lib/libx.so.1.2"), "4:38 mount-library-versioned\n"},
        {LIBRARY("/usr/lib/libcuda.so.1"), ""},
        {LIBRARY("/usr/lib/libcuda.so"), ""},
        {LIBRARY("/usr/lib/libx.so.1.2.conf"), ""},
        {LIBRARY("/usr/lib/libx.so.1.2.3.d/libx.so.1"), ""},
    };

    EXPECT(cases);
}

#define VERSION(v) \
    "cdiVersion: " v "\nkind: v.com/cc\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n"

Test(validate_rules, names_and_versions)
{
    static const struct text_case cases[] = {
        {VERSION("0.4.0"), "1:13 version-too-high\n"},
        {VERSION("1.1.0"), "1:13 version-too-high\n"},
        {VERSION("v0.3.0"), ""},
        {"cdiVersion: 0.3.0\nkind: v/cc\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n",
         "2:7 name-one-character\n"},
        {"cdiVersion: 0.3.0\nKind: vv/cc\ndevices: [{name: a, containeredits: {env: [A=b]}}]\n",
         "2:1 field-case\n3:21 field-case\n"},
        {"kind: v.com/cc\ncdiVersion: 0.3.0\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n",
         "2:1 member-order\n"},
        {"cdiVersion: 0.3.0\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\nkind: v.com/cc\n",
         "3:1 member-order\n"},
    };

    EXPECT(cases);
}

/* docs/cdi-reading.md, "Scalars": what is read as something else than what stands there. */
Test(validate_rules, coerced_scalars)
{
    static const struct text_case cases[] = {
        {EDITS("env: [A=b], hooks: [{hookName: poststop, path: /h, args: [h, 1, true, ~, '007']}]"),
         ""},
        {EDITS("hooks: [{hookName: poststop, path: /h, args: [h, 007, yes, 1.50, 0x10, 1.5]}]"),
         "4:67 coerced-scalar\n4:72 coerced-scalar\n4:77 coerced-scalar\n4:83 coerced-scalar\n"},
        {EDITS("hooks: [{hookName: poststop, path: /h, args: [h, '\xC3\xA9', 007]}]"),
         "4:72 coerced-scalar\n"},
        {"cdiVersion: 1.10\nkind: v.com/cc\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n",
         "1:13 coerced-scalar\n1:13 version-unknown\n"},
        {"cdiVersion: 0.5.0\nkind: v.com/cc\ndevices:\n- name: 007 # no\n"
         "  containerEdits: {env: [A=b]}\n- name: &a 0\n  containerEdits: {env: [*a, A=b]}\n",
         "4:9 coerced-scalar\n6:9 env-form\n"},
        {"\xEF\xBB\xBF"
         "cdiVersion: 01.0\nkind: v.com/cc\ndevices: [{name: a, containerEdits: {env: "
         "[A=b]}}]\n",
         "1:1 byte-order-mark\n1:13 coerced-scalar\n1:13 version-unknown\n"},
    };

    EXPECT(cases);
}

Test(validate_rules, hints)
{
    static const struct {
        const char *text, *hint;
    } cases[] = {
        {NODE("fileMode: 666"), "did you mean 438 (0666 in YAML)?"},
        /* S_IFCHR and 0660, as stat(2) gives them */
        {NODE("fileMode: 8624"), "write 432 (0660 in YAML), without a type"},
        {HOOK("path: /bin/tool, args: [x]"), "put \"tool\" before it"},
        {MOUNT("options: [bind, noexe]"), "did you mean \"noexec\"?"},
        {HEAD "annotations:\n\ta: b\n", "indent with blanks: YAML allows no tab here"},
        {"cdiVersion: 007\nkind: v.com/cc\ndevices: [{name: a, containerEdits: {env: [A=b]}}]\n",
         "write \"007\""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_findings_ struct cdi_findings findings = {NULL, 0, 0, NULL};
        const char *text = cases[i].text;

        cr_assert_eq(cdi_document_validate(text, strlen(text), "f", &findings, NULL, NULL), 0);
        cr_assert_geq(findings.n, 1, "case %zu", i);
        cr_expect_str_eq(findings.items[0].hint, cases[i].hint, "case %zu: %s", i,
                         findings.items[0].hint);
    }
}

/* What is off by default is what generated documents have by design. */
Test(validate_rules, off_by_default)
{
    static const struct text_case cases[] = {
        {VERSION("1.1.0"), ""},
        {NODE("major: 511"), ""},
        {LIBRARY("/usr/lib/libcuda.so.570.133.20"), ""},
    };

    expect(cases, ARRAY_SIZE(cases), NULL);
}

static enum rule rule_number(const char *id)
{
    return (enum rule)(cdi_rule_find(id) - rules);
}

Test(validate_rules, severities)
{
    static const char text[] = EDITS("env: [A], mounts: [{hostPath: /h, containerPath: c, "
                                     "options: [bind]}]");
    unsigned char severities[N_RULES];
    struct cdi_findings findings;
    struct cdi_spec *spec = cdi_spec_new(), *unused = spec;

    for (size_t i = 0; i < N_RULES; i++)
        severities[i] = (unsigned char)rules[i].severity;
    severities[rule_number("env-form")] = CDI_SEVERITY_WARNING;
    severities[rule_number("mount-container-path-relative")] = CDI_SEVERITY_ERROR;
    cr_assert_eq(
        cdi_document_validate_with(severities, text, sizeof text - 1, NULL, &findings, &spec, NULL),
        0);
    cr_assert_eq(findings.n, 2);
    cr_expect_eq(findings.n_errors, 1);
    cr_expect_eq(findings.items[0].severity, CDI_SEVERITY_WARNING);
    cr_expect_eq(findings.items[1].severity, CDI_SEVERITY_ERROR);
    cr_expect_null(spec, "engines refuse it all the same");
    cdi_findings_clear(&findings);

    severities[rule_number("env-form")] = CDI_SEVERITY_OFF;
    severities[rule_number("mount-container-path-relative")] = CDI_SEVERITY_OFF;
    cr_assert_eq(
        cdi_document_validate_with(severities, text, sizeof text - 1, NULL, &findings, &spec, NULL),
        0);
    cr_expect_eq(findings.n, 0);
    cr_expect_null(spec);
    cdi_findings_clear(&findings);
    cdi_spec_free(unused);
}

Test(validate_rules, rule_ids_are_distinct_words)
{
    size_t n = 0;

    for (const struct cdi_rule *rule = cdi_rules(); rule->id; rule++, n++) {
        cr_expect_eq(strspn(rule->id, "abcdefghijklmnopqrstuvwxyz-"), strlen(rule->id));
        cr_expect(rule->summary && *rule->summary);
        cr_expect(rule->source && *rule->source);
        cr_expect(rule->help && rule->help[strlen(rule->help) - 1] == '.', "%s", rule->id);
        cr_expect_eq(cdi_rule_find(rule->id), rule);
        for (const struct cdi_rule *other = cdi_rules(); other != rule; other++)
            cr_expect_str_neq(other->id, rule->id);
    }
    cr_expect_gt(n, 30);
    cr_expect_null(cdi_rule_find("Env-form"));
    cr_expect_null(cdi_rule_find(""));
}
