/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the container engines. */
#include <string.h>

#include "diagnose/doctor_judge.h"

static bool passed(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (!facts->engines.n)
        doctor_pass(report, "no container engine is installed");
    return !facts->engines.n;
}

/* What to do to switch CDI on. */
static const char *enable_hint(const struct doctor_engine *engine, struct doctor_report *report)
{
    if (!engine->enable || engine->cdi == ENGINE_CDI_NONE)
        return "use a newer version";
    return doctor_printf(report, "%s%s%s", engine->enable, engine->restart ? "; then: " : "",
                         engine->restart ? engine->restart : "");
}

static void judge_cdi(const struct doctor_engine *engine, struct doctor_report *report)
{
    struct doctor_finding finding = {.state = DOCTOR_OK, .path = engine->cdi_place};

    for (size_t i = 0; i < engine->n_problems; i++)
        doctor_add(report, &(struct doctor_finding){
                               .state = engine->problems[i].fatal ? DOCTOR_PROBLEM : DOCTOR_WARNING,
                               .message = doctor_printf(report, "%s: %s", engine->name,
                                                        engine->problems[i].message),
                               .path = engine->problems[i].place});
    switch (engine->cdi) {
    case ENGINE_CDI_ON:
        finding.message = doctor_printf(report, "%s reads CDI documents", engine->name);
        break;
    case ENGINE_CDI_UNDECIDED:
        finding.state = DOCTOR_WARNING;
        finding.message = doctor_printf(report,
                                        "%s is not told to read CDI documents, and does so by "
                                        "itself only since version %s",
                                        engine->name, engine->on_since ? engine->on_since : "?");
        finding.hint = doctor_printf(report,
                                     "--engine %s@installed asks it for its version; if that is "
                                     "older: %s",
                                     engine->name, enable_hint(engine, report));
        break;
    case ENGINE_CDI_OFF:
    case ENGINE_CDI_NONE:
        finding.state = engine->n_runtimes ? DOCTOR_WARNING : DOCTOR_PROBLEM;
        finding.message = doctor_printf(
            report, "%s does not read CDI documents%s", engine->name,
            engine->n_runtimes ? ", and containers get GPUs by a runtime alone" : "");
        finding.hint = enable_hint(engine, report);
        break;
    }
    doctor_add(report, &finding);
}

void doctor_judge_cdi(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (passed(facts, report))
        return;
    for (size_t i = 0; i < facts->engines.n; i++)
        judge_cdi(&facts->engines.engines[i], report);
}

/* The documents that engines would load from a spec dir. */
static size_t count_documents(const struct doctor_specs *specs, const char *dir)
{
    size_t n = 0;

    for (size_t i = 0; i < specs->n; i++)
        n += specs->documents[i].kind && strcmp(specs->documents[i].dir, dir) == 0;
    return n;
}

void doctor_judge_engine_dirs(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_specs *specs = &facts->specs;

    if (passed(facts, report))
        return;
    for (size_t i = 0; i < facts->engines.n * DOCTOR_DIRS; i++) {
        const struct doctor_engine *engine = &facts->engines.engines[i / DOCTOR_DIRS];
        const struct doctor_dir *dir = &specs->dirs[i % DOCTOR_DIRS];

        if (engine->cdi == ENGINE_CDI_OFF || engine->cdi == ENGINE_CDI_NONE ||
            engine->reads[i % DOCTOR_DIRS] || !count_documents(specs, dir->path))
            continue;
        doctor_add(report,
                   &(struct doctor_finding){
                       .state = DOCTOR_PROBLEM,
                       .message = doctor_printf(report, "%s does not read %s, which has documents",
                                                engine->name, dir->path),
                       .path = engine->dirs_place,
                       .value = *engine->dirs ? engine->dirs : "no directory",
                       .hint = doctor_printf(report, "add it to %s%s%s", engine->dirs_key,
                                             engine->restart ? "; then: " : "",
                                             engine->restart ? engine->restart : "")});
    }
    if (!report->results[report->n].n)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = "engines read the spec dirs that have documents",
                               .value = doctor_printf(report, "%zu engine%s", facts->engines.n,
                                                      facts->engines.n == 1 ? "" : "s")});
}

static void judge_runtime(const struct doctor_engine *engine, const struct doctor_runtime *runtime,
                          struct doctor_report *report)
{
    struct doctor_finding finding = {
        .state = runtime->found ? DOCTOR_OK : DOCTOR_PROBLEM,
        .path = runtime->place,
        .value = runtime->path,
    };

    finding.message = doctor_printf(report, "the program of %s's runtime \"%s\"%s %s", engine->name,
                                    runtime->name, runtime->is_default ? ", its default," : "",
                                    runtime->found ? "can be run"
                                                   : "does not exist, or cannot be run");
    if (!runtime->found)
        finding.hint = runtime->is_default
                           ? "no container starts: install the program, or name another default"
                           : "install the program, or take the runtime out of the configuration";
    doctor_add(report, &finding);
}

void doctor_judge_cgroup_drivers(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_host *host = &facts->host;

    for (size_t i = 0; i < facts->engines.n; i++) {
        const struct doctor_engine *engine = &facts->engines.engines[i];
        struct doctor_finding finding = {
            .state = DOCTOR_OK,
            .message = doctor_printf(report, "%s is told which cgroup driver to use", engine->name),
            .path = engine->cgroup_place,
            .value = engine->cgroup_driver,
        };
        bool systemd = engine->cgroup_driver && strcmp(engine->cgroup_driver, "systemd") == 0;

        if (!engine->cgroup_driver)
            continue;
        if (systemd && !host->systemd) {
            finding.state = DOCTOR_PROBLEM;
            finding.message = doctor_printf(
                report, "%s is told to let systemd manage control groups, and it does not run",
                engine->name);
            finding.hint = "containers do not start: name cgroupfs there";
        } else if (!systemd && host->systemd && host->cgroup == DOCTOR_CGROUP_V2) {
            finding.state = DOCTOR_WARNING;
            finding.message = doctor_printf(report,
                                            "%s manages control groups itself, beside systemd, "
                                            "which may take them over",
                                            engine->name);
            finding.hint = "name systemd there, and for the kubelet the same";
        }
        doctor_add(report, &finding);
    }
    if (!report->results[report->n].n)
        doctor_pass(report, "no engine is told which cgroup driver to use");
}

void doctor_judge_runtimes(const struct doctor_facts *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < facts->engines.n; i++)
        for (size_t j = 0; j < facts->engines.engines[i].n_runtimes; j++)
            judge_runtime(&facts->engines.engines[i], &facts->engines.engines[i].runtimes[j],
                          report);
    if (!report->results[report->n].n)
        doctor_pass(report, "no engine is told of a runtime for GPUs, which CDI does without");
}
