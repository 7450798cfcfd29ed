/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the host that documents are used on. */
#include <stdio.h>
#include <string.h>

#include "diagnose/doctor_judge.h"

#define OTHERS_READ  04
#define OTHERS_ENTER 05

static bool text_is(const struct doctor_text *text, const char *value)
{
    return text->text && strcmp(text->text, value) == 0;
}

void doctor_judge_selinux(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_text *enforce = &facts->host.selinux_enforce;
    const struct doctor_text *devices = &facts->host.selinux_devices;
    struct doctor_finding finding = {.state = DOCTOR_OK, .path = devices->path};

    if (!doctor_known(report, enforce->path, enforce->problem))
        return;
    if (!enforce->text) {
        doctor_pass(report, "this kernel runs without SELinux");
        return;
    }
    if (!text_is(enforce, "1")) {
        finding.path = enforce->path;
        finding.value = enforce->text;
        finding.message = "SELinux only logs what it would forbid";
        doctor_add(report, &finding);
        return;
    }
    if (!doctor_known(report, devices->path, devices->problem))
        return;
    finding.value = devices->text;
    if (!devices->text) {
        finding.message = "SELinux is enforcing, and its policy has no boolean "
                          "container_use_devices: containers are not confined by it, or may use "
                          "no device";
        finding.state = DOCTOR_WARNING;
        finding.hint = "install container-selinux where containers get \"Permission denied\"";
    } else if (*devices->text == '1') {
        finding.message = "SELinux is enforcing, and lets containers use devices";
    } else {
        finding.state = DOCTOR_WARNING;
        finding.message = "SELinux is enforcing, and forbids containers to use devices";
        finding.hint = "or, for one container alone: --security-opt label=disable";
        finding.command = "setsebool -P container_use_devices on";
    }
    doctor_add(report, &finding);
}

void doctor_judge_cgroup(const struct doctor_facts *facts, struct doctor_report *report)
{
    static const struct {
        enum doctor_state state;
        const char *value, *message, *hint;
    } said[] = {
        [DOCTOR_CGROUP_NONE] = {DOCTOR_PROBLEM, NULL, "no control groups are mounted",
                                "engines cannot start containers without them: mount cgroup2"},
        [DOCTOR_CGROUP_V1] = {DOCTOR_WARNING, "v1",
                              "control groups are of version 1: those of users cannot limit "
                              "devices, and new engines and systemd do without it",
                              "boot with systemd.unified_cgroup_hierarchy=1"},
        [DOCTOR_CGROUP_HYBRID] = {DOCTOR_WARNING, "hybrid",
                                  "control groups are of version 1, beside version 2 without "
                                  "controllers: new engines and systemd do without it",
                                  "boot with systemd.unified_cgroup_hierarchy=1"},
        [DOCTOR_CGROUP_V2] = {DOCTOR_OK, "v2", "control groups are of version 2", NULL},
    };
    const struct doctor_host *host = &facts->host;
    const char *manager = host->systemd ? ", and systemd manages them" : "";

    if (!doctor_known(report, "/sys/fs/cgroup", host->cgroup_problem))
        return;
    doctor_add(report,
               &(struct doctor_finding){
                   .state = said[host->cgroup].state,
                   .message = doctor_printf(report, "%s%s", said[host->cgroup].message,
                                            host->cgroup == DOCTOR_CGROUP_V2 ? manager : ""),
                   .path = "/sys/fs/cgroup",
                   .value = said[host->cgroup].value,
                   .hint = said[host->cgroup].hint});
}

static void add_unreadable(const char *path, mode_t mode, const char *give,
                           struct doctor_report *report)
{
    doctor_add(report,
               &(struct doctor_finding){.state = DOCTOR_WARNING,
                                        .message = "engines that users run cannot read this",
                                        .path = path,
                                        .value = doctor_printf(report, "%04o", (unsigned)mode),
                                        .command = doctor_printf(report, "chmod %s %s", give,
                                                                 doctor_word(report, path))});
}

static void judge_readable(const struct doctor_specs *specs, struct doctor_report *report)
{
    for (size_t i = 0; i < DOCTOR_DIRS; i++) {
        const struct doctor_dir *dir = &specs->dirs[i];

        if (dir->there && (dir->mode & OTHERS_ENTER) != OTHERS_ENTER)
            add_unreadable(dir->path, dir->mode, "o+rx", report);
    }
    for (size_t i = 0; i < specs->n; i++) {
        const struct doctor_document *document = &specs->documents[i];

        if (!document->ignored && !(document->mode & OTHERS_READ))
            add_unreadable(document->path, document->mode, "o+r", report);
    }
}

/* A switch of the kernel that keeps users from having namespaces. */
static void judge_switch(const struct doctor_text *text, const char *command,
                         struct doctor_report *report)
{
    if (doctor_known(report, text->path, text->problem) && text_is(text, "0"))
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_WARNING,
                               .message = "the kernel gives users no namespaces of their own, "
                                          "which their containers need",
                               .path = text->path,
                               .value = text->text,
                               .command = command});
}

void doctor_judge_rootless(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_host *host = &facts->host;
    const struct doctor_result *result = &report->results[report->n];

    if (!doctor_known(report, host->subuid.path, host->subuid.problem))
        return;
    if (!host->subuid.text || !*host->subuid.text) {
        doctor_pass(report, "no user may run containers: /etc/subuid has none");
        return;
    }
    judge_switch(&host->max_user_namespaces, "sysctl -w user.max_user_namespaces=15000", report);
    judge_switch(&host->userns_clone, "sysctl -w kernel.unprivileged_userns_clone=1", report);
    if (doctor_known(report, host->subgid.path, host->subgid.problem) &&
        (!host->subgid.text || !*host->subgid.text))
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_WARNING,
                               .message = "users have user ids for containers, and no group ids",
                               .path = host->subgid.path,
                               .hint = "give each of /etc/subuid a range with usermod "
                                       "--add-subgids"});
    judge_readable(&facts->specs, report);
    if (!result->n)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = "users can run containers, and read the documents",
                               .path = host->subuid.path});
}

void doctor_judge_units(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_unit *units = facts->host.units;
    bool ours = units[0].enabled || units[1].enabled;
    bool theirs = units[2].enabled || units[3].enabled;
    struct doctor_finding finding = {.state = DOCTOR_WARNING,
                                     .path = "/etc/systemd/system/multi-user.target.wants"};

    if (!facts->host.systemd) {
        doctor_pass(report, "systemd does not run this node");
        return;
    }
    if (!doctor_has_driver(facts) && !facts->driver.other_kind) {
        doctor_pass(report, "there is no NVIDIA GPU");
        return;
    }
    if (ours && theirs) {
        finding.message = "cdikit and nvidia-ctk both write the documents, by units of their own";
        finding.command = "systemctl disable --now nvidia-cdi-refresh.path "
                          "nvidia-cdi-refresh.service";
    } else if (ours || theirs) {
        finding.state = DOCTOR_OK;
        finding.message = "a service keeps the documents up to date";
        finding.value = ours               ? units[0].enabled ? units[0].name : units[1].name
                        : units[2].enabled ? units[2].name
                                           : units[3].name;
    } else {
        finding.message = "nothing writes the documents again at boot, which empties /var/run, and "
                          "after an update of the driver";
        finding.command = "systemctl enable --now cdikit-refresh.service cdikit-refresh.path";
    }
    doctor_add(report, &finding);
}
