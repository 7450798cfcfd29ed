/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean ...?": the candidate that comes nearest to a mistyped word, upper and lower
 * case being the same.
 */
#ifndef CDIKIT_BASE_NEAREST_H
#define CDIKIT_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word; /* not NUL-terminated */
    size_t len;
    const char *best; /* NULL while no candidate is near enough */
    size_t distance;  /* of the best; the next must be nearer */
};

/* Begins a search. The word must outlive it. */
struct nearest nearest_init(const char *word, size_t len);

/* Offers a candidate, which must outlive the search. */
void nearest_offer(struct nearest *near, const char *candidate);

#endif
