/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/diff.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/output.h"

#define CONTEXT ((size_t)3)

/* Beyond this many changes the lines between the first and the last count as replaced. */
#define MAX_CHANGES 2000

struct lines {
    char **items;
    size_t n;
};

/* Which lines stay: keep_a[i] and keep_b[j] are set for the pairs of a common subsequence. */
struct comparison {
    struct lines a, b;
    bool *keep_a, *keep_b;
};

/* What diff says below a last line that no newline ends; it makes the line another one. */
#define NO_NEWLINE "\n\\ No newline at end of file"

static int split(struct arena *arena, char *text, struct lines *out)
{
    while (*text) {
        char *end = text + strcspn(text, "\n");
        char **items = arena_grow(arena, out->items, out->n, sizeof *items);
        char *line = *end ? text : arena_printf(arena, "%s" NO_NEWLINE, text);

        if (!items || !line)
            return -1;
        items[out->n++] = line;
        out->items = items;
        text = *end ? end + 1 : end;
        *end = '\0';
    }
    return 0;
}

/* Follows the recorded steps back from (n, m) and marks the lines that were kept. */
static void trace_back(struct comparison *c, size_t skip, long n, long m, long *const *steps,
                       long d)
{
    long x = n, y = m;

    for (; d > 0; d--) {
        const long *v = steps[d] + d + 1;
        long k = x - y;
        bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
        long from = down ? k + 1 : k - 1;
        long from_x = v[from], from_y = v[from] - from;

        while (x > from_x && y > from_y && x > 0 && y > 0) {
            c->keep_a[skip + (size_t)--x] = true;
            c->keep_b[skip + (size_t)--y] = true;
        }
        x = from_x;
        y = from_y;
    }
    while (x > 0 && y > 0) {
        c->keep_a[skip + (size_t)--x] = true;
        c->keep_b[skip + (size_t)--y] = true;
    }
}

/*
 * Myers' O(ND) algorithm on the n and m lines from `skip` on. steps[d] holds, at index
 * k + d + 1, how far diagonal k reached with d - 1 changes.
 */
static int compare_middle(struct arena *arena, struct comparison *c, size_t skip, long n, long m)
{
    long limit = n + m < MAX_CHANGES ? n + m : MAX_CHANGES;
    long **steps = arena_calloc(arena, (size_t)limit + 2, sizeof *steps);
    long *v = arena_calloc(arena, 2 * (size_t)limit + 5, sizeof *v);
    char **a, **b;

    if (!steps || !v)
        return -1;
    if (!c->a.items || !c->b.items)
        return 0;
    a = c->a.items + skip;
    b = c->b.items + skip;
    v += limit + 2; /* diagonals count from -limit - 1 */
    for (long d = 0; d <= limit; d++) {
        size_t size = (2 * (size_t)d + 3) * sizeof **steps;

        steps[d] = arena_alloc(arena, size);
        if (!steps[d])
            return -1;
        memcpy(steps[d], v - d - 1, size);
        for (long k = -d; k <= d; k += 2) {
            bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
            long x = down ? v[k + 1] : v[k - 1] + 1;

            while (x < n && x - k < m && strcmp(a[x], b[x - k]) == 0)
                x++;
            v[k] = x;
            if (x >= n && x - k >= m) {
                trace_back(c, skip, n, m, steps, d);
                return 0;
            }
        }
    }
    return 0;
}

static int compare(struct arena *arena, struct comparison *c)
{
    size_t head = 0, tail = 0, n = c->a.n, m = c->b.n;

    c->keep_a = arena_calloc(arena, n + 1, sizeof *c->keep_a);
    c->keep_b = arena_calloc(arena, m + 1, sizeof *c->keep_b);
    if (!c->keep_a || !c->keep_b)
        return -1;
    while (head < n && head < m && strcmp(c->a.items[head], c->b.items[head]) == 0) {
        c->keep_a[head] = c->keep_b[head] = true;
        head++;
    }
    while (tail < n - head && tail < m - head &&
           strcmp(c->a.items[n - tail - 1], c->b.items[m - tail - 1]) == 0) {
        tail++;
        c->keep_a[n - tail] = c->keep_b[m - tail] = true;
    }
    return compare_middle(arena, c, head, (long)(n - head - tail), (long)(m - head - tail));
}

/* A line as it is for patch(1); a terminal is not told what it should do. */
static void print_line(enum output_style style, const char *mark, const char *line)
{
    size_t len = strcspn(line, "\n");
    _cleanup_free_ char *text = isatty(STDOUT_FILENO) ? strndup(line, len) : NULL;

    output_styled(stdout, style, mark);
    if (text)
        output_styled(stdout, style, text);
    else
        output_write(line, len);
    output_write(line + len, strlen(line + len));
    (void)putchar('\n');
}

/* The lines of a hunk: from (i, j) up to (end_i, end_j). */
static void print_hunk(const struct comparison *c, size_t i, size_t j, size_t end_i, size_t end_j)
{
    (void)printf("@@ -%zu,%zu +%zu,%zu @@\n", i + 1, end_i - i, j + 1, end_j - j);
    while (i < end_i || j < end_j) {
        if (i < end_i && !c->keep_a[i]) {
            print_line(STYLE_REMOVED, "-", c->a.items[i++]);
        } else if (j < end_j && !c->keep_b[j]) {
            print_line(STYLE_ADDED, "+", c->b.items[j++]);
        } else {
            print_line(STYLE_PLAIN, " ", c->a.items[i]);
            i++;
            j++;
        }
    }
}

/* Steps over kept lines, at most `max` of them. Returns how many. */
static size_t skip_kept(const struct comparison *c, size_t i, size_t j, size_t max)
{
    size_t n = 0;

    while (n < max && i + n < c->a.n && j + n < c->b.n && c->keep_a[i + n] && c->keep_b[j + n])
        n++;
    return n;
}

static void print_hunks(const struct comparison *c)
{
    size_t i = 0, j = 0;

    for (;;) {
        size_t same = skip_kept(c, i, j, SIZE_MAX), lead, start_i, start_j;

        i += same;
        j += same;
        if (i >= c->a.n && j >= c->b.n)
            return;
        lead = same < CONTEXT ? same : CONTEXT;
        start_i = i - lead;
        start_j = j - lead;
        /* Changes whose context would touch are one hunk. */
        do {
            while (i < c->a.n && !c->keep_a[i])
                i++;
            while (j < c->b.n && !c->keep_b[j])
                j++;
            same = skip_kept(c, i, j, 2 * CONTEXT + 1);
            if (same > 2 * CONTEXT || (i + same >= c->a.n && j + same >= c->b.n))
                break;
            i += same;
            j += same;
        } while (i < c->a.n || j < c->b.n);
        same = skip_kept(c, i, j, CONTEXT);
        print_hunk(c, start_i, start_j, i + same, j + same);
        i += same;
        j += same;
    }
}

int diff_print(char *before, char *after, const char *before_name, const char *after_name,
               struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct comparison c = {.a = {NULL, 0}};

    if (strcmp(before, after) == 0)
        return 0;
    if (!arena || split(arena, before, &c.a) < 0 || split(arena, after, &c.b) < 0 ||
        compare(arena, &c) < 0)
        return cdi_error_nomem(err);
    print_line(STYLE_REMOVED, "--- ", before_name);
    print_line(STYLE_ADDED, "+++ ", after_name);
    print_hunks(&c);
    return 0;
}
