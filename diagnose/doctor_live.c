/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what documents name: see live.h. */
#include "cdi/rules.h"
#include "diagnose/doctor_judge.h"

static bool is_of_hooks(const struct doctor_live *live)
{
    const struct cdi_rule *rule = live->rule;

    return rule == &rules[RULE_LIVE_HOOK_MISSING] ||
           rule == &rules[RULE_LIVE_HOOK_NOT_EXECUTABLE] ||
           rule == &rules[RULE_LIVE_HOOK_WRITABLE] || rule == &rules[RULE_LIVE_HOOK_OWNER];
}

static enum doctor_state state_of(const struct cdi_rule *rule)
{
    if (rule == &rules[RULE_LIVE_UNSEEN])
        return DOCTOR_UNKNOWN;
    return rule->severity == CDI_SEVERITY_ERROR ? DOCTOR_PROBLEM : DOCTOR_WARNING;
}

static void judge(const struct doctor_document *document, const struct doctor_live *live,
                  struct doctor_report *report)
{
    const char *const words[] = {"cdikit", "refresh", "--output", document->path, NULL};
    struct doctor_finding finding = {
        .state = state_of(live->rule),
        .message = doctor_printf(report, "line %u: %s", live->pos.line, live->message),
        .path = document->path,
        .value = live->rule->id,
        .hint = live->hint,
    };

    if (live->n > 1)
        finding.message = doctor_printf(report, "%s (and %zu more of this kind)", finding.message,
                                        live->n - 1);
    if (document->usual && !is_of_hooks(live))
        doctor_add_fix(report, finding, words);
    else
        doctor_add(report, &finding);
}

/* Judges what is, or is not, of hooks; a document that is hidden by others harms nobody. */
static void judge_all(const struct doctor_specs *specs, bool hooks, struct doctor_report *report)
{
    for (size_t i = 0; i < specs->n; i++) {
        const struct doctor_document *document = &specs->documents[i];

        if (document->n_shadowed && document->n_shadowed == document->n_devices)
            continue;
        for (size_t j = 0; j < document->n_live; j++)
            if (is_of_hooks(&document->live[j]) == hooks)
                judge(document, &document->live[j], report);
    }
}

void doctor_judge_live(const struct doctor_facts *facts, struct doctor_report *report)
{
    size_t n = 0;

    judge_all(&facts->specs, false, report);
    for (size_t i = 0; i < facts->specs.n; i++)
        n += facts->specs.documents[i].kind != NULL;
    if (!n)
        doctor_pass(report, "there is no document");
    else if (!report->results[report->n].n)
        doctor_add(report, &(struct doctor_finding){.state = DOCTOR_OK,
                                                    .message = "what documents name is there",
                                                    .value = doctor_printf(report, "%zu document%s",
                                                                           n, n == 1 ? "" : "s")});
}

void doctor_judge_programs(const struct doctor_facts *facts, struct doctor_report *report)
{
    size_t n = 0;

    judge_all(&facts->specs, true, report);
    for (size_t i = 0; i < facts->specs.n; i++)
        n += facts->specs.documents[i].n_hooks;
    if (!n)
        doctor_pass(report, "no document has a hook");
    else if (!report->results[report->n].n)
        doctor_add(report,
                   &(struct doctor_finding){.state = DOCTOR_OK,
                                            .message = "programs of hooks can be run",
                                            .value = doctor_printf(report, "%zu hooks", n)});
}
