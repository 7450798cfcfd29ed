/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "hooks/compat.h"

static const uint32_t branches[] = {535, 550, 560, 565, 570, 575};

/* The note of the library of 575.57.08, as NVIDIA ships it. */
static const struct compat_note shipped = {
    .there = true, .cuda = "12.9", .drivers = branches, .n_drivers = ARRAY_SIZE(branches)};
/* That of one for Orin: nothing of drivers. */
static const struct compat_note orin = {.there = true, .cuda = "13.2"};
static const struct compat_note none = {.cuda = ""};

static const struct {
    const struct compat_note *note;
    const char *library, *host_driver, *host_cuda;
    bool wanted;
} cases[] = {
    /* With a note, and both driver versions: the branch and the order decide. */
    {&shipped, "575.57.08", "570.211.01", "", true},
    {&shipped, "575.57.08", "535.54.03", "", true},
    {&shipped, "575.57.08", "575.10.10", "", true},
    {&shipped, "575.57.08", "575.57.08", "", false},
    {&shipped, "575.57.08", "575.57.8", "", false},
    {&shipped, "575.57.08", "575.57.08-1", "", true}, /* a pre-release is older */
    {&shipped, "575.57.08", "575.99.99", "", false},
    {&shipped, "575.57.08", "590.44.01", "", false},
    {&shipped, "575.57.08", "525.60.13", "", false}, /* older, but of another branch */
    {&shipped, "575.57.08", "470", "", false},
    {&shipped, "575.57.08", "v570.211", "", true},
    {&orin, "590.44.01", "570.211.01", "", false},
    /* ... and the version of CUDA does not. */
    {&shipped, "575.57.08", "570.211.01", "12.10", true},
    {&shipped, "575.57.08", "590.44.01", "12.8", false},
    {&shipped, "575.57.08", "570.211.01", "nonsense", true},
    /* With a note, and one driver version missing or malformed: the version of CUDA. */
    {&shipped, "575.57.08", "", "12.8", true},
    {&shipped, "575.57.08", "", "12.9", false},
    {&shipped, "575.57.08", "", "12.10", false},
    {&shipped, "575.57.08", "", "13", false},
    {&shipped, "575.57.08", "", "v12.8.1", true},
    {&shipped, "575.57.08", "570.*", "12.8", true},
    {&shipped, "575.57.08.01", "570.211.01", "12.8", true},
    {&orin, "1.1", "", "12.6", true},
    /* ... of which nothing is known. */
    {&shipped, "575.57.08", "", "", false},
    {&shipped, "575.57.08", "", "nonsense", false},
    {&shipped, "575.57.08", "five", "", false},
    /* Without a note: branches, unless something is said of CUDA. */
    {&none, "333.88.99", "222.55.66", "", true},
    {&none, "111.88.99", "222.55.66", "", false},
    {&none, "222.88.99", "222.55.66", "", false},
    {&none, "222.55.66", "99.55.66", "", true},
    {&none, "333.88.99", "222.55.66", "12.8", false},
    {&none, "333.88.99", "222.55.66", "nonsense", false},
    {&none, "333.88.99", "", "12.8", false},
    {&none, "333.88.99", "", "", false},
    {&none, "333.88.99", "222.55.66.77", "", false},
    {&none, "333.x", "222.55.66", "", false},
};

Test(compat, wanted)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct compat_facts facts = {.library = cases[i].library,
                                           .host_driver = cases[i].host_driver,
                                           .host_cuda = cases[i].host_cuda,
                                           .note = *cases[i].note};

        cr_expect(compat_wanted(&facts) == cases[i].wanted, "%zu: %s on %s with CUDA %s", i,
                  facts.library, facts.host_driver, facts.host_cuda);
    }
}

Test(compat, a_note_without_a_version_of_cuda)
{
    const struct compat_facts facts = {.library = "575.57.08",
                                       .host_driver = "",
                                       .host_cuda = "12.8",
                                       .note = {.there = true, .cuda = ""}};

    cr_expect(!compat_wanted(&facts));
}

Test(compat, names)
{
    static const struct {
        const char *name, *version;
    } names[] = {
        {"libcuda.so.575.57.08", "575.57.08"},
        {"libcuda.so.575.57", "575.57"},
        {"libcuda.so..", "."},
        {"libcuda.so.1", NULL},
        {"libcuda.so", NULL},
        {"libcuda.so.", NULL},
        {"", NULL},
        {"libcudadebugger.so.575.57.08", NULL},
        {"xlibcuda.so.575.57.08", NULL},
        {"libnvidia-nvvm.so.575.57.08", NULL},
        {"LIBCUDA.SO.575.57.08", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *version = compat_library_version(names[i].name);

        if (names[i].version)
            cr_expect_str_eq(version ? version : "", names[i].version, "%s", names[i].name);
        else
            cr_expect_null(version, "%s", names[i].name);
    }
}
