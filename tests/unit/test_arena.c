/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

Test(arena, memory_is_zeroed_and_aligned)
{
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *p = arena_alloc(arena, size);

        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % alignof(max_align_t), 0, "size %zu", size);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(p[i], 0);
        memset(p, 0xff, size); /* a neighbour that shares bytes would see it */
    }
}

Test(arena, blocks_do_not_overlap)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    unsigned char *blocks[200];
    size_t sizes[200];

    for (size_t i = 0; i < 200; i++) {
        sizes[i] = i % 10 == 0 ? 5000 + i : 1 + i % 37;
        blocks[i] = (unsigned char *)arena_bytes(arena, sizes[i]);
        cr_assert_not_null(blocks[i]);
        memset(blocks[i], (int)i, sizes[i]);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            cr_assert_eq(blocks[i][k], (unsigned char)i);
}

Test(arena, overflowing_product_is_no_memory)
{
    _cleanup_arena_ struct arena *arena = arena_new();

    cr_assert_null(arena_calloc(arena, SIZE_MAX / 2, 3));
    cr_assert_null(arena_alloc(arena, SIZE_MAX - 4));
}

Test(arena, strings)
{
    _cleanup_arena_ struct arena *arena = arena_new();

    cr_assert_str_eq(arena_strndup(arena, "abcdef", 3), "abc");
    cr_assert_str_eq(arena_strdup(arena, ""), "");
    cr_assert_str_eq(arena_printf(arena, "%s-%d", "gpu", 7), "gpu-7");
}

Test(arena, grow_keeps_the_elements)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    int *list = NULL;

    for (int i = 0; i < 1000; i++) {
        list = arena_grow(arena, list, (size_t)i, sizeof *list);
        cr_assert_not_null(list);
        list[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(list[i], i);
}

Test(arena, free_of_nothing)
{
    arena_free(NULL);
}

Test(arena, join)
{
    _cleanup_arena_ struct arena *arena = arena_new();

    for (int i = 0; i < 3; i++) {
        struct arena *other = arena_new();
        char *before = i ? arena_strdup(arena, "before") : NULL, *joined;

        cr_assert(arena && other);
        joined = i < 2 ? arena_strdup(other, "joined") : NULL;
        arena_join(arena, other);
        cr_expect(!before || strcmp(before, "before") == 0);
        cr_expect(!joined || strcmp(joined, "joined") == 0);
        cr_expect_str_eq(arena_strdup(arena, "after"), "after");
    }
}
