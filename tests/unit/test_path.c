/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"

Test(path, clean)
{
    static const struct {
        const char *path, *expected;
    } cases[] = {
        {"", "."},
        {".", "."},
        {"./", "."},
        {"/", "/"},
        {"//", "/"},
        {"/.", "/"},
        {"/..", "/"},
        {"/../..", "/"},
        {"a", "a"},
        {"a/", "a"},
        {"a//b", "a/b"},
        {"a/./b/.", "a/b"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a"},
        {"a/..", "."},
        {"..", ".."},
        {"../../a", "../../a"},
        {"a/../../b", "../b"},
        {"/../a", "/a"},
        {"...", "..."},
        {"/a/..b/.c", "/a/..b/.c"},
    };
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_str_eq(path_clean(arena, cases[i].path), cases[i].expected, "\"%s\"",
                         cases[i].path);
}

Test(path, next)
{
    static const struct {
        const char *list, *elements;
    } cases[] = {
        {"", ""},
        {":", ""},
        {"::", ""},
        {"/a", "/a|"},
        {"/a:b", "/a|b|"},
        {":/a:", "/a|"},
        {"/a::/b/:", "/a|/b/|"},
        {"a b:.", "a b|.|"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *rest = cases[i].list, *element, *want = cases[i].elements;
        size_t len;

        while ((element = path_next(&rest, &len))) {
            cr_expect_eq(strncmp(element, want, len), 0, "%s", cases[i].list);
            want += len;
            cr_assert_eq(*want++, '|', "%s", cases[i].list);
        }
        cr_expect_str_eq(want, "", "%s", cases[i].list);
        cr_expect_str_eq(rest, "", "%s", cases[i].list);
    }
}

Test(path, base)
{
    cr_expect_str_eq(path_base("/usr/lib/libcuda.so.1"), "libcuda.so.1");
    cr_expect_str_eq(path_base("/a"), "a");
    cr_expect_str_eq(path_base("a"), "a");
    cr_expect_str_eq(path_base("a/"), "");
    cr_expect_str_eq(path_base(""), "");
}
