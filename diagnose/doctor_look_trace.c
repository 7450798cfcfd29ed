/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a document is of the node as it is, by what a refresh has remembered of it. */
#include <string.h>

#include <cdikit/spec.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "diagnose/doctor_look.h"
#include "generate/facts.h"
#include "generate/generate.h"
#include "generate/refresh_state.h"
#include "generate/roots.h"
#include "generate/sources.h"

/* Whether the document is what refresh writes when it is asked for nothing but the path. */
static int is_usual(const struct doctor_look *look, const struct fingerprint *before,
                    const char *path, bool *out, struct cdi_error *err)
{
    const char *dot = strrchr(path, '.');
    bool json = dot && strcmp(dot, ".json") == 0;
    char asked[FINGERPRINT_HASH_SIZE];
    int r = fingerprint_asked(look->options, path, json ? CDI_FORMAT_JSON : CDI_FORMAT_YAML, NULL,
                              asked, err);

    *out = r == 0 && strcmp(before->asked, asked) == 0;
    return r;
}

/*
 * The first document that refresh wrote beside this one and that is not as it wrote it, in
 * *change. They are all in one directory, which may have been called otherwise then.
 */
static int compare_outputs(const struct doctor_look *look, const struct fingerprint *before,
                           const char *dir, const char **change, struct cdi_error *err)
{
    const struct root *root = &look->roots->system;
    const char *real = root_realpath(root, dir, look->arena);

    for (size_t i = 0; real && !*change && i < before->n; i++) {
        const struct fingerprint_fact *fact = &before->facts[i];
        const char *name = path_base(fact->path), *path, *what;
        char now[FACT_SIZE];

        if (fact->where != FINGERPRINT_OUTPUT)
            continue;
        path = arena_printf(look->arena, "%s%s/%s", strcmp(root->path, "/") == 0 ? "" : root->path,
                            real, name);
        if (!path)
            return cdi_error_nomem(err);
        fact_see_file(path, now);
        what = fingerprint_change(fact->fact, now);
        if (what && !(*change = arena_printf(look->arena, "%s/%s %s", dir, name, what)))
            return cdi_error_nomem(err);
    }
    return 0;
}

/* A file that changed just before it was looked at: refresh looks again, and may find it the same.
 */
static bool is_fleeting(const struct fingerprint_fact *fact)
{
    size_t len = strlen(fact->fact);

    return len && fact->fact[len - 1] == FINGERPRINT_FLEETING;
}

/*
 * The first fact that is another now, in *change. Of a document that was asked for otherwise it is
 * not known where its driver root and dev root are.
 */
static int compare_sources(const struct doctor_look *look, const struct fingerprint *before,
                           bool usual, const char **change, struct cdi_error *err)
{
    const struct generate_options own = {.root = look->options->root};
    struct fingerprint known = {.n = 0};

    known.facts = arena_calloc(look->arena, before->n, sizeof *known.facts);
    if (!known.facts)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < before->n; i++) {
        enum fingerprint_where where = before->facts[i].where;
        bool here = where == FINGERPRINT_SYSTEM || (usual && where != FINGERPRINT_OUTPUT);

        if (here && !is_fleeting(&before->facts[i]))
            known.facts[known.n++] = before->facts[i];
    }
    return sources_compare(&known, usual ? look->options : &own, look->arena, change, err);
}

static int compare(const struct doctor_look *look, const struct fingerprint *before,
                   struct doctor_document *document, struct cdi_error *err)
{
    int r = 0;

    if (!before->asked) {
        document->trace = before->n ? DOCTOR_TRACE_PARTIAL : DOCTOR_TRACE_NONE;
        return 0;
    }
    r = is_usual(look, before, document->path, &document->usual, err);
    if (r == 0)
        r = compare_sources(look, before, document->usual, &document->change, err);
    if (r == 0 && !document->change)
        r = compare_outputs(look, before, document->dir, &document->change, err);
    document->trace = document->change ? DOCTOR_TRACE_CHANGED : DOCTOR_TRACE_SAME;
    return r;
}

int doctor_look_trace(const struct doctor_look *look, struct doctor_document *document,
                      struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    struct fingerprint before;
    size_t len = 0;
    int r = refresh_state_peek(&look->roots->system, document->path, look->arena, &text, &len,
                               &why);

    document->trace = DOCTOR_TRACE_NONE;
    if (r == 0 && (!text || !len))
        return 0;
    if (r == 0)
        r = fingerprint_parse(text, len, look->arena, &before, &why);
    if (r == 0)
        r = compare(look, &before, document, &why);
    if (r == 0)
        return 0;
    document->trace = why.code == CDI_ERR_INVALID ? DOCTOR_TRACE_DAMAGED : DOCTOR_TRACE_UNKNOWN;
    return doctor_problem(look, &why, &document->trace_problem, err);
}
