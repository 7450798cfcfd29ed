/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of doctor have to say it with, and the checks. */
#ifndef CDIKIT_DIAGNOSE_DOCTOR_JUDGE_H
#define CDIKIT_DIAGNOSE_DOCTOR_JUDGE_H

#include "diagnose/doctor.h"
#include "diagnose/doctor_facts.h"

/* Adds a finding to the check that is under way. */
void doctor_add(struct doctor_report *report, const struct doctor_finding *finding);

/* Text in the report's arena; "" without memory, which the report remembers. */
const char *doctor_printf(struct doctor_report *report, const char *fmt, ...) CDI_PRINTF(2, 3);

/* Says that there is nothing to judge here, and why. */
void doctor_pass(struct doctor_report *report, const char *why);

/* True if it could be looked at; else says that it could not. */
bool doctor_known(struct doctor_report *report, const char *path, const char *problem);

/* The finding with a command that --fix may run; its words end with NULL. */
void doctor_add_fix(struct doctor_report *report, struct doctor_finding finding,
                    const char *const *words);

/* A word as a shell takes it. */
const char *doctor_word(struct doctor_report *report, const char *word);

/* True where NVIDIA's kernel module should be, or is: without it there are no nodes to judge. */
bool doctor_has_driver(const struct doctor_facts *facts);

/* Each is a row of doctor_checks. */
void doctor_judge_loaded(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_modules(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_libraries(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_nodes(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_numbers(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_permissions(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_links(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_dirs(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_documents(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_ignored(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_conflicts(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_shadowed(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_stale(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_leftover(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_live(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_programs(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_cdi(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_engine_dirs(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_runtimes(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_cgroup_drivers(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_selinux(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_cgroup(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_rootless(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_judge_units(const struct doctor_facts *facts, struct doctor_report *report);

#endif
