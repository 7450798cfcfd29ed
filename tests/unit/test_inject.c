/* SPDX-License-Identifier: Apache-2.0 */
/* From names to an edited document; the expectations are those of the CDI Go library's tests. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>
#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "tests/unit/tmpdir.h"

#define NODE(n) \
    "      deviceNodes:\n        - {path: /none/dev" n ", type: b, major: 10, minor: " n "}\n"
#define DEVICE(n) \
    "  - name: dev" n "\n    containerEdits:\n      env: [VENDOR1_VAR" n "=VAL" n "]\n" NODE(n)
#define HOOK(name) "        - {hookName: " name ", path: /usr/bin/" name "-hook}\n"

static const char vendor1[] =
    "cdiVersion: \"0.3.0\"\nkind: vendor1.com/device\ncontainerEdits:\n  env: "
    "[VENDOR1_SPEC_VAR1=VAL1]\ndevices:\n" DEVICE("1") DEVICE("2") "      hooks:\n" HOOK("prestart")
        HOOK("createRuntime") DEVICE("3");
static const char vendor2[] =
    "cdiVersion: \"0.3.0\"\nkind: vendor2.com/device\ncontainerEdits:\n  env: "
    "[V2=spec]\n  hooks:\n    - {hookName: poststop, path: /usr/bin/spec-hook}\ndevices:\n  - "
    "name: x\n    containerEdits:\n      env: [V2X=1]\n"
    "  - name: bad\n    containerEdits:\n      env: [BAD=1]\n      deviceNodes:\n"
    "        - path: /none/dev\n";

#define DEV(n)  "{\"path\":\"/none/dev" n "\",\"type\":\"b\",\"major\":10,\"minor\":" n "}"
#define RULE(n) "{\"allow\":true,\"type\":\"b\",\"major\":10,\"minor\":" n ",\"access\":\"rwm\"}"
#define LINUX(devices, rules) \
    "\"linux\":{\"devices\":[" devices "],\"resources\":{\"devices\":[" rules "]}}"
#define BEFORE                                                                                \
    "{\"process\":{\"env\":[\"ORIG_VAR1=VAL1\",\"ORIG_VAR2=VAL2\"]},\"linux\":{\"devices\":[" \
    "{\"path\":\"/dev/null\"},{\"path\":\"/dev/zero\"}]}}"
#define ORIG_ENV  "\"ORIG_VAR1=VAL1\",\"ORIG_VAR2=VAL2\",\"VENDOR1_SPEC_VAR1=VAL1\""
#define ORIG_DEVS "{\"path\":\"/dev/null\"},{\"path\":\"/dev/zero\"},"

static const struct {
    const char *before;
    const char *names[4];
    const char *after; /* NULL: an error */
    const char *error;
} cases[] = {
    {BEFORE, {NULL}, BEFORE, NULL},
    {"{}",
     {"vendor1.com/device=dev1"},
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"cwd\":\"\",\"env\":[\"VENDOR1_SPEC_VAR1="
     "VAL1\","
     "\"VENDOR1_VAR1=VAL1\"]}," LINUX(DEV("1"), RULE("1")) "}",
     NULL},
    {BEFORE,
     {"vendor1.com/device=dev1"},
     "{\"process\":{\"env\":[" ORIG_ENV
     ",\"VENDOR1_VAR1=VAL1\"]}," LINUX(ORIG_DEVS DEV("1"), RULE("1")) "}",
     NULL},
    {BEFORE,
     {"vendor1.com/device=dev1", "vendor1.com/device=dev2", "vendor1.com/device=dev3"},
     "{\"process\":{\"env\":[" ORIG_ENV ",\"VENDOR1_VAR1=VAL1\",\"VENDOR1_VAR2=VAL2\","
     "\"VENDOR1_VAR3=VAL3\"]}," LINUX(
         ORIG_DEVS DEV("1") "," DEV("2") "," DEV("3"),
         RULE("1") "," RULE("2") "," RULE("3")) ",\"hooks\":{\"prestart\":[{\"path\":\"/usr/bin/"
                                                "prestart-hook\"}],\"createRuntime\":[{"
                                                "\"path\":\"/usr/bin/createRuntime-hook\"}]}}",
     NULL},
    /* The edits of a document come once, before those of its first device. */
    {"{\"process\":{\"env\":[]}}",
     {"vendor2.com/device=x", "vendor1.com/device=dev1", "vendor2.com/device=x"},
     "{\"process\":{\"env\":[\"V2=spec\",\"V2X=1\",\"VENDOR1_SPEC_VAR1=VAL1\","
     "\"VENDOR1_VAR1=VAL1\"]},\"hooks\":{\"poststop\":[{\"path\":\"/usr/bin/spec-hook\"}]}," LINUX(
         DEV("1"), RULE("1")) "}",
     NULL},
    {"{}", {"vendor1.com/device=dev9"}, NULL, "unresolvable CDI devices vendor1.com/device=dev9"},
    {BEFORE,
     {"b/c=d", "vendor1.com/device=dev1", "a b", "b/c=d"},
     NULL,
     "unresolvable CDI devices b/c=d, \"a b\""},
    {"{}", {""}, NULL, "unresolvable CDI devices \"\""},
    {"{}", {"\033[2J\n"}, NULL, "unresolvable CDI devices \"\\x1b[2J\\n\""},
    {BEFORE, {"vendor1.com/device=dev1", "vendor2.com/device=bad"}, NULL, "/none/dev"},
};

