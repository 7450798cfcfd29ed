/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/doctor.h"

#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "diagnose/doctor_judge.h"

const char *const doctor_states[DOCTOR_N_STATES] = {
    [DOCTOR_NOT_APPLICABLE] = "not-applicable",
    [DOCTOR_OK] = "ok",
    [DOCTOR_WARNING] = "warning",
    [DOCTOR_UNKNOWN] = "unknown",
    [DOCTOR_PROBLEM] = "problem",
};

const struct doctor_check doctor_checks[] = {
    {"driver-loaded", "the NVIDIA driver is loaded and has taken every NVIDIA GPU",
     "modprobe nvidia", false, doctor_judge_loaded},
    {"driver-modules", "the driver's kernel modules are of one version, and one set is installed",
     "a reboot, or removing one of the packages", false, doctor_judge_modules},
    {"driver-libraries", "the driver's libraries are of the version of the kernel module",
     "a reboot, or installing the other version", false, doctor_judge_libraries},
    {"nodes", "the device nodes of the driver, its GPUs and MIG devices exist",
     "nvidia-ctk system create-device-nodes --control-devices", true, doctor_judge_nodes},
    {"node-numbers", "device nodes have the numbers that the kernel says",
     "removing the node, and making it again", false, doctor_judge_numbers},
    {"node-permissions", "device nodes have the mode that the driver was told to give them",
     "chmod", false, doctor_judge_permissions},
    {"char-links", "systemd finds each device of the driver in /dev/char",
     "nvidia-ctk system create-dev-char-symlinks", true, doctor_judge_links},
    {"spec-dirs", "spec dirs and documents can be read, and only root can write them",
     "chmod, chown", false, doctor_judge_dirs},
    {"spec-documents", "there are CDI documents for the GPUs, and each can be loaded",
     "cdikit refresh, where there is none", true, doctor_judge_documents},
    {"spec-ignored", "engines pass over nothing in the spec dirs that looks like a document", "mv",
     false, doctor_judge_ignored},
    {"spec-conflicts", "no device is defined twice in one spec dir", "rm", false,
     doctor_judge_conflicts},
    {"spec-shadowed", "no document hides devices of another", "rm", false, doctor_judge_shadowed},
    {"spec-stale", "what cdikit refresh wrote is of the node as it is", "cdikit refresh", true,
     doctor_judge_stale},
    {"spec-leftover", "documents are of a driver that is there", "rm", false,
     doctor_judge_leftover},
    {"spec-live", "what documents name exists on the node, and is what they say",
     "cdikit refresh, or what else has written it", true, doctor_judge_live},
    {"hook-programs", "programs of hooks can be run, and only root can change them",
     "installing the program", false, doctor_judge_programs},
    {"engine-cdi", "container engines read CDI documents", "their configuration, by hand", false,
     doctor_judge_cdi},
    {"engine-spec-dirs", "container engines read the spec dirs that have documents",
     "their configuration, by hand", false, doctor_judge_engine_dirs},
    {"engine-runtimes", "the runtimes for GPUs that engines are told of can be run",
     "installing the runtime, or their configuration, by hand", false, doctor_judge_runtimes},
    {"engine-cgroup-driver", "engines that are told who manages control groups are told right",
     "their configuration, by hand", false, doctor_judge_cgroup_drivers},
    {"selinux", "SELinux lets containers use devices", "setsebool -P container_use_devices on",
     false, doctor_judge_selinux},
    {"cgroup", "control groups are there, and of version 2",
     "an option of the kernel, and booting again", false, doctor_judge_cgroup},
    {"rootless", "users can run containers, and their engines read the documents", "sysctl, chmod",
     false, doctor_judge_rootless},
    {"refresh-units", "one service keeps the documents up to date",
     "systemctl enable, systemctl disable", false, doctor_judge_units},
    {NULL, NULL, NULL, false, NULL},
};

void doctor_add(struct doctor_report *report, const struct doctor_finding *finding)
{
    struct doctor_result *result = &report->results[report->n];
    struct doctor_finding *all = arena_grow(report->arena, result->findings, result->n,
                                            sizeof *all);

    if (!all) {
        report->failed = true;
        return;
    }
    all[result->n++] = *finding;
    result->findings = all;
    if (finding->state > result->state)
        result->state = finding->state;
    report->counts[finding->state]++;
}

const char *doctor_printf(struct doctor_report *report, const char *fmt, ...)
{
    const char *text;
    va_list ap;

    va_start(ap, fmt);
    text = arena_vprintf(report->arena, fmt, ap);
    va_end(ap);
    report->failed = report->failed || !text;
    return text ? text : "";
}

void doctor_pass(struct doctor_report *report, const char *why)
{
    doctor_add(report, &(struct doctor_finding){.state = DOCTOR_NOT_APPLICABLE, .message = why});
}

bool doctor_known(struct doctor_report *report, const char *path, const char *problem)
{
    if (!problem)
        return true;
    doctor_add(report,
               &(struct doctor_finding){.state = DOCTOR_UNKNOWN, .message = problem, .path = path});
    return false;
}

static bool is_plain(const char *word)
{
    for (const char *p = word; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+@,", *p))
            return false;
    return *word;
}

const char *doctor_word(struct doctor_report *report, const char *word)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    if (is_plain(word))
        return word;
    strbuf_addch(&b, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            strbuf_addstr(&b, "'\\''");
        else
            strbuf_addch(&b, *word);
    }
    strbuf_addch(&b, '\'');
    report->failed = report->failed || b.failed;
    return b.failed ? "" : doctor_printf(report, "%s", b.s);
}

void doctor_add_fix(struct doctor_report *report, struct doctor_finding finding,
                    const char *const *words)
{
    size_t n = 0;
    const char **own;

    while (words[n])
        n++;
    own = arena_calloc(report->arena, n + 1, sizeof *own);
    finding.command = "";
    for (size_t i = 0; own && i < n; i++) {
        own[i] = words[i];
        finding.command = doctor_printf(report, "%s%s%s", finding.command, i ? " " : "",
                                        doctor_word(report, words[i]));
    }
    report->failed = report->failed || !own;
    finding.fix = own;
    doctor_add(report, &finding);
}

int doctor_judge(const struct doctor_facts *facts, struct arena *arena, struct doctor_report *out,
                 struct cdi_error *err)
{
    size_t n = 0;

    while (doctor_checks[n].id)
        n++;
    *out = (struct doctor_report){.arena = arena};
    out->results = arena_calloc(arena, n, sizeof *out->results);
    if (!out->results)
        return cdi_error_nomem(err);
    for (; out->n < n; out->n++) {
        out->results[out->n].check = &doctor_checks[out->n];
        doctor_checks[out->n].judge(facts, out);
    }
    return out->failed ? cdi_error_nomem(err) : 0;
}
