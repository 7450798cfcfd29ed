/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/link.h"

/* What becomes of "TARGET::LINK"; a path of NULL: it is refused. */
static const struct {
    const char *text, *dir, *path, *target; /* the latter as a path of the container */
} cases[] = {
    {"a::/l/b", "/l", "/l/b", "/l/a"},
    {"../a::/l/m/b", "/l/m", "/l/m/b", "/l/a"},
    {"/x//a::/l/../b", "/", "/b", "/x/a"},
    {"a::b", "/", "/b", "/a"},
    {"a::../../b", "/", "/b", "/a"},
    {"../../../a::/b", "/", "/b", "/a"},
    /* nvidia-cdi-hook makes a directory of it, and the link of the same name in that */
    {"a::/l/b/", "/l/b", "/l/b/b", "/l/b/a"},
    {"a", NULL, NULL, NULL},
    {"a:/b", NULL, NULL, NULL},
    {"a::b::c", NULL, NULL, NULL},
    {"::/b", NULL, NULL, NULL},
    {"a::", NULL, NULL, NULL},
    {"a::/", NULL, NULL, NULL},
    {"a::/l/.", NULL, NULL, NULL},
    {"a::/l/..", NULL, NULL, NULL},
};

Test(hook_link, parse)
{
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct hook_link link;
        int r = hook_link_parse(cases[i].text, arena, &link, NULL);

        cr_assert_eq(r, cases[i].path ? 0 : -CDI_ERR_USAGE, "%s", cases[i].text);
        if (r < 0)
            continue;
        cr_expect_str_eq(link.dir, cases[i].dir, "%s: %s", cases[i].text, link.dir);
        cr_expect_str_eq(link.path, cases[i].path, "%s: %s", cases[i].text, link.path);
        cr_expect_str_eq(hook_link_target(&link, arena), cases[i].target, "%s", cases[i].text);
    }
}
