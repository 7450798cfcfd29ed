/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "apply/hooks.h"
#include "base/cleanup.h"
#include "tests/unit/edits.h"

static const char *const names[] = {"ours", "older"};

static const struct {
    const char *before, *after; /* NULL: unchanged */
} cases[] = {
    {"{}", NULL},
    {"{ \"hooks\": null }", NULL},
    {"{\"hooks\":{}}", NULL},
    {"{\"hooks\":{\"prestart\":null}}", NULL},
    {"{\"hooks\":{\"prestart\":[]}}", NULL},
    {"{\"hooks\":{\"prestart\":[null,{},{\"path\":null},{\"args\":[\"ours\"]}]}}", NULL},
    {"{\"hooks\":{\"prestart\":[{\"path\":\"/usr/bin/ours2\"},{\"path\":\"/ours/x\"},"
     "{\"path\":\"ours/\"},{\"path\":\"\"}]}}",
     NULL},
    {"{\"hooks\":{\"createRuntime\":[{\"path\":\"/ours\"}]}}", NULL},
    /* the last of a list takes the list with it */
    {"{\"hooks\":{\"prestart\":[{\"path\":\"/usr/bin/ours\"}]}}", "{\"hooks\":{}}"},
    {"{\"hooks\":{\"prestart\":[{\"path\":\"older\"},{\"path\":\"/a/ours\"}]}}", "{\"hooks\":{}}"},
    /* keys stay in their order, and everything else to the byte */
    {"{ \"z\":1.0, \"hooks\":{\"poststop\":[ {\"path\":\"/ours\"} ],"
     "\"prestart\":[{\"path\":\"\\/usr\\/bin\\/ours\",\"args\":[\"x\"]}],"
     "\"createRuntime\":[{\"path\":\"/\\u0061\"}]}, \"a\" : [1, 2] }\n",
     "{ \"z\":1.0, \"hooks\":{\"poststop\":[ {\"path\":\"/ours\"} ],"
     "\"createRuntime\":[{\"path\":\"/\\u0061\"}]}, \"a\" : [1, 2] }\n"},
    {"{\"hooks\":{\"prestart\":[{\"path\":\"/b\",\"timeout\":1},{\"path\":\"/ours\"},"
     "{ \"args\":[], \"path\":\"/c\"}]}}",
     "{\"hooks\":{\"prestart\":[{\"path\":\"/b\",\"timeout\":1},{ \"args\":[], "
     "\"path\":\"/c\"}]}}"},
};

Test(hooks, remove)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *want = cases[i].after ? cases[i].after : cases[i].before;
        struct cdi_oci *oci = edits_parse(cases[i].before);
        _cleanup_free_ char *text = NULL;
        bool there;

        cr_assert_eq(oci_has_prestart(oci, names, ARRAY_SIZE(names), &there, NULL), 0);
        cr_expect_eq(there, cases[i].after != NULL, "%zu", i);
        cr_assert_eq(oci_remove_prestart(oci, names, ARRAY_SIZE(names), NULL), 0);
        text = edits_format(oci);
        cr_expect_str_eq(text, want, "%zu: %s", i, text);
        cr_expect_eq(cdi_oci_changed(oci), cases[i].after != NULL, "%zu", i);
        cr_assert_eq(oci_has_prestart(oci, names, ARRAY_SIZE(names), &there, NULL), 0);
        cr_expect_not(there);
        cdi_oci_free(oci);
    }
}

static const char *const wrong[] = {
    "{\"hooks\":{\"prestart\":[{\"path\":\"/ours\"},{\"path\":1}]}}",
    "{\"hooks\":{\"prestart\":[{\"path\":\"/ours\"},\"x\"]}}",
};

/* Nothing of a list that is wrong is removed. */
Test(hooks, wrong_types)
{
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct cdi_oci *oci = edits_parse(wrong[i]);
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *text = NULL;

        cr_expect_eq(oci_remove_prestart(oci, names, ARRAY_SIZE(names), &err), -CDI_ERR_INVALID,
                     "%zu", i);
        cr_expect(err.message && strstr(err.message, "hooks.prestart"), "%s", err.message);
        text = edits_format(oci);
        cr_expect_str_eq(text, wrong[i]);
        cr_expect_not(cdi_oci_changed(oci));
        cdi_oci_free(oci);
    }
}

/* One can be added behind the removed ones. */
Test(hooks, add_after_remove)
{
    const struct cdi_edits edits = HOOKS({.hook_name = "prestart", .path = "/new"}), *one = &edits;
    struct cdi_oci *oci = edits_parse("{\"hooks\":{\"prestart\":[{\"path\":\"/ours\"}]}}");
    _cleanup_free_ char *text = NULL;

    cr_assert_eq(oci_remove_prestart(oci, names, ARRAY_SIZE(names), NULL), 0);
    cr_assert_eq(cdi_oci_apply(oci, &one, 1, NULL, NULL), 0);
    text = edits_format(oci);
    cr_expect_str_eq(text, "{\"hooks\":{\"prestart\":[{\"path\":\"/new\"}]}}");
    cdi_oci_free(oci);
}

/* Hooks of these programs do not start without variables. */
Test(hooks, fill_env)
{
    static const struct {
        const char *before, *after; /* NULL: unchanged */
    } lists[] = {
        {"{}", NULL},
        {"{\"hooks\":{\"createContainer\":[null,{},{\"path\":\"/other\"}]}}", NULL},
        {"{\"hooks\":{\"createContainer\":[{\"path\":\"/ours\",\"env\":[\"A=1\"]}]}}", NULL},
        {"{\"hooks\":{\"prestart\":[{\"path\":\"/ours\"}]}}", NULL},
        {"{\"hooks\":{\"createContainer\":[{\"path\":\"/ours\",\"env\":\"x\"}]}}", NULL},
        {"{\"hooks\":{\"createContainer\":[{\"path\":\"/ours\",\"args\":[\"x\"]}]}}",
         "{\"hooks\":{\"createContainer\":[{\"path\":\"/ours\",\"args\":[\"x\"],\"env\":[\"V=1\"]}]"
         "}}"},
        {"{\"hooks\":{\"createContainer\":[{\"path\":\"/a/older\",\"env\":[]},{\"path\":\"/ours\","
         "\"env\":null}]}}",
         "{\"hooks\":{\"createContainer\":[{\"path\":\"/a/older\",\"env\":[\"V=1\"]},{\"path\":"
         "\"/ours\",\"env\":[\"V=1\"]}]}}"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const char *want = lists[i].after ? lists[i].after : lists[i].before;
        struct cdi_oci *oci = edits_parse(lists[i].before);
        _cleanup_free_ char *text = NULL;

        cr_assert_eq(oci_fill_hook_env(oci, names, ARRAY_SIZE(names), "V=1", NULL), 0, "%zu", i);
        text = edits_format(oci);
        cr_expect_str_eq(text, want, "%zu: %s", i, text);
        cr_expect_eq(cdi_oci_changed(oci), lists[i].after != NULL, "%zu", i);
        cdi_oci_free(oci);
    }
}
