/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "generate/machine/majors.h"

static struct majors parse(const char *text, bool expected)
{
    struct majors out;

    cr_expect_eq(majors_parse(text, strlen(text), &out), expected, "%s", text);
    return out;
}

Test(majors, of_a_driver_of_today)
{
    struct majors m = parse("Character devices:\n  1 mem\n195 nvidia\n195 nvidia-modeset\n"
                            "195 nvidiactl\n236 nvidia-caps\n511 nvidia-uvm\n\n"
                            "Block devices:\n  8 sd\n",
                            true);

    cr_expect_eq(m.gpu, 195);
    cr_expect_eq(m.uvm, 511);
    cr_expect_eq(m.caps, 236);
}

Test(majors, before_release_550)
{
    struct majors m = parse("195 nvidia-frontend\n", true);

    cr_expect_eq(m.gpu, 195);
    cr_expect_eq(m.uvm, -1);
    cr_expect_eq(m.caps, -1);
    cr_expect_eq(parse("194 nvidia-frontend\n195 nvidia\n", true).gpu, 195);
    cr_expect_eq(parse("195 nvidia\n194 nvidia-frontend\n", true).gpu, 195);
}

Test(majors, the_last_line_of_a_name_counts)
{
    cr_expect_eq(parse("195 nvidia\n196 nvidia", true).gpu, 196);
}

Test(majors, what_is_no_line_of_the_driver)
{
    (void)parse("", false);
    (void)parse("garbage", false);
    (void)parse("195\n195 \nnvidia\n nvidia 195\n-1 nvidia\n195nvidia\n", false);
    (void)parse("99999999999999999999 nvidia\n4096 nvidia\n", false);
    (void)parse("10 misc\n226 drm\n", false);
    (void)parse("Block devices:\n195 nvidia\n", false);
    cr_expect_eq(parse("  195   nvidia  \r\n", true).gpu, 195);
    cr_expect_eq(parse("240 nvidia-vgpu-vfio\n", true).gpu, -1);
}
