/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/fix.h"

/* Of each rule, as the test wants it; NULL: the rules' own. */
static const unsigned char *severities;

/* A text after repairs, for as long as there are any; how many in *n. malloc'ed. */
static char *fix_all(const char *text, size_t *n)
{
    char *now = strdup(text);
    size_t len = strlen(text);

    *n = 0;
    for (unsigned rounds = 0; rounds < 8; rounds++) {
        _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
        struct fix_result result;

        cr_assert_eq(cdi_document_validate_with(severities, now, len, "x", &findings, NULL, NULL),
                     0);
        cr_assert_eq(fix_text(now, len, findings.items, findings.n, &result, NULL), 0);
        if (!result.text)
            break;
        free(now);
        now = result.text;
        len = result.len;
        cr_expect_eq(strlen(now), len);
        *n += result.n;
    }
    return now;
}

static void expect(const char *text, const char *fixed)
{
    size_t n;
    _cleanup_free_ char *now = fix_all(text, &n);

    cr_expect_str_eq(now, fixed, "%s\nbecame\n%s", text, now);
    cr_expect_eq(n != 0, strcmp(text, fixed) != 0);
}

static void expect_unchanged(const char *text)
{
    expect(text, text);
}

#define KIND    "kind: vendor.com/class\n"
#define DEVICES "devices:\n- name: dev\n  containerEdits:\n    env: [A=b]\n"

Test(fix, nothing_to_repair)
{
    expect_unchanged("cdiVersion: 0.3.0\n" KIND DEVICES);
    expect_unchanged("");
    expect_unchanged("# nothing\n");
    expect_unchanged("kind: [\n");
    expect_unchanged("\xFF\xFE{\x00}\x00");
}

Test(fix, a_version_that_is_too_low)
{
#define BODY KIND "annotations: {a: b} # why\n\n" DEVICES
    expect("# head\ncdiVersion: \"0.3.0\"  # old\n" BODY,
           "# head\ncdiVersion: \"0.6.0\"  # old\n" BODY);
    expect("cdiVersion: '0.3.0'\n" BODY, "cdiVersion: '0.6.0'\n" BODY);
    expect("cdiVersion: 0.3.0\n" BODY, "cdiVersion: 0.6.0\n" BODY);
    expect("cdiVersion: v0.3.0\n" BODY, "cdiVersion: v0.6.0\n" BODY);
    expect(BODY "cdiVersion: 0.1.0\n", BODY "cdiVersion: 0.6.0\n");
#undef BODY
    expect("{\"cdiVersion\":\"0.3.0\",\"kind\":\"vendor.com/class\",\"devices\":[{\"name\":\"0\","
           "\"containerEdits\":{\"env\":[\"A=b\"]}}]}",
           "{\"cdiVersion\":\"0.5.0\",\"kind\":\"vendor.com/class\",\"devices\":[{\"name\":\"0\","
           "\"containerEdits\":{\"env\":[\"A=b\"]}}]}");
}

Test(fix, a_version_that_is_none)
{
    expect("cdiVersion: 1.1\n" KIND DEVICES, "cdiVersion: 0.3.0\n" KIND DEVICES);
    expect("cdiVersion: \"\"\n" KIND DEVICES, "cdiVersion: \"0.3.0\"\n" KIND DEVICES);
    expect("cdiVersion: latest\n" KIND DEVICES, "cdiVersion: 0.3.0\n" KIND DEVICES);
    /* A released version that is not known here yet, perhaps. */
    expect_unchanged("cdiVersion: 1.2.0\n" KIND DEVICES);
    expect_unchanged("cdiVersion: 2.0.0\n" KIND DEVICES);
    /* What it needs is not known. */
    expect_unchanged("cdiVersion: 1.1\nunknown: 1\n" KIND DEVICES);
}

