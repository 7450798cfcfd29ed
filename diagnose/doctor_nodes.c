/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of device nodes and of the links to them. */
#include <stdio.h>
#include <string.h>

#include "diagnose/doctor_judge.h"

/* True if the check is of no use on this node, which is said then. */
static bool passed(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->driver.other_kind)
        doctor_pass(report, "the driver of Tegra and WSL has other nodes");
    else if (!facts->driver.version.text)
        doctor_pass(report, "the NVIDIA driver is not loaded");
    else
        return !doctor_known(report, "/dev", facts->nodes.problem);
    return true;
}

static bool is_control(const struct doctor_node *node)
{
    return node->kind == DOCTOR_NODE_CONTROL || node->kind == DOCTOR_NODE_EXTRA;
}

/* A command that makes the node, where none that --fix may run does. */
static const char *make_command(const struct doctor_nodes *nodes, const struct doctor_node *node,
                                struct doctor_report *report)
{
    const char *option = *nodes->root ? " --dev-root " : "";

    if (is_control(node))
        return doctor_printf(report,
                             "nvidia-ctk system create-device-nodes --control-devices%s%s%s",
                             node->want_major < 0 ? " --load-kernel-modules" : "", option,
                             *option ? doctor_word(report, nodes->root) : "");
    if (node->kind == DOCTOR_NODE_GPU)
        return doctor_printf(report, "nvidia-modprobe -c %d", node->want_minor);
    return doctor_printf(report, "nvidia-modprobe -f /proc/driver/nvidia/capabilities/%s",
                         node->what);
}

static void judge_missing(const struct doctor_nodes *nodes, const struct doctor_node *node,
                          struct doctor_report *report)
{
    const char *const words[] = {"nvidia-ctk",
                                 "system",
                                 "create-device-nodes",
                                 "--control-devices",
                                 *nodes->root ? "--dev-root" : NULL,
                                 nodes->root,
                                 NULL};
    struct doctor_finding finding = {
        .state = node->kind == DOCTOR_NODE_EXTRA ? DOCTOR_WARNING : DOCTOR_PROBLEM,
        .path = node->path,
    };

    if (is_control(node) && node->want_major < 0)
        finding.message = "the device node does not exist, and its kernel module is not loaded";
    else
        finding.message = doctor_printf(report, "the device node of %s does not exist", node->what);
    if (is_control(node) && node->want_major >= 0) {
        doctor_add_fix(report, finding, words);
        return;
    }
    finding.command = make_command(nodes, node, report);
    doctor_add(report, &finding);
}

void doctor_judge_nodes(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_nodes *nodes = &facts->nodes;
    size_t n_there = 0;

    if (passed(facts, report))
        return;
    for (size_t i = 0; i < nodes->n; i++) {
        const struct doctor_node *node = &nodes->nodes[i];

        if (!doctor_known(report, node->path, node->problem))
            continue;
        if (!node->there)
            judge_missing(nodes, node, report);
        n_there += node->there;
    }
    if (n_there == nodes->n)
        doctor_add(report,
                   &(struct doctor_finding){
                       .state = DOCTOR_OK,
                       .message = doctor_printf(report, "all %zu device nodes exist", nodes->n),
                       .path = doctor_printf(report, "%s/dev", nodes->root)});
}

/* Looks at one node; true if it is what it should be. */
static bool judge_number(const struct doctor_nodes *nodes, const struct doctor_node *node,
                         struct doctor_report *report)
{
    struct doctor_finding finding = {.state = DOCTOR_PROBLEM, .path = node->path};

    if (!node->there || node->want_major < 0 || node->want_minor < 0)
        return true;
    if (node->character && (int)node->major == node->want_major &&
        (int)node->minor == node->want_minor)
        return true;
    if (node->character)
        finding.value = doctor_printf(report, "%u:%u", node->major, node->minor);
    finding.message = doctor_printf(
        report,
        node->character ? "the device node of %s leads elsewhere: the kernel says %d:%d"
                        : "this should be the device node of %s, %d:%d, and is none",
        node->what, node->want_major, node->want_minor);
    finding.command = doctor_printf(report, "rm %s%s && %s", node->character ? "" : "-r ",
                                    doctor_word(report, node->path),
                                    make_command(nodes, node, report));
    doctor_add(report, &finding);
    return false;
}

