/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as a SARIF log. Source: OASIS, Static Analysis Results Interchange Format (SARIF)
 * Version 2.1.0; sections are named where a property needs explaining.
 */
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "cmd/jsonout.h"
#include "cmd/report.h"

#define SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define BASE "%SRCROOT%"

struct log {
    const struct report *report;
    struct jsonout json;
    const struct cdi_rule **rules; /* in the order of the log */
    size_t n_rules;
};

/* 3.11.5: a brace in a message is written twice, since {0} is a placeholder. */
static void add_message(struct log *log, struct cJSON *parent, const char *key, const char *text,
                        const char *hint)
{
    struct cJSON *object = jsonout_object(&log->json, parent, key);
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT, escaped = STRBUF_INIT;

    strbuf_addstr(&b, text);
    if (hint)
        strbuf_printf(&b, "\nhint: %s", hint);
    for (const char *s = b.failed ? "" : b.s; *s; s++) {
        strbuf_addch(&escaped, *s);
        if (*s == '{' || *s == '}')
            strbuf_addch(&escaped, *s);
    }
    log->json.failed |= b.failed || escaped.failed;
    jsonout_string(&log->json, object, "text", escaped.s ? escaped.s : "");
}

/* A path as (part of) a URI, RFC 3986: all but unreserved characters and '/' in percent. */
static void add_encoded(struct strbuf *b, const char *path)
{
    for (; *path; path++) {
        if (ascii_isalnum(*path) || strchr("-._~/", *path))
            strbuf_addch(b, *path);
        else
            strbuf_printf(b, "%%%02X", (unsigned char)*path);
    }
}

/* 3.4: a relative path is one below the directory in which the command ran. */
static void add_artifact(struct log *log, struct cJSON *parent, const char *file)
{
    struct cJSON *object = jsonout_object(&log->json, parent, "artifactLocation");
    const char *path = path_clean(log->report->arena, file);
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    bool absolute = *file == '/';

    strbuf_addstr(&b, absolute ? "file://" : "");
    add_encoded(&b, path ? path : "");
    log->json.failed |= b.failed || !path;
    jsonout_string(&log->json, object, "uri", b.s);
    if (!absolute)
        jsonout_string(&log->json, object, "uriBaseId", BASE);
}

static void add_location(struct log *log, struct cJSON *parent, const char *file,
                         struct cdi_position pos, const char *member)
{
    struct cJSON *list = jsonout_array(&log->json, parent, "locations");
    struct cJSON *location = jsonout_object(&log->json, list, NULL);
    struct cJSON *physical = jsonout_object(&log->json, location, "physicalLocation");

    add_artifact(log, physical, file);
    if (pos.line) {
        struct cJSON *region = jsonout_object(&log->json, physical, "region");

        jsonout_number(&log->json, region, "startLine", pos.line);
        if (pos.column)
            jsonout_number(&log->json, region, "startColumn", pos.column);
    }
    if (*member) {
        list = jsonout_array(&log->json, location, "logicalLocations");
        jsonout_string(&log->json, jsonout_object(&log->json, list, NULL), "fullyQualifiedName",
                       member);
    }
}

static size_t rule_index(const struct log *log, const struct cdi_rule *rule)
{
    size_t i = 0;

    while (i < log->n_rules && strcmp(log->rules[i]->id, rule->id) != 0)
        i++;
    return i;
}

static void add_rule(struct log *log, const struct cdi_rule *rule)
{
    const struct cdi_rule **rules;

    if (rule_index(log, rule) < log->n_rules)
        return;
    rules = arena_grow(log->report->arena, log->rules, log->n_rules, sizeof(*rules));
    log->json.failed |= !rules;
    if (!rules)
        return;
    rules[log->n_rules++] = rule;
    log->rules = rules;
}

/* All rules, and what findings have besides: those across files. */
static void list_rules(struct log *log)
{
    for (const struct cdi_rule *rule = cdi_rules(); rule->id; rule++)
        add_rule(log, rule);
    for (size_t i = 0; i < log->report->n; i++)
        add_rule(log, log->report->items[i].rule);
}