static struct cdi_registry *new_registry(void)
{
    const char *dir = tmpdir_new();
    struct cdi_registry *registry = NULL;
    struct cdi_error err = CDI_ERROR_INIT;

    tmpdir_write(dir, "vendor1.yaml", vendor1);
    tmpdir_write(dir, "vendor2.yaml", vendor2);
    cr_assert_eq(cdi_registry_new(NULL, &dir, 1, &registry, &err), 0);
    return registry;
}

static bool same_json(const char *a, const char *b)
{
    cJSON *x = cJSON_ParseWithOpts(a, NULL, true), *y = cJSON_ParseWithOpts(b, NULL, true);
    bool same = x && y && cJSON_Compare(x, y, true);

    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

static size_t count_names(const char *const names[4])
{
    size_t n = 0;

    while (n < 4 && names[n])
        n++;
    return n;
}

Test(inject, names_in_order)
{
    struct cdi_registry *registry = new_registry();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *before = cases[i].before;
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_oci *oci = NULL;
        char *text = NULL;
        size_t len;
        int r;

        cr_assert_eq(cdi_oci_parse(before, strlen(before), NULL, &oci, &err), 0);
        r = cdi_oci_inject(oci, registry, cases[i].names, count_names(cases[i].names), NULL, &err);
        cr_assert_eq(cdi_oci_format(oci, &text, &len, &err), 0);
        if (cases[i].after) {
            cr_expect_eq(r, 0, "case %zu: %s", i, err.message ? err.message : "");
            cr_expect(same_json(text, cases[i].after), "%s\n%s", text, cases[i].after);
        } else {
            cr_expect_eq(r, -CDI_ERR_NOTFOUND, "case %zu", i);
            cr_expect_not_null(strstr(err.message, cases[i].error), "%s", err.message);
            cr_expect_str_eq(text, before);
        }
        cr_expect_eq(cdi_oci_changed(oci), strcmp(text, before) != 0);
        free(text);
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
    cdi_registry_free(registry);
}

static void expect_unresolved(const char *const *names, size_t n, const char *message)
{
    struct cdi_registry *registry = new_registry();
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_parse("{}", 2, NULL, &oci, &err), 0);
    cr_expect_eq(cdi_oci_inject(oci, registry, names, n, NULL, &err), -CDI_ERR_NOTFOUND);
    cr_expect_str_eq(err.message, message);
    cdi_error_clear(&err);
    cdi_oci_free(oci);
    cdi_registry_free(registry);
}

Test(inject, names_eight_unresolved_names_at_most)
{
    const char *names[] = {"a/b=1", "a/b=2", "a/b=1", "a/b=3", "a/b=4", "a/b=5",
                           "a/b=6", "a/b=7", "a/b=8", "a/b=9", "a/b=10"};

    expect_unresolved(names, 9,
                      "unresolvable CDI devices a/b=1, a/b=2, a/b=3, a/b=4, a/b=5, a/b=6, a/b=7, "
                      "a/b=8");
    expect_unresolved(names, 11,
                      "unresolvable CDI devices a/b=1, a/b=2, a/b=3, a/b=4, a/b=5, a/b=6, a/b=7, "
                      "a/b=8 and 2 more");
}

Test(inject, a_long_name_is_cut_in_the_message)
{
    static char name[100000] = "a/b=";
    const char *names[] = {name};
    struct cdi_registry *registry = new_registry();
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    memset(name + 4, 'x', sizeof name - 5);
    cr_assert_eq(cdi_oci_parse("{}", 2, NULL, &oci, &err), 0);
    cr_expect_eq(cdi_oci_inject(oci, registry, names, 1, NULL, &err), -CDI_ERR_NOTFOUND);
    cr_expect_lt(strlen(err.message), 200);
    cdi_error_clear(&err);
    cdi_oci_free(oci);
    cdi_registry_free(registry);
}
