/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/fix.h"

#include <stdlib.h>
#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/fix_internal.h"
#include "cdi/rules.h"

enum {
    MOST_ATTEMPTS = 100, /* to find the edits that are good, also in a short text */
};

/* How often each rule is broken. */
struct counts {
    size_t of[N_RULES];
};

static int count_findings(const char *text, size_t len, struct counts *counts,
                          struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    int r = cdi_document_validate(text, len, NULL, &findings, NULL, err);

    *counts = (struct counts){{0}};
    for (size_t i = 0; r == 0 && i < findings.n; i++)
        counts->of[findings.items[i].rule - rules]++;
    return r;
}

/* A rule that is not looked at before an error is repaired may then bring a warning. */
static bool is_worse(const struct counts *before, const struct counts *after)
{
    size_t warnings[2] = {0}, errors[2] = {0};

    for (size_t i = 0; i < N_RULES; i++) {
        bool is_error = rules[i].severity == CDI_SEVERITY_ERROR;

        if (is_error && after->of[i] > before->of[i])
            return true;
        *(is_error ? &errors[0] : &warnings[0]) += before->of[i];
        *(is_error ? &errors[1] : &warnings[1]) += after->of[i];
    }
    return errors[0] == errors[1] && warnings[1] > warnings[0];
}

/* The state of a repair: a text, what is known of it, and the plan for it. */
struct fixing {
    struct fix_plan plan;
    struct counts before;
    unsigned attempts;
    size_t work; /* bytes that they read */
    struct cdi_error *err;
};

static int read_tree(struct arena *arena, const char *text, size_t len,
                     const struct yaml_node **root, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int r = yaml_read(arena, text, len, NULL, root, &why);

    if (r < 0)
        *root = NULL;
    return r == -CDI_ERR_NOMEM ? cdi_error_nomem(err) : 0;
}

/* Whether a new text is the old one with these edits, and nothing worse; in *good. */
static int check(struct fixing *fixing, const char *text, size_t len, const struct fix_edit *edits,
                 size_t n, bool *good)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct yaml_node *root;
    struct counts after;
    int r = arena ? read_tree(arena, text, len, &root, fixing->err) : cdi_error_nomem(fixing->err);

    *good = false;
    if (r < 0 || !fix_trees_agree(fixing->plan.root, root, edits, n))
        return r;
    r = count_findings(text, len, &after, fixing->err);
    *good = r == 0 && !is_worse(&fixing->before, &after);
    return r;
}

