/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/output.h"

static void (*const writers[N_REPORT_FORMATS])(const struct report *, const struct report_style *,
                                               struct strbuf *) = {
    [REPORT_TEXT] = report_write_text,   [REPORT_JSON] = report_write_json,
    [REPORT_SARIF] = report_write_sarif, [REPORT_GITHUB] = report_write_github,
    [REPORT_JUNIT] = report_write_junit,
};

const char *const report_format_names[] = {
    [REPORT_TEXT] = "text",     [REPORT_JSON] = "json",   [REPORT_SARIF] = "sarif",
    [REPORT_GITHUB] = "github", [REPORT_JUNIT] = "junit", [N_REPORT_FORMATS] = NULL,
};

const char *report_severity(enum cdi_severity severity)
{
    return severity == CDI_SEVERITY_ERROR ? "error" : "warning";
}

/* A copy of a text; without memory "", which is remembered. */
static const char *keep(struct report *report, const char *text)
{
    const char *copy = arena_strdup(report->arena, text);

    report->failed |= !copy;
    return copy ? copy : "";
}

/* The kept name of a file. Findings come file by file: mostly it is the last one again. */
static const char *name_file(struct report *report, const char *file)
{
    struct report_file *files = report->files;
    size_t n = report->n_files;

    if (n && strcmp(files[n - 1].name, file) == 0)
        return files[n - 1].name;
    files = arena_grow(report->arena, files, n, sizeof *files);
    report->failed |= !files;
    if (!files)
        return "";
    files[n] = (struct report_file){.name = keep(report, file)};
    report->files = files;
    report->n_files++;
    return files[n].name;
}

void report_add_file(struct report *report, const char *file)
{
    (void)name_file(report, file);
    report->n_looked_at++;
}

void report_add(struct report *report, const char *file, const struct cdi_finding *finding,
                enum cdi_severity severity)
{
    struct report_finding *items = arena_grow(report->arena, report->items, report->n,
                                              sizeof *items);

    report->failed |= !items;
    if (!items)
        return;
    report->items = items;
    items[report->n] = (struct report_finding){
        .file = name_file(report, file),
        .rule = finding->rule,
        .severity = severity,
        .path = keep(report, finding->path ? finding->path : ""),
        .pos = finding->pos,
        .message = keep(report, finding->message),
        .hint = finding->hint && *finding->hint ? keep(report, finding->hint) : NULL,
        .number = report->n,
    };
    report->n++;
    if (severity == CDI_SEVERITY_ERROR)
        report->n_errors++;
    else
        report->n_warnings++;
}

void report_add_all(struct report *report, const char *file, const struct cdi_findings *findings,
                    enum cdi_severity least)
{
    for (size_t i = 0; i < findings->n; i++)
        if (findings->items[i].severity <= least)
            report_add(report, file, &findings->items[i], findings->items[i].severity);
}

void report_add_too_large(struct report *report, const char *file, const struct cdi_error *err)
{
    const struct cdi_finding finding = {
        .rule = cdi_rule_find("limit"), .path = "", .message = err->message};

    report_add(report, file, &finding, finding.rule->severity);
}

int report_add_document(struct report *report, const struct cdi_spec *spec, enum cdi_severity least,
                        struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    const char *name = spec->path ? spec->path : "?";
    int r = cdi_spec_validate(spec, &findings, err);

    if (r < 0)
        return r;
    report_add_file(report, name);
    report_add_all(report, name, &findings, least);
    return 0;
}

void report_add_failure(struct report *report, const char *path, const char *message)
{
    struct report_failure *all = arena_grow(report->arena, report->failures, report->n_failures,
                                            sizeof *all);

    report->failed |= !all;
    if (!all)
        return;
    all[report->n_failures++] = (struct report_failure){keep(report, path), keep(report, message)};
    report->failures = all;
}

static int compare_numbers(size_t a, size_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int compare_findings(const void *a, const void *b)
{
    const struct report_finding *x = a, *y = b;
    int order = strcmp(x->file, y->file);

    order = order ? order : compare_numbers(x->pos.line, y->pos.line);
    order = order ? order : compare_numbers(x->pos.column, y->pos.column);
    return order ? order : compare_numbers(x->number, y->number);
}

static int compare_files(const void *a, const void *b)
{
    const struct report_file *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int compare_failures(const void *a, const void *b)
{
    const struct report_failure *x = a, *y = b;

    return strcmp(x->path, y->path);
}

bool report_unread(const struct report *report, const char *name)
{
    const struct report_failure key = {name, NULL};

    return report->n_failures && bsearch(&key, report->failures, report->n_failures,
                                         sizeof *report->failures, compare_failures);
}

/* One entry for each file, which knows its findings; both are in order. */
static void join_files(struct report *report)
{
    size_t n = 0, at = 0;

    for (size_t i = 0; i < report->n_files; i++) {
        struct report_file *file = &report->files[n];

        if (i && strcmp(report->files[n - 1].name, report->files[i].name) == 0)
            continue;
        *file = (struct report_file){report->files[i].name, at, 0};
        while (at < report->n && strcmp(report->items[at].file, file->name) == 0)
            at++;
        file->n = at - file->first;
        n++;
    }
    report->n_files = n;
}

void report_sort(struct report *report)
{
    if (report->n)
        qsort(report->items, report->n, sizeof *report->items, compare_findings);
    for (size_t i = 0; i < report->n; i++)
        report->items[i].number = i;
    if (report->n_files)
        qsort(report->files, report->n_files, sizeof *report->files, compare_files);
    if (report->n_failures)
        qsort(report->failures, report->n_failures, sizeof *report->failures, compare_failures);
    join_files(report);
}

int report_print(const struct report *report, enum report_format format,
                 const struct report_style *style, FILE *f, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    writers[format](report, style, &b);
    if (b.failed || report->failed)
        return cdi_error_nomem(err);
    if (f == stdout)
        output_write(b.s ? b.s : "", b.len);
    else if (b.len)
        (void)fwrite(b.s, 1, b.len, f);
    return 0;
}
