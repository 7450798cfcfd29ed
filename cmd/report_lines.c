/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file that findings are in. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "cmd/report.h"

enum {
    WIDEST = 160, /* columns that a line takes where nobody says how many there are */
    NARROWEST = 40,
    BESIDE = 8 + 6, /* what stands beside it: number and bar, and "..." at both ends */
};

struct line {
    const char *text;
    size_t len;
};

/* The length of the line break at p, 0 if there is none: those of YAML 1.1, as positions count. */
static size_t break_length(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);

    if (*p == '\n')
        return 1;
    if (*p == '\r')
        return left > 1 && p[1] == '\n' ? 2 : 1;
    if (left > 1 && memcmp(p, "\xC2\x85", 2) == 0)
        return 2;
    return left > 2 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0) ? 3
                                                                                                : 0;
}

/* The line at p, and where the next one begins: NULL behind the last. */
static struct line read_line(const char *p, const char *end, const char **next)
{
    const char *at = p;
    size_t n = 0;

    while (at < end && !(n = break_length(at, end)))
        at++;
    *next = at < end ? at + n : NULL;
    return (struct line){p, (size_t)(at - p)};
}

/* n characters on from p; a byte that begins none counts as one. */
static const char *forward(const char *p, const char *end, size_t n)
{
    uint32_t point;

    while (n-- && p < end)
        p += utf8_decode(p, (size_t)(end - p), &point);
    return p;
}

/* Of a long line half a line before the place, and what fits behind it. */
static struct report_excerpt cut(const struct report *report, struct line line, unsigned column)
{
    const char *end = line.text + line.len;
    size_t wide = !report->columns              ? WIDEST
                  : report->columns < NARROWEST ? NARROWEST
                                                : report->columns;
    size_t room = wide - BESIDE, place = column ? column - 1 : 0;
    size_t skip = place < room - room / 4 ? 0 : place - room / 2;
    const char *from = forward(line.text, end, skip);
    const char *at = forward(from, end, place - skip), *to = forward(from, end, room);

    return (struct report_excerpt){
        .text = arena_strndup(report->arena, from, (size_t)(to - from)),
        .len = (size_t)(to - from),
        .place = (size_t)(at - from),
        .cut_before = from > line.text,
        .cut_after = to < end,
    };
}

static int compare_lines(const void *a, const void *b)
{
    const struct report_finding *const *x = a, *const *y = b;

    return (*x)->pos.line == (*y)->pos.line ? 0 : (*x)->pos.line < (*y)->pos.line ? -1 : 1;
}

/* True for a text whose columns are not those of UTF-8. */
static bool is_utf16(const char *text, size_t len)
{
    return len > 1 && (memcmp(text, "\xFE\xFF", 2) == 0 || memcmp(text, "\xFF\xFE", 2) == 0);
}

/* Walks through the text once, along findings in the order of their lines. */
static void add_lines(struct report *report, struct report_finding *const *wanted, size_t n,
                      const char *text, size_t len)
{
    const char *end = text + len, *next = text;
    struct line line = {text, 0};
    unsigned number = 0;

    if (len > 2 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        next += 3;
    for (size_t i = 0; i < n; i++) {
        struct report_excerpt *excerpt = &wanted[i]->excerpt;

        for (; next && number < wanted[i]->pos.line; number++)
            line = read_line(next, end, &next);
        if (number != wanted[i]->pos.line)
            return;
        *excerpt = cut(report, line, wanted[i]->pos.column);
        report->failed |= !excerpt->text;
    }
}

static bool lacks_line(const struct report_finding *finding)
{
    return finding->pos.line && !finding->excerpt.text;
}

void report_add_lines(struct report *report, size_t first, size_t n, const char *text, size_t len)
{
    _cleanup_free_ struct report_finding **wanted = calloc(n + 1, sizeof *wanted);
    size_t n_wanted = 0;

    report->failed |= !wanted;
    if (!wanted || is_utf16(text, len))
        return;
    for (size_t i = first; i < first + n; i++)
        if (lacks_line(&report->items[i]))
            wanted[n_wanted++] = &report->items[i];
    qsort(wanted, n_wanted, sizeof(*wanted), compare_lines);
    add_lines(report, wanted, n_wanted, text, len);
}

static int compare_name(const void *key, const void *file)
{
    return strcmp(key, ((const struct report_file *)file)->name);
}

const struct report_file *report_lacks_lines(const struct report *report, const char *name)
{
    const struct report_file *file = report->n_files ? bsearch(name, report->files, report->n_files,
                                                               sizeof *report->files, compare_name)
                                                     : NULL;

    for (size_t i = 0; file && i < file->n; i++)
        if (lacks_line(&report->items[file->first + i]))
            return file;
    return NULL;
}