static int compare_edits(const void *a, const void *b)
{
    const struct fix_edit *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

/* Puts the edits in order; of two that overlap the first stays. */
static void order_edits(struct fix_plan *plan)
{
    size_t kept = 0;

    if (plan->n)
        qsort(plan->edits, plan->n, sizeof *plan->edits, compare_edits);
    for (size_t i = 0; i < plan->n; i++) {
        const struct fix_edit *last = kept ? &plan->edits[kept - 1] : NULL;

        if (!last || plan->edits[i].start >= last->start + (last->len ? last->len : 1))
            plan->edits[kept++] = plan->edits[i];
    }
    plan->n = kept;
}

static int apply(const struct fix_plan *plan, const struct fix_edit *edits, size_t n, char **text,
                 size_t *len, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
    size_t done = 0;

    strbuf_reserve(&out, plan->len);
    for (size_t i = 0; i < n; i++) {
        strbuf_add(&out, plan->text + done, edits[i].start - done);
        strbuf_addstr(&out, edits[i].text);
        done = edits[i].start + edits[i].len;
    }
    strbuf_add(&out, plan->text + done, plan->len - done);
    *text = strbuf_take(&out, len);
    return *text ? 0 : cdi_error_nomem(err);
}

/* Applies edits and keeps the text in *out if it is good. */
static int attempt(struct fixing *fixing, const struct fix_edit *edits, size_t n,
                   struct fix_result *out)
{
    _cleanup_free_ char *text = NULL;
    bool good = false;
    size_t len;
    int r = apply(&fixing->plan, edits, n, &text, &len, fixing->err);

    fixing->attempts++;
    fixing->work += fixing->plan.len;
    if (r == 0)
        r = check(fixing, text, len, edits, n, &good);
    if (r < 0 || !good)
        return r;
    free(out->text);
    *out = (struct fix_result){TAKE_PTR(text), len, n, 0};
    return 0;
}

/*
 * Adds n edits, which are behind those in `kept`, of which out->n are good; where that is not good
 * it adds one half of them and then the other.
 */
static int accept_edits(struct fixing *fixing, struct fix_edit *kept, const struct fix_edit *edits,
                        size_t n, struct fix_result *out)
{
    size_t before = out->n;
    int r;

    if (n == 0 || fixing->attempts == MOST_ATTEMPTS || fixing->work >= FIX_MOST_WORK)
        return 0;
    memcpy(kept + before, edits, n * sizeof *edits);
    r = attempt(fixing, kept, before + n, out);
    if (r < 0 || out->n == before + n || n == 1)
        return r;
    r = accept_edits(fixing, kept, edits, n / 2, out);
    return r < 0 ? r : accept_edits(fixing, kept, edits + n / 2, n - n / 2, out);
}

/* Without a byte order mark, and without carriage returns before a line feed, also several. */
static char *rewrite(const char *text, size_t len, size_t *new_len)
{
    char *out = malloc(len + 1);
    size_t n = 0;

    for (size_t i = text_has_mark(text, len) ? 3 : 0; out && i < len; i++) {
        while (text[i] == '\n' && n && out[n - 1] == '\r')
            n--;
        out[n++] = text[i];
    }
    if (out)
        out[n] = '\0';
    *new_len = n;
    return out;
}

/* Repairs line ends and the mark first: positions of other findings stay the same. */
static int fix_whole(struct fixing *fixing, const struct cdi_finding *findings, size_t n,
                     struct fix_result *out)
{
    _cleanup_free_ char *text = NULL;
    size_t n_of_text = 0, len;
    bool good;
    int r;

    for (size_t i = 0; i < n; i++)
        n_of_text += fix_is_of_text(findings[i].rule);
    if (!n_of_text)
        return 0;
    text = rewrite(fixing->plan.text, fixing->plan.len, &len);
    if (!text)
        return cdi_error_nomem(fixing->err);
    r = check(fixing, text, len, NULL, 0, &good);
    if (r == 0 && good)
        *out = (struct fix_result){TAKE_PTR(text), len, n_of_text, 0};
    return r;
}

static int fix_members(struct fixing *fixing, const struct cdi_finding *findings, size_t n,
                       struct fix_result *out)
{
    struct fix_plan *plan = &fixing->plan;
    struct fix_edit *kept;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = fix_plan_finding(plan, &findings[i]);
    if (r < 0)
        return r;
    order_edits(plan);
    kept = arena_calloc(plan->arena, plan->n, sizeof *kept);
    return kept ? accept_edits(fixing, kept, plan->edits, plan->n, out)
                : cdi_error_nomem(fixing->err);
}

/* Fills in what is known of the text. */
static int look(struct fixing *fixing, struct cdi_spec **spec)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct fix_plan *plan = &fixing->plan;
    int r = count_findings(plan->text, plan->len, &fixing->before, fixing->err);

    if (r == 0)
        r = read_tree(plan->arena, plan->text, plan->len, &plan->root, fixing->err);
    if (r < 0)
        return r;
    r = cdi_spec_parse(plan->text, plan->len, NULL, spec, &why);
    if (r == 0)
        plan->min_version = cdi_spec_min_version(*spec);
    return r == -CDI_ERR_NOMEM ? cdi_error_nomem(fixing->err) : 0;
}

static void free_specp(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

static int fix(struct fixing *fixing, const struct cdi_finding *findings, size_t n,
               struct fix_result *out)
{
    _cleanup_(free_specp) struct cdi_spec *spec = NULL;
    struct fix_result members = {NULL, 0, 0, 0};
    struct fix_plan *plan = &fixing->plan;
    int r = look(fixing, &spec);

    if (r == 0)
        r = fix_whole(fixing, findings, n, out);
    if (out->text) {
        plan->text = out->text;
        plan->len = out->len;
    }
    plan->cursor = text_cursor_at(plan->text, plan->len);
    if (r == 0)
        r = fix_members(fixing, findings, n, &members);
    if (members.text) {
        free(out->text);
        *out = (struct fix_result){members.text, members.len, out->n + members.n, 0};
    }
    return r;
}

int fix_text(const char *text, size_t len, const struct cdi_finding *findings, size_t n,
             struct fix_result *out, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct fixing fixing = {.plan = {.arena = arena, .text = text, .len = len, .err = err},
                            .err = err};
    int r;

    *out = (struct fix_result){NULL, 0, 0, 0};
    if (!arena)
        return cdi_error_nomem(err);
    if (text_is_utf16(text, len))
        return 0;
    r = fix(&fixing, findings, n, out);
    if (r < 0) {
        free(out->text);
        *out = (struct fix_result){NULL, 0, 0, 0};
    }
    out->work = fixing.work;
    return r;
}
