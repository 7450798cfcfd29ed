/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

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
