/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <string.h>

#include "base/ascii.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* Longer words are compared by nobody's eye, and would cost their length squared. */
#define NEAREST_MAX 255

struct nearest nearest_init(const char *word, size_t len)
{
    /* One wrong character in three is a slip, and three in all; more is another word. */
    return (struct nearest){word, len, NULL, MIN((len + 2) / 3, 3) + 1};
}

/* Insertions, deletions and replacements that make a of b, and swaps of neighbours. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][NEAREST_MAX + 1];

    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        size_t *row = rows[i % 3];

        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            char x = ascii_tolower(a[i - 1]), y = ascii_tolower(b[j - 1]);

            row[j] = MIN(above[j - 1] + (x != y), MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == ascii_tolower(b[j - 2]) && y == ascii_tolower(a[i - 2]))
                row[j] = MIN(row[j], above2[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

void nearest_offer(struct nearest *near, const char *candidate)
{
    size_t len = strlen(candidate), d;

    if (near->len > NEAREST_MAX || len > NEAREST_MAX)
        return;
    d = distance(near->word, near->len, candidate, len);
    if (d < near->distance) {
        near->distance = d;
        near->best = candidate;
    }
}
