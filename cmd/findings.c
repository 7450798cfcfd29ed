/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/findings.h"

#include <string.h>

#include "base/cleanup.h"
#include "cmd/output.h"

static const char *const severities[] = {
    [CDI_SEVERITY_ERROR] = "error",
    [CDI_SEVERITY_WARNING] = "warning",
};

static void print(FILE *f, const char *file, const struct cdi_finding *finding)
{
    bool is_error = finding->rule->severity == CDI_SEVERITY_ERROR;

    output_text(f, file);
    if (finding->pos.line)
        (void)fprintf(f, ":%u", finding->pos.line);
    if (finding->pos.line && finding->pos.column)
        (void)fprintf(f, ":%u", finding->pos.column);
    (void)fputs(": ", f);
    output_styled(f, is_error ? STYLE_ERROR : STYLE_WARNING, severities[finding->rule->severity]);
    (void)fputs(": ", f);
    output_text(f, finding->message);
    (void)fputs(" ", f);
    (void)putc('[', f);
    output_styled(f, STYLE_FAINT, finding->rule->id);
    (void)fputs("]\n", f);
    if (finding->hint && *finding->hint) {
        (void)fputs("    hint: ", f);
        output_text(f, finding->hint);
        (void)putc('\n', f);
    }
}

static void add_json(struct findings_report *report, const char *file,
                     const struct cdi_finding *finding)
{
    struct cJSON *object = jsonout_object(report->json, report->list, NULL);

    jsonout_string(report->json, object, "file", file);
    if (finding->pos.line) {
        jsonout_number(report->json, object, "line", finding->pos.line);
        jsonout_number(report->json, object, "column", finding->pos.column);
    }
    jsonout_string(report->json, object, "severity", severities[finding->rule->severity]);
    jsonout_string(report->json, object, "rule", finding->rule->id);
    if (finding->path)
        jsonout_string(report->json, object, "path", finding->path);
    jsonout_string(report->json, object, "message", finding->message);
    if (finding->hint)
        jsonout_string(report->json, object, "hint", finding->hint);
}

void findings_add(struct findings_report *report, const char *file,
                  const struct cdi_finding *finding)
{
    if (finding->rule->severity == CDI_SEVERITY_ERROR)
        report->n_errors++;
    else
        report->n_warnings++;
    if (report->json)
        add_json(report, file, finding);
    else if (report->out)
        print(report->out, file, finding);
}

void findings_add_all(struct findings_report *report, const char *file,
                      const struct cdi_findings *findings, enum cdi_severity least)
{
    for (size_t i = 0; i < findings->n; i++)
        if (findings->items[i].rule->severity <= least)
            findings_add(report, file, &findings->items[i]);
}

void findings_add_too_large(struct findings_report *report, const char *file,
                            const struct cdi_error *err)
{
    const struct cdi_rule *rule = cdi_rules();
    struct cdi_finding finding = {.path = "", .message = err->message};

    while (strcmp(rule->id, "limit") != 0)
        rule++;
    finding.rule = rule;
    findings_add(report, file, &finding);
}

int findings_add_document(struct findings_report *report, const struct cdi_spec *spec,
                          enum cdi_severity least, struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    int r = cdi_spec_validate(spec, &findings, err);

    if (r < 0)
        return r;
    findings_add_all(report, spec->path ? spec->path : "?", &findings, least);
    return 0;
}