Test(fix, a_version_that_is_missing)
{
    expect("---\n# why\n" KIND DEVICES, "---\n# why\ncdiVersion: \"0.3.0\"\n" KIND DEVICES);
    expect("{\"kind\": \"vendor.com/class\", \"devices\": [{\"name\": \"d\", \"containerEdits\": "
           "{\"env\": [\"A=b\"]}}]}\n",
           "{\"cdiVersion\": \"0.3.0\", \"kind\": \"vendor.com/class\", \"devices\": [{\"name\": "
           "\"d\", \"containerEdits\": {\"env\": [\"A=b\"]}}]}\n");
    expect(
        "{\n    \"kind\": \"vendor.com/class\",\n    \"devices\": [{\"name\": \"d\", "
        "\"containerEdits\": {\"env\": [\"A=b\"]}}]\n}\n",
        "{\n    \"cdiVersion\": \"0.3.0\",\n    \"kind\": \"vendor.com/class\",\n    \"devices\": "
        "[{\"name\": \"d\", \"containerEdits\": {\"env\": [\"A=b\"]}}]\n}\n");
}

Test(fix, keys_that_are_repeated)
{
    expect("cdiVersion: 0.3.0\n" KIND "kind: vendor.com/class  \n" DEVICES,
           "cdiVersion: 0.3.0\n" KIND DEVICES);
    expect("cdiVersion: 0.3.0\n" KIND DEVICES "kind: vendor.com/class",
           "cdiVersion: 0.3.0\n" KIND DEVICES);
    expect("cdiVersion: 0.3.0\n" KIND "devices:\n- name: dev\n  name: dev\n"
           "  containerEdits: {env: [A=b]}\n",
           "cdiVersion: 0.3.0\n" KIND "devices:\n- name: dev\n  containerEdits: {env: [A=b]}\n");
    expect("cdiVersion: 0.3.0\n" KIND "# above\nkind: vendor.com/class\n" DEVICES,
           "cdiVersion: 0.3.0\n" KIND "# above\n" DEVICES);
    /* A comment is somebody's. */
    expect_unchanged("cdiVersion: 0.3.0\n" KIND "kind: vendor.com/class # IMPORTANT\n" DEVICES);
    expect_unchanged("cdiVersion: 0.3.0\n" KIND "kind: vendor.com/class\t#IMPORTANT\n" DEVICES);
    /* Which of the two is meant? */
    expect_unchanged("cdiVersion: 0.3.0\n" KIND "kind: vendor.com/other\n" DEVICES);
    /* The line holds more. */
    expect_unchanged("cdiVersion: 0.3.0\n" KIND
                     "devices:\n- {name: dev, name: dev, containerEdits: {env: [A=b]}}\n");
}

Test(fix, words_that_can_mean_one_thing)
{
#define NODE(type)                                                                           \
    "cdiVersion: 0.3.0\n" KIND                                                               \
    "devices:\n- name: dev\n  containerEdits:\n    deviceNodes: [{path: /dev/a, type: " type \
    "}]\n"
#define HOOK(name)             \
    "cdiVersion: 0.3.0\n" KIND \
    "devices:\n- name: dev\n  containerEdits:\n    hooks: [{hookName: " name ", path: /bin/a}]\n"
    expect(NODE("char"), NODE("c"));
    expect(NODE("\"Block\""), NODE("\"b\""));
    expect(NODE("C"), NODE("c"));
    expect_unchanged(NODE("file"));
    expect(HOOK("createruntime"), HOOK("createRuntime"));
    expect(HOOK("'CREATECONTAINER'"), HOOK("'createContainer'"));
    expect_unchanged(HOOK("createContainers"));
}

