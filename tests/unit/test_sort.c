/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/sort.h"

/* By the first letter alone. */
static int by_letter(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

Test(sort, is_stable)
{
    static const char *const sorted[] = {"a1", "a2", "b1", "b2", "b3", "c1", "d1"};
    const void *items[] = {"b1", "a1", "d1", "b2", "c1", "a2", "b3"};

    cr_assert_eq(sort_pointers(items, ARRAY_SIZE(items), by_letter, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        cr_expect_str_eq(items[i], sorted[i]);
}

Test(sort, any_number_of_elements)
{
    enum { MOST = 70 };
    static char letters[MOST][2];

    for (size_t n = 0; n <= MOST; n++) {
        /* In a block of its size, so that a sanitizer sees what is behind it. */
        _cleanup_free_ const void **items = calloc(n + !n, sizeof *items);

        cr_assert_not_null(items);
        for (size_t i = 0; i < n; i++) {
            letters[i][0] = (char)('a' + (i * 7) % 11);
            items[i] = letters[i];
        }
        cr_assert_eq(sort_pointers(items, n, by_letter, NULL), 0);
        for (size_t i = 1; i < n; i++)
            cr_expect(by_letter(items[i - 1], items[i]) <= 0, "%zu of %zu", i, n);
    }
}

static int always_less(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return -1;
}

static int always_greater(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return 1;
}

Test(sort, an_order_that_makes_no_sense_loses_nothing)
{
    static sort_compare *const orders[] = {always_less, always_greater};

    for (size_t k = 0; k < ARRAY_SIZE(orders); k++) {
        const void *items[] = {"a", "b", "c", "d", "e"};
        char seen[6] = "";

        cr_assert_eq(sort_pointers(items, ARRAY_SIZE(items), orders[k], NULL), 0);
        for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
            cr_expect_null(strchr(seen, *(const char *)items[i]), "twice");
            strcat(seen, items[i]);
        }
    }
}