void doctor_judge_numbers(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_nodes *nodes = &facts->nodes;
    bool good = true;

    if (passed(facts, report))
        return;
    for (size_t i = 0; i < nodes->n; i++)
        good = judge_number(nodes, &nodes->nodes[i], report) && good;
    if (good)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = "device nodes have the numbers of the kernel",
                               .path = "/proc/devices",
                               .value = doctor_printf(report, "nvidia %d, nvidia-uvm %d",
                                                      nodes->majors.gpu, nodes->majors.uvm)});
}

void doctor_judge_permissions(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_nodes *nodes = &facts->nodes;
    bool good = true;

    if (passed(facts, report))
        return;
    for (size_t i = 0; i < nodes->n; i++) {
        const struct doctor_node *node = &nodes->nodes[i];

        if (!node->there || !node->character || !(node->want_mode & ~node->mode))
            continue;
        good = false;
        doctor_add(report,
                   &(struct doctor_finding){
                       .state = DOCTOR_WARNING,
                       .message = doctor_printf(report,
                                                "the device node of %s has mode %04o, and the "
                                                "driver was told %04o: not everybody who should "
                                                "can use it",
                                                node->what, (unsigned)node->mode,
                                                (unsigned)node->want_mode),
                       .path = node->path,
                       .value = doctor_printf(report, "%04o", (unsigned)node->mode),
                       .command = doctor_printf(report, "chmod %04o %s", (unsigned)node->want_mode,
                                                doctor_word(report, node->path))});
    }
    if (good)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = "device nodes have the mode that the driver was told",
                               .path = "/proc/driver/nvidia/params"});
}

static void add_wrong_link(const struct doctor_link *link, struct doctor_report *report)
{
    doctor_add(report,
               &(struct doctor_finding){
                   .state = DOCTOR_PROBLEM,
                   .message = doctor_printf(report, "the link does not lead to %s", link->device),
                   .path = link->path,
                   .command = doctor_printf(report, "ln -sfn %s %s",
                                            doctor_word(report, link->device), link->path)});
}

void doctor_judge_links(const struct doctor_facts *facts, struct doctor_report *report)
{
    static const char *const words[] = {"nvidia-ctk", "system", "create-dev-char-symlinks", NULL};
    const struct doctor_nodes *nodes = &facts->nodes;
    const struct doctor_link *missing = NULL;
    size_t n[3] = {0, 0, 0};

    if (!facts->host.systemd) {
        doctor_pass(report, "systemd does not run this node");
        return;
    }
    if (!doctor_known(report, "/dev", nodes->links_problem))
        return;
    for (size_t i = 0; i < nodes->n_links; i++) {
        const struct doctor_link *link = &nodes->links[i];

        n[link->state]++;
        if (link->state == DOCTOR_LINK_WRONG)
            add_wrong_link(link, report);
        else if (link->state == DOCTOR_LINK_MISSING && !missing)
            missing = link;
    }
    if (missing)
        doctor_add_fix(report,
                       (struct doctor_finding){
                           .state = DOCTOR_WARNING,
                           .message = doctor_printf(
                               report,
                               "%zu of %zu devices have no link, the first is %s: as the cgroup "
                               "driver of containers systemd takes such devices away when it "
                               "reloads",
                               n[DOCTOR_LINK_MISSING], nodes->n_links, missing->device),
                           .path = missing->path},
                       words);
    if (!nodes->n_links)
        doctor_pass(report, "there is no device node of the driver");
    else if (n[DOCTOR_LINK_RIGHT] == nodes->n_links)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = doctor_printf(report, "all %zu devices have their links",
                                                        nodes->n_links),
                               .path = "/dev/char"});
}