Test(fix, text_that_looks_like_something_else)
{
#define ANNOTATED(value) \
    "cdiVersion: 0.6.0\nkind: vendor.com/class\nannotations:\n  a.b: " value "\n" DEVICES
    expect(ANNOTATED("007"), ANNOTATED("\"007\""));
    expect(ANNOTATED("yes # no"), ANNOTATED("\"yes\" # no"));
    expect(ANNOTATED("1.10"), ANNOTATED("\"1.10\""));
    /* It comes out as it was written. */
    expect_unchanged(ANNOTATED("5"));
    expect("cdiVersion: 0.5.0\n" KIND "devices: [{name: 007, containerEdits: {env: [A=b]}}]\n",
           "cdiVersion: 0.5.0\n" KIND "devices: [{name: \"007\", containerEdits: {env: [A=b]}}]\n");
    /* In quotes it would not be a name of a device any more. */
    expect_unchanged("cdiVersion: 0.5.0\n" KIND
                     "devices: [{name: 1_, containerEdits: {env: [A=b]}}]\n");
    /* Some are repaired beside one that cannot be. */
    expect("cdiVersion: 0.6.0\n" KIND "devices: [{name: 1_, annotations: {a: yes, b: no}, "
           "containerEdits: {env: [A=b]}}, {name: 08, containerEdits: {env: [A=b]}}]\n",
           "cdiVersion: 0.6.0\n" KIND "devices: [{name: 1_, annotations: {a: \"yes\", b: \"no\"}, "
           "containerEdits: {env: [A=b]}}, {name: \"08\", containerEdits: {env: [A=b]}}]\n");
}

/* The time for a large document with many repairs that are refused is bounded. */
Test(fix, work_on_a_large_document)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    struct fix_result result = {NULL, 0, 0, 0};
    size_t most = 0;

    strbuf_addstr(&text, "cdiVersion: 0.3.0\n" KIND "devices:\n");
    for (unsigned i = 0; i < 30000; i++)
        strbuf_printf(&text, "- name: %06u\n  containerEdits:\n    env: [A=a-long-value-%u]\n", i,
                      i);
    do {
        _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
        _cleanup_free_ char *before = result.text ? result.text : strdup(text.s);
        size_t len = strlen(before);

        cr_assert_eq(cdi_document_validate(before, len, "x", &findings, NULL, NULL), 0);
        cr_assert_eq(fix_text(before, len, findings.items, findings.n, &result, NULL), 0);
        most = result.work > most ? result.work : most;
    } while (result.text);
    cr_expect_gt(most, 2 * text.len, "some repairs are refused");
    cr_expect_leq(most, FIX_MOST_WORK + 2 * text.len, "%zu", most);
}

Test(fix, anchors_and_tags_are_left_alone)
{
    expect_unchanged("cdiVersion: &v 1.1\n" KIND DEVICES);
    expect_unchanged("cdiVersion: !!str 1.1\n" KIND DEVICES);
    expect_unchanged(ANNOTATED("&a 007\n  a.c: *a"));
    expect_unchanged("cdiVersion: |\n  1.1\n" KIND DEVICES);
}

Test(fix, fields_in_another_case)
{
    expect("cdiVersion: 0.7.0\n" KIND DEVICES "containerEdits: {additionalGIDs: [5]} # x\n",
           "cdiVersion: 0.7.0\n" KIND DEVICES "containerEdits: {additionalGids: [5]} # x\n");
    expect("CDIVersion: 0.3.0\n" KIND DEVICES, "cdiVersion: 0.3.0\n" KIND DEVICES);
    expect("cdiVersion: 0.3.0\n\"KIND\": vendor.com/class\n" DEVICES,
           "cdiVersion: 0.3.0\n\"kind\": vendor.com/class\n" DEVICES);
}

Test(fix, line_ends_and_marks)
{
    expect("cdiVersion: 0.3.0\r\n" KIND "# x\r\n" DEVICES,
           "cdiVersion: 0.3.0\n" KIND "# x\n" DEVICES);
    expect("\xEF\xBB\xBF"
           "cdiVersion: 0.3.0\n" KIND DEVICES,
           "cdiVersion: 0.3.0\n" KIND DEVICES);
    expect("cdiVersion: 0.3.0\r\r\r\n" KIND DEVICES, "cdiVersion: 0.3.0\n" KIND DEVICES);
    /* There it is a part of the value. */
    expect_unchanged("cdiVersion: 0.6.0\n" KIND "# \r\n" DEVICES
                     "annotations: {a: \"b\r\rc\r\r\nd\"}\n");
    /* The places of other findings stay what they were. */
    expect("\xEF\xBB\xBF"
           "cdiVersion: 1.1\r\nkind: vendor.com/class\r\nKind: a\r\n" DEVICES,
           "cdiVersion: 0.3.0\nkind: vendor.com/class\nKind: a\n" DEVICES);
}