/* 3.49: a rule. */
static void add_descriptor(struct log *log, struct cJSON *list, const struct cdi_rule *rule)
{
    struct cJSON *object = jsonout_object(&log->json, list, NULL), *configuration;
    bool off = rule->severity == CDI_SEVERITY_OFF;
    _cleanup_strbuf_ struct strbuf help = STRBUF_INIT;

    jsonout_string(&log->json, object, "id", rule->id);
    add_message(log, object, "shortDescription", rule->summary, NULL);
    add_message(log, object, "fullDescription", rule->help, NULL);
    strbuf_printf(&help, "%s\n\nSource: %s", rule->help, rule->source);
    log->json.failed |= help.failed;
    add_message(log, object, "help", help.s ? help.s : "", NULL);
    configuration = jsonout_object(&log->json, object, "defaultConfiguration");
    if (off)
        jsonout_raw(&log->json, configuration, "enabled", "false");
    else
        jsonout_string(&log->json, configuration, "level", report_severity(rule->severity));
}

static void add_tool(struct log *log, struct cJSON *run)
{
    struct cJSON *tool = jsonout_object(&log->json, run, "tool");
    struct cJSON *driver = jsonout_object(&log->json, tool, "driver");
    struct cJSON *list;

    jsonout_string(&log->json, driver, "name", "cdikit");
    jsonout_string(&log->json, driver, "semanticVersion", CDIKIT_VERSION);
    list = jsonout_array(&log->json, driver, "rules");
    for (size_t i = 0; i < log->n_rules; i++)
        add_descriptor(log, list, log->rules[i]);
}

static void add_result(struct log *log, struct cJSON *list, const struct report_finding *finding)
{
    struct cJSON *result = jsonout_object(&log->json, list, NULL);

    jsonout_string(&log->json, result, "ruleId", finding->rule->id);
    jsonout_number(&log->json, result, "ruleIndex", rule_index(log, finding->rule));
    jsonout_string(&log->json, result, "level", report_severity(finding->severity));
    add_message(log, result, "message", finding->message, finding->hint);
    add_location(log, result, finding->file, finding->pos, finding->path);
}

/* 3.20: what could not be read is no result, but the run did not do all that it was asked for. */
static void add_invocation(struct log *log, struct cJSON *run)
{
    struct cJSON *list = jsonout_array(&log->json, run, "invocations");
    struct cJSON *invocation = jsonout_object(&log->json, list, NULL);

    jsonout_raw(&log->json, invocation, "executionSuccessful",
                log->report->n_failures ? "false" : "true");
    if (!log->report->n_failures)
        return;
    list = jsonout_array(&log->json, invocation, "toolExecutionNotifications");
    for (size_t i = 0; i < log->report->n_failures; i++) {
        const struct report_failure *failure = &log->report->failures[i];
        struct cJSON *notification = jsonout_object(&log->json, list, NULL);

        jsonout_string(&log->json, notification, "level", "error");
        add_message(log, notification, "message", failure->message, NULL);
        add_location(log, notification, failure->path, (struct cdi_position){0, 0}, "");
    }
}

/* 3.14.14: the base is named without a place, so that logs of two machines are the same. */
static void add_base(struct log *log, struct cJSON *run)
{
    struct cJSON *ids = jsonout_object(&log->json, run, "originalUriBaseIds");
    struct cJSON *base = jsonout_object(&log->json, ids, BASE);

    add_message(log, base, "description", "the directory in which cdikit ran", NULL);
}

void report_write_sarif(const struct report *report, const struct report_style *style,
                        struct strbuf *out)
{
    struct log log = {.report = report};
    struct cJSON *root = jsonout_object(&log.json, NULL, NULL), *run, *list;

    (void)style;
    list_rules(&log);
    jsonout_string(&log.json, root, "$schema", SCHEMA);
    jsonout_string(&log.json, root, "version", "2.1.0");
    run = jsonout_object(&log.json, jsonout_array(&log.json, root, "runs"), NULL);
    add_tool(&log, run);
    jsonout_string(&log.json, run, "columnKind", "unicodeCodePoints");
    add_base(&log, run);
    add_invocation(&log, run);
    list = jsonout_array(&log.json, run, "results");
    for (size_t i = 0; i < report->n; i++)
        add_result(&log, list, &report->items[i]);
    jsonout_format(&log.json, out);
    jsonout_free(&log.json);
}
