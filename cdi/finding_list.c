/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/finding_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

int finding_list_init(struct cdi_findings *findings, struct cdi_error *err)
{
    *findings = (struct cdi_findings){.arena = arena_new()};
    return findings->arena ? 0 : cdi_error_nomem(err);
}

/* Adds without regard to the limit. */
static int append(struct cdi_findings *findings, const struct cdi_rule *rule,
                  enum cdi_severity severity, const char *path, struct cdi_position pos,
                  const char *hint, const char *message, struct cdi_error *err)
{
    struct arena *arena = findings->arena;
    struct cdi_finding *items = arena_grow(arena, findings->items, findings->n, sizeof *items);
    struct cdi_finding finding = {
        .rule = rule,
        .severity = severity,
        .path = arena_strdup(arena, path),
        .pos = pos,
        .message = arena_strdup(arena, message),
        .hint = hint ? arena_strdup(arena, hint) : NULL,
    };

    if (!items || !finding.path || !finding.message || (hint && !finding.hint))
        return cdi_error_nomem(err);
    items[findings->n++] = finding;
    findings->items = items;
    findings->n_errors += severity == CDI_SEVERITY_ERROR;
    return 0;
}

int finding_list_add(struct cdi_findings *findings, const struct cdi_rule *rule,
                     enum cdi_severity severity, const char *path, struct cdi_position pos,
                     const char *hint, const char *message, struct cdi_error *err)
{
    if (findings->n >= CDI_FINDINGS_MAX)
        return -CDI_ERR_LIMIT;
    return append(findings, rule, severity, path, pos, hint, message, err);
}

int finding_list_add_rule(struct cdi_findings *findings, const struct cdi_rule *rule,
                          const char *path, struct cdi_position pos, const char *hint,
                          const char *message, struct cdi_error *err)
{
    return finding_list_add(findings, rule, rule->severity, path, pos, hint, message, err);
}

struct numbered {
    struct cdi_finding finding;
    size_t number;
};

/* By position, then by age. */
static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    const struct cdi_position *p = &x->finding.pos, *q = &y->finding.pos;

    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    if (p->column != q->column)
        return p->column < q->column ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static int sort(struct cdi_findings *findings, struct cdi_error *err)
{
    _cleanup_free_ struct numbered *all = calloc(findings->n + 1, sizeof *all);

    if (!all)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < findings->n; i++)
        all[i] = (struct numbered){findings->items[i], i};
    qsort(all, findings->n, sizeof *all, compare_numbered);
    for (size_t i = 0; i < findings->n; i++)
        findings->items[i] = all[i].finding;
    return 0;
}

int finding_list_end(struct cdi_findings *findings, int r, struct cdi_error *err)
{
    bool full = r == -CDI_ERR_LIMIT;

    if (r == 0 || full)
        r = sort(findings, err);
    if (r == 0 && full)
        r = append(findings, &rules[RULE_LIMIT], CDI_SEVERITY_ERROR, "",
                   (struct cdi_position){0, 0}, "repair these and validate again",
                   "there are more findings, which are not shown", err);
    if (r < 0)
        cdi_findings_clear(findings);
    return r;
}

/* What is equal stands together, the first of them first. */
static int compare_saying(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = strcmp(x->finding.message, y->finding.message);

    if (order == 0)
        order = strcmp(x->finding.rule->id, y->finding.rule->id);
    if (order == 0)
        order = x->number < y->number ? -1 : 1;
    return order;
}

/* The message of a finding for all n that say the same. */
static const char *fold_message(struct arena *arena, const char *message, size_t n)
{
    if (n == 1)
        return message;
    return arena_printf(arena, "%s (and %zu more place%s)", message, n - 1, n == 2 ? "" : "s");
}

/* Folds what is sorted by compare_saying(); the first of equal ones are put together in `all`. */
static int fold(struct cdi_findings *findings, struct numbered *all, struct cdi_error *err)
{
    size_t kept = 0;

    for (size_t i = 0, n; i < findings->n; i += n) {
        struct numbered first = all[i];

        for (n = 1; i + n < findings->n; n++)
            if (first.finding.rule != all[i + n].finding.rule ||
                strcmp(first.finding.message, all[i + n].finding.message) != 0)
                break;
        if (first.finding.severity == CDI_SEVERITY_ERROR)
            findings->n_errors -= n - 1;
        first.finding.message = fold_message(findings->arena, first.finding.message, n);
        if (!first.finding.message)
            return cdi_error_nomem(err);
        all[kept++] = first;
    }
    findings->n = kept;
    return 0;
}

int finding_list_fold(struct cdi_findings *findings, struct cdi_error *err)
{
    _cleanup_free_ struct numbered *all = calloc(findings->n + 1, sizeof *all);
    int r;

    if (!all) {
        cdi_findings_clear(findings);
        return cdi_error_nomem(err);
    }
    for (size_t i = 0; i < findings->n; i++)
        all[i] = (struct numbered){findings->items[i], i};
    qsort(all, findings->n, sizeof *all, compare_saying);
    r = fold(findings, all, err);
    if (r < 0) {
        cdi_findings_clear(findings);
        return r;
    }
    qsort(all, findings->n, sizeof *all, compare_numbered);
    for (size_t i = 0; i < findings->n; i++)
        findings->items[i] = all[i].finding;
    return 0;
}

void cdi_findings_clear(struct cdi_findings *findings)
{
    if (!findings)
        return;
    arena_free(findings->arena);
    *findings = (struct cdi_findings){0};
}
