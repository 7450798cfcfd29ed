/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/driver/nvidia/params as a container shall see it. */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "hooks/params.h"

Test(params, forbid_nodes)
{
    static const struct {
        const char *text, *result; /* NULL: nothing to do */
    } cases[] = {
        {"", NULL},
        {"unrelated: 1\n", NULL},
        {"ModifyDeviceFiles: 0\n", NULL},
        {"ModifyDeviceFiles: 11\n", NULL},
        {" ModifyDeviceFiles: 1\n", NULL},
        {"ModifyDeviceFiles: 1 \n", NULL},
        {"ModifyDeviceFiles: 1\r\n", NULL},
        {"ModifyDeviceFiles: 1", "ModifyDeviceFiles: 0\n"},
        {"ModifyDeviceFiles: 1\n", "ModifyDeviceFiles: 0\n"},
        {"A: 1\nModifyDeviceFiles: 1\n\nDeviceFileMode: 438",
         "A: 1\nModifyDeviceFiles: 0\n\nDeviceFileMode: 438\n"},
        {"ModifyDeviceFiles: 1\nModifyDeviceFiles: 1\n",
         "ModifyDeviceFiles: 0\nModifyDeviceFiles: 0\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
        bool changed = params_forbid_nodes(cases[i].text, strlen(cases[i].text), &out);

        cr_assert_eq(changed, cases[i].result != NULL, "%s", cases[i].text);
        cr_expect_eq(out.len, cases[i].result ? strlen(cases[i].result) : 0);
        if (changed)
            cr_expect_str_eq(out.s, cases[i].result);
    }
}
