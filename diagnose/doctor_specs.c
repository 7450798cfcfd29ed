/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the spec dirs and of the documents in them. */
#include <string.h>

#include "base/strbuf.h"
#include "diagnose/doctor_judge.h"

#define NVIDIA "nvidia.com/"

static bool is_nvidia(const struct doctor_document *document)
{
    return document->kind && strncmp(document->kind, NVIDIA, strlen(NVIDIA)) == 0;
}

/* Ends a check that has nothing to tell of the documents. */
static void add_ok(const struct doctor_specs *specs, const char *message,
                   struct doctor_report *report)
{
    size_t n = 0;

    if (report->results[report->n].n)
        return;
    for (size_t i = 0; i < specs->n; i++)
        n += specs->documents[i].kind != NULL;
    if (n)
        doctor_add(report, &(struct doctor_finding){.state = DOCTOR_OK,
                                                    .message = message,
                                                    .value = doctor_printf(report, "%zu document%s",
                                                                           n, n == 1 ? "" : "s")});
    else
        doctor_pass(report, "there is no document");
}

/* What others than root may do to a file or directory. */
static void judge_owner(const char *path, mode_t mode, uid_t uid, struct doctor_report *report)
{
    const char *word = doctor_word(report, path);
    struct doctor_finding finding = {.state = DOCTOR_PROBLEM, .path = path};

    if (uid != 0) {
        finding.message = "this does not belong to root: who can change documents can make "
                          "himself root in a container";
        finding.value = doctor_printf(report, "uid %u", (unsigned)uid);
        finding.command = doctor_printf(report, "chown root %s", word);
    } else if (mode & 022) {
        finding.message = "others than root can write here: who can change documents can make "
                          "himself root in a container";
        finding.value = doctor_printf(report, "%04o", (unsigned)mode);
        finding.command = doctor_printf(report, "chmod go-w %s", word);
    } else {
        return;
    }
    doctor_add(report, &finding);
}

void doctor_judge_dirs(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_specs *specs = &facts->specs;
    const char *there = "";

    for (size_t i = 0; i < DOCTOR_DIRS; i++) {
        const struct doctor_dir *dir = &specs->dirs[i];

        if (!doctor_known(report, dir->path, dir->problem) || !dir->there)
            continue;
        judge_owner(dir->path, dir->mode, dir->uid, report);
        there = doctor_printf(report, "%s%s%s", there, *there ? ", " : "", dir->path);
    }
    for (size_t i = 0; i < specs->n; i++)
        if (specs->documents[i].kind)
            judge_owner(specs->documents[i].path, specs->documents[i].mode, specs->documents[i].uid,
                        report);
    if (report->results[report->n].n)
        return;
    if (*there)
        doctor_add(report, &(struct doctor_finding){.state = DOCTOR_OK,
                                                    .message = "only root can write documents",
                                                    .value = there});
    else
        doctor_pass(report, "there is no spec dir");
}

/* A document whose hooks cannot run keeps every container with a device from starting. */
static void add_missing(const struct doctor_specs *specs, struct doctor_report *report)
{
    static const char *const words[] = {"cdikit", "refresh", NULL};
    struct doctor_finding finding = {
        .state = DOCTOR_WARNING,
        .message = "the NVIDIA driver is there, and no document of its GPUs",
        .path = specs->dirs[DOCTOR_DIRS - 1].path};

    if (!specs->missing_hook) {
        doctor_add_fix(report, finding, words);
        return;
    }
    finding.command = "cdikit refresh";
    finding.hint = doctor_printf(report,
                                 "before that install %s, which hooks of the document would run: "
                                 "containers do not start without it",
                                 specs->missing_hook);
    doctor_add(report, &finding);
}

void doctor_judge_documents(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_specs *specs = &facts->specs;
    bool nvidia = false;

    for (size_t i = 0; i < specs->n; i++) {
        const struct doctor_document *document = &specs->documents[i];

        /* One that is broken may have been meant for them. */
        nvidia = nvidia || is_nvidia(document) || document->error;
        if (!document->error)
            continue;
        doctor_add(report, &(struct doctor_finding){
                               .state = document->denied ? DOCTOR_UNKNOWN : DOCTOR_PROBLEM,
                               .message = document->error,
                               .path = document->path,
                               .hint = document->denied
                                           ? "look as root"
                                           : doctor_printf(report,
                                                           "engines have none of its devices; "
                                                           "cdikit validate %s says all that is "
                                                           "wrong",
                                                           doctor_word(report, document->path))});
    }
    if (!nvidia && (facts->driver.version.text || facts->driver.other_kind))
        add_missing(specs, report);
    add_ok(specs, "documents can be loaded", report);
}

void doctor_judge_ignored(const struct doctor_facts *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < facts->specs.n; i++) {
        const struct doctor_document *document = &facts->specs.documents[i];
        struct doctor_finding finding = {.state = DOCTOR_WARNING, .path = document->path};

        if (document->is_dir) {
            finding.message = "engines do not look into directories of a spec dir";
        } else if (!document->ignored) {
            continue;
        } else {
            finding.message = "engines load only *.yaml and *.json, in lower case";
            finding.hint = "rename it; the name without that is taken";
        }
        if (document->renamed) {
            finding.hint = NULL;
            finding.command = doctor_printf(report, "mv %s %s", doctor_word(report, document->path),
                                            doctor_word(report, document->renamed));
        }
        doctor_add(report, &finding);
    }
    add_ok(&facts->specs, "engines pass over nothing", report);
}