static void switch_on(const char *rule)
{
    static unsigned char all[256];

    for (const struct cdi_rule *at = cdi_rules(); at->id; at++)
        all[at - cdi_rules()] = (unsigned char)(strcmp(at->id, rule) == 0 ? CDI_SEVERITY_WARNING
                                                                          : at->severity);
    severities = all;
}

Test(fix, members_in_another_order)
{
    switch_on("member-order");
    expect("# SPDX\n" KIND "# the version\n# of CDI\ncdiVersion: 0.3.0 # x\n\n" DEVICES,
           "# SPDX\n# the version\n# of CDI\ncdiVersion: 0.3.0 # x\n\n" KIND DEVICES);
    expect("containerEdits:\n  env: [C=d]\n# all of them\n" DEVICES KIND "cdiVersion: 0.3.0",
           "cdiVersion: 0.3.0\n" KIND "# all of them\n" DEVICES "containerEdits:\n  env: [C=d]\n");
    expect("---\n" KIND "cdiVersion: 0.3.0\n" DEVICES "...\n",
           "---\ncdiVersion: 0.3.0\n" KIND DEVICES "...\n");
    /* Comments after the last member end the file. */
    expect(KIND DEVICES "cdiVersion: 0.3.0\n# of the version, or of all\n",
           "cdiVersion: 0.3.0\n" KIND DEVICES "# of the version, or of all\n");
    expect(KIND DEVICES "cdiVersion: 0.3.0\n\n# vim: et\n\n# the end",
           "cdiVersion: 0.3.0\n" KIND DEVICES "\n# vim: et\n\n# the end");
    expect(KIND DEVICES "cdiVersion: 0.3.0\n# the end\n...\n",
           "cdiVersion: 0.3.0\n" KIND DEVICES "# the end\n...\n");
    expect(KIND "cdiVersion: 0.3.0\n  # of it\n# the end\n",
           "cdiVersion: 0.3.0\n  # of it\n" KIND "# the end\n");
    /* Those within a member go with it. */
    expect(KIND "devices:\n# the first\n\n- name: dev\n  containerEdits:\n    env: [A=b]\n"
                "  # in it\n\ncdiVersion: 0.3.0\n",
           "cdiVersion: 0.3.0\n" KIND "devices:\n# the first\n\n- name: dev\n"
           "  containerEdits:\n    env: [A=b]\n  # in it\n\n");
    /* Whose comment is it? */
    expect_unchanged(KIND DEVICES "\n# the version\n\ncdiVersion: 0.3.0\n");
    expect_unchanged(KIND DEVICES "# of the devices\n\n# the version\ncdiVersion: 0.3.0\n");
    expect_unchanged(KIND "# of the kind\n\n" DEVICES "cdiVersion: 0.3.0\n");
    expect_unchanged(KIND "# of the kind\n  # indented\n\n" DEVICES "cdiVersion: 0.3.0\n");
    /* With other repairs. */
    expect("kind: vendor.com/class\r\ncdiVersion: 1.1\r\n" DEVICES,
           "cdiVersion: 0.3.0\n" KIND DEVICES);
    /* In order, not in lines of their own, or with a name that must come first. */
    expect_unchanged("cdiVersion: 0.3.0\n" KIND DEVICES);
    expect_unchanged("{kind: vendor.com/class, cdiVersion: 0.3.0,\n"
                     "devices: [{name: dev, containerEdits: {env: [A=b]}}]}\n");
    expect_unchanged("containerEdits: &e {env: [A=b]}\ncdiVersion: 0.3.0\n" KIND
                     "devices: [{name: dev, containerEdits: *e}]\n");
}

Test(fix, a_version_that_is_too_high)
{
    expect_unchanged("cdiVersion: 1.0.0\n" KIND DEVICES);
    switch_on("version-too-high");
    expect("cdiVersion: 1.0.0\n" KIND DEVICES, "cdiVersion: 0.3.0\n" KIND DEVICES);
}
