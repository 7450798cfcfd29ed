/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Merges items[0 .. middle) and items[middle .. n), each sorted, into `out`. */
static void merge(const void **items, size_t middle, size_t n, const void **out,
                  sort_compare *compare)
{
    size_t a = 0, b = middle;

    for (size_t i = 0; i < n; i++) {
        if (a < middle && (b == n || compare(items[a], items[b]) <= 0))
            out[i] = items[a++];
        else
            out[i] = items[b++];
    }
}

int sort_pointers(const void **items, size_t n, sort_compare *compare, struct cdi_error *err)
{
    _cleanup_free_ const void **space = NULL;

    if (n < 2)
        return 0;
    if (!(space = calloc(n, sizeof *space)))
        return cdi_error_nomem(err);
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t left = n - i, middle = width < left ? width : left;

            merge(items + i, middle, left < 2 * width ? left : 2 * width, space + i, compare);
        }
        memcpy(items, space, n * sizeof *items);
    }
    return 0;
}