void doctor_judge_conflicts(const struct doctor_facts *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < facts->specs.n; i++) {
        const struct doctor_document *document = &facts->specs.documents[i];

        if (document->n_conflicting)
            doctor_add(report, &(struct doctor_finding){
                                   .state = DOCTOR_PROBLEM,
                                   .message = doctor_printf(
                                       report,
                                       "%zu of its %zu devices are defined in %s, too, in the same "
                                       "directory: engines use neither of the two",
                                       document->n_conflicting, document->n_devices,
                                       document->conflicts_with ? document->conflicts_with : "?"),
                                   .path = document->path,
                                   .hint = "remove one of the documents"});
    }
    add_ok(&facts->specs, "no device is defined twice in one directory", report);
}

void doctor_judge_shadowed(const struct doctor_facts *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < facts->specs.n; i++) {
        const struct doctor_document *document = &facts->specs.documents[i];
        const char *by = document->shadowed_by ? document->shadowed_by : "?";
        struct doctor_finding finding = {.state = DOCTOR_WARNING, .path = document->path};

        if (!document->n_shadowed)
            continue;
        if (document->n_shadowed == document->n_devices) {
            finding.message = doctor_printf(report,
                                            "each of its devices is hidden by %s: the document is "
                                            "of no use",
                                            by);
            finding.command = doctor_printf(report, "rm %s", doctor_word(report, document->path));
        } else {
            finding.message = doctor_printf(report,
                                            "%zu of its %zu devices are hidden by %s, and the "
                                            "others are used: it may be of another time",
                                            document->n_shadowed, document->n_devices, by);
            finding.hint = "remove the older of the two";
        }
        doctor_add(report, &finding);
    }
    add_ok(&facts->specs, "no document hides another", report);
}

/* What containers have from the kernel changes more than a file that was only touched. */
static bool is_grave(const char *change)
{
    return strstr(change, " vanished") || strstr(change, "/dev/") ||
           strncmp(change, "/proc/", 6) == 0 || strncmp(change, "/sys/", 5) == 0;
}

static void judge_change(const struct doctor_document *document, struct doctor_report *report)
{
    const char *const words[] = {"cdikit", "refresh", "--output", document->path, NULL};
    struct doctor_finding finding = {
        .state = is_grave(document->change) ? DOCTOR_PROBLEM : DOCTOR_WARNING,
        .message = "the node is not any more as it was when this was generated",
        .path = document->path,
        .value = document->change,
    };

    if (document->usual) {
        doctor_add_fix(report, finding, words);
        return;
    }
    finding.hint = "options were given for it: refresh it with these, as cdikit-refresh.service "
                   "does with its own";
    doctor_add(report, &finding);
}

void doctor_judge_stale(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_specs *specs = &facts->specs;
    const char *same = NULL;

    for (size_t i = 0; i < specs->n; i++) {
        const struct doctor_document *document = &specs->documents[i];
        struct doctor_finding finding = {.state = DOCTOR_WARNING, .path = document->path};

        if (document->trace == DOCTOR_TRACE_SAME)
            same = document->path;
        if (document->trace == DOCTOR_TRACE_CHANGED)
            judge_change(document, report);
        if (document->trace == DOCTOR_TRACE_UNKNOWN)
            (void)doctor_known(report, document->path, document->trace_problem);
        if (document->trace == DOCTOR_TRACE_PARTIAL)
            finding.message = "when this was generated, something had to be left out";
        else if (document->trace == DOCTOR_TRACE_DAMAGED)
            finding.message = "what is known of when this was generated is damaged, or of another "
                              "version of cdikit";
        else
            continue;
        finding.hint = "refresh says what is left out";
        finding.command = doctor_printf(report, "cdikit refresh --output %s",
                                        doctor_word(report, document->path));
        doctor_add(report, &finding);
    }
    if (report->results[report->n].n)
        return;
    if (same)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = "the node is as it was when this was generated",
                               .path = same});
    else
        doctor_pass(report, "cdikit refresh has written no document here");
}

void doctor_judge_leftover(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (!doctor_known(report, "/sys/bus/pci/devices", facts->driver.gpus_problem))
        return;
    for (size_t i = 0; i < facts->specs.n; i++) {
        const struct doctor_document *document = &facts->specs.documents[i];

        if (is_nvidia(document) && !doctor_has_driver(facts) && !facts->driver.other_kind)
            doctor_add(report, &(struct doctor_finding){
                                   .state = DOCTOR_WARNING,
                                   .message = "this is of NVIDIA GPUs, and the node has neither "
                                              "such a GPU nor their driver",
                                   .path = document->path,
                                   .value = document->kind,
                                   .command = doctor_printf(report, "rm %s",
                                                            doctor_word(report, document->path))});
    }
    add_ok(&facts->specs, "documents are of drivers that are there", report);
}
