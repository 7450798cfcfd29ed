/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "cmd/help.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

static const char all[] = "all";

static const char introduction[] =
    "The rules of `cdikit validate`, as `cdikit validate --explain all` prints them. What the "
    "severities mean, and how they are set, is in [validation.md](validation.md).";

/* What stands before a rule and those after it. */
static const struct heading {
    enum rule first;
    const char *title;
    const char *text;
} headings[] = {
    {RULE_SYNTAX, "Documents",
     "What a document says, and the files that it stands in. \"CDI library\" is the behaviour of "
     "`tags.cncf.io/container-device-interface`, its main branch."},
    {RULE_LIVE_UNSEEN, "Documents on a node, and for an engine",
     "What is looked at when it is asked for. An error means that a container with the device "
     "does not start, gets another device or one that does not work, or gives root away."},
};

int rules_find(const char *id, enum rule *found, struct cdi_error *err)
{
    struct nearest near = nearest_init(id, strlen(id));

    for (size_t i = 0; i < N_RULES; i++) {
        nearest_offer(&near, rules[i].id);
        if (strcmp(rules[i].id, id) != 0)
            continue;
        *found = (enum rule)i;
        return 0;
    }
    if (near.best)
        return cdi_error_set(err, CDI_ERR_USAGE, "there is no rule %s; did you mean %s?",
                             quote_string(id).text, near.best);
    return cdi_error_set(err, CDI_ERR_USAGE,
                         "there is no rule %s; 'cdikit validate --rules' lists them",
                         quote_string(id).text);
}

const char *rules_severity(enum cdi_severity severity)
{
    static const char *const names[] = {
        [CDI_SEVERITY_ERROR] = "error",
        [CDI_SEVERITY_WARNING] = "warning",
        [CDI_SEVERITY_OFF] = "off",
    };

    return names[severity];
}

static void add_object(struct jsonout *json, struct cJSON *list, const struct cdi_rule *rule)
{
    struct cJSON *object = jsonout_object(json, list, NULL);

    jsonout_string(json, object, "rule", rule->id);
    jsonout_string(json, object, "severity", rules_severity(rule->severity));
    jsonout_string(json, object, "summary", rule->summary);
    jsonout_string(json, object, "help", rule->help);
    jsonout_string(json, object, "source", rule->source);
}

static int print_all_json(struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout json = JSONOUT_INIT;
    struct cJSON *list = jsonout_array(&json, NULL, NULL);

    for (size_t i = 0; i < N_RULES; i++)
        add_object(&json, list, &rules[i]);
    return jsonout_print(&json, err);
}

int rules_print(const struct call *call, bool json, struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 3};

    if (json)
        return print_all_json(err);
    for (const struct cdi_rule *rule = rules; rule->id; rule++)
        table_row(&table,
                  (const char *const[]){rule->id, rules_severity(rule->severity), rule->summary});
    return table_print(&table, err);
}

static void print_text(const char *text)
{
    help_wrapped(stdout, text, text + strlen(text), 0);
}

static int print_rule(struct arena *arena, const struct cdi_rule *rule, struct cdi_error *err)
{
    const char *severity = rule->severity == CDI_SEVERITY_OFF ? "off by default"
                                                              : rules_severity(rule->severity);
    const char *summary = arena_printf(arena, "**%s** - %s.", severity, rule->summary);
    const char *source = arena_printf(arena, "Source: %s.", rule->source);

    if (!summary || !source)
        return cdi_error_nomem(err);
    (void)printf("### %s\n\n", rule->id);
    print_text(summary);
    (void)putchar('\n');
    print_text(rule->help);
    (void)putchar('\n');
    print_text(source);
    return 0;
}

static void print_heading(enum rule first)
{
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if (headings[i].first != first)
            continue;
        (void)printf("\n## %s\n\n", headings[i].title);
        print_text(headings[i].text);
    }
}

static int print_page(struct arena *arena, struct cdi_error *err)
{
    int r = 0;

    (void)puts("# Rules\n");
    print_text(introduction);
    for (size_t i = 0; r == 0 && i < N_RULES; i++) {
        print_heading((enum rule)i);
        (void)putchar('\n');
        r = print_rule(arena, &rules[i], err);
    }
    return r;
}

int rules_explain(const struct call *call, const char *id, bool json, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    enum rule rule;
    int r;

    if (strcmp(id, all) == 0)
        return json ? print_all_json(err) : print_page(call->arena, err);
    r = rules_find(id, &rule, err);
    if (r < 0)
        return r;
    if (!json)
        return print_rule(call->arena, &rules[rule], err);
    add_object(&out, NULL, &rules[rule]);
    return jsonout_print(&out, err);
}
