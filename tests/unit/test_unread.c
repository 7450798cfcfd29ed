/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cdi/unread.h"

Test(unread, what_is_in_around_or_at_a_path)
{
    static const char *const paths[] = {"b.c", "b.c[10].d", "bb", "a[1]", "d[\"x.y\"]", "a[10].b"};
    static const struct {
        const char *path;
        bool has;
    } cases[] = {
        {"b.c", true},   {"b.c.d", true},      {"b.c[2]", true},  {"b", true},
        {"b.d", false},  {"b.cc", false},      {"bb", true},      {"bbb", false},
        {"a", true},     {"a[1]", true},       {"a[0]", false},   {"a[1].x", true},
        {"a[10]", true}, {"a[11]", false},     {"a[10].b", true}, {"a[10].c", false},
        {"d", true},     {"d[\"x.y\"]", true}, {"", false},       {"z", false},
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    struct unread unread = {.arena = arena};

    cr_expect_not(unread_has(&unread, ""));
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        cr_assert_eq(unread_add(&unread, paths[i], NULL), 0);
    unread_sort(&unread);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(unread_has(&unread, cases[i].path), cases[i].has, "%s", cases[i].path);
}

Test(unread, the_document_itself)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct unread unread = {.arena = arena};

    cr_assert_eq(unread_add(&unread, "", NULL), 0);
    unread_sort(&unread);
    cr_expect(unread_has(&unread, ""));
    cr_expect(unread_has(&unread, "a[1].b"));
}
