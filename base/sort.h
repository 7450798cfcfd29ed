/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable sorting. It stays within the array and ends even if the order makes no sense, as that of
 * the loader cache need not with names that somebody has made for the purpose.
 */
#ifndef CDIKIT_BASE_SORT_H
#define CDIKIT_BASE_SORT_H

#include <stddef.h>

#include <cdikit/error.h>

/* Negative, 0 or positive, as for qsort(3), of what two elements point to. */
typedef int sort_compare(const void *a, const void *b);

/* Sorts n pointers by what they point to. Errors: NOMEM. */
int sort_pointers(const void **items, size_t n, sort_compare *compare,
                  struct cdi_error *err) CDI_MUST_CHECK;

#endif
