/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <cdikit/oci.h>

#include "base/cleanup.h"

/* runtime-spec, config.md, "Linux Process": capabilities.bounding is a list of names. */
Test(capability, only_the_bounding_set_counts)
{
    static const struct {
        const char *text;
        bool expected;
    } cases[] = {
        {"{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_SYS_ADMIN\"]}}}", true},
        {"{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_SYS\\u005fADMIN\"]}}}", true},
        {"{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_KILL\"]}}}", false},
        {"{\"process\":{\"capabilities\":{\"bounding\":[\"SYS_ADMIN\"]}}}", false},
        {"{\"process\":{\"capabilities\":{\"bounding\":[\"cap_sys_admin\"]}}}", false},
        {"{\"process\":{\"capabilities\":{\"effective\":[\"CAP_SYS_ADMIN\"]}}}", false},
        {"{\"process\":{\"capabilities\":{\"bounding\":\"CAP_SYS_ADMIN\"}}}", false},
        {"{\"process\":{\"capabilities\":{\"bounding\":[1,null,[]]}}}", false},
        {"{\"process\":{\"capabilities\":null}}", false},
        {"{\"process\":{\"capabilities\":[\"CAP_SYS_ADMIN\"]}}", false},
        {"{\"process\":null}", false},
        {"{}", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cdi_oci *oci = NULL;
        _cleanup_free_ char *text = NULL;
        size_t len;

        cr_assert_eq(cdi_oci_parse(cases[i].text, strlen(cases[i].text), NULL, &oci, NULL), 0);
        cr_expect_eq(cdi_oci_has_capability(oci, "CAP_SYS_ADMIN"), cases[i].expected, "%s",
                     cases[i].text);
        /* A question changes nothing. */
        cr_assert_eq(cdi_oci_format(oci, &text, &len, NULL), 0);
        cr_expect_str_eq(text, cases[i].text);
        cdi_oci_free(oci);
    }
}
