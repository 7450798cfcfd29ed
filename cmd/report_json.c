/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one JSON object of our own. */
#include "cmd/jsonout.h"
#include "cmd/report.h"

static void add_finding(const struct report_finding *finding, struct jsonout *json,
                        struct cJSON *list)
{
    struct cJSON *object = jsonout_object(json, list, NULL);

    jsonout_string(json, object, "file", finding->file);
    if (finding->pos.line) {
        jsonout_number(json, object, "line", finding->pos.line);
        jsonout_number(json, object, "column", finding->pos.column);
    }
    jsonout_string(json, object, "severity", report_severity(finding->severity));
    jsonout_string(json, object, "rule", finding->rule->id);
    jsonout_string(json, object, "path", finding->path);
    jsonout_string(json, object, "message", finding->message);
    if (finding->hint)
        jsonout_string(json, object, "hint", finding->hint);
}

void report_write_json(const struct report *report, const struct report_style *style,
                       struct strbuf *out)
{
    _cleanup_jsonout_ struct jsonout json = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&json, NULL, NULL);
    struct cJSON *list = jsonout_array(&json, root, "findings");

    (void)style;
    for (size_t i = 0; i < report->n; i++)
        add_finding(&report->items[i], &json, list);
    list = jsonout_array(&json, root, "unreadable");
    for (size_t i = 0; i < report->n_failures; i++) {
        struct cJSON *object = jsonout_object(&json, list, NULL);

        jsonout_string(&json, object, "path", report->failures[i].path);
        jsonout_string(&json, object, "message", report->failures[i].message);
    }
    jsonout_number(&json, root, "files", report->n_looked_at);
    jsonout_number(&json, root, "errors", report->n_errors);
    jsonout_number(&json, root, "warnings", report->n_warnings);
    jsonout_format(&json, out);
}
