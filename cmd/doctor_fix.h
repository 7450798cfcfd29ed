/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit doctor --fix: running the repairs that are safe. */
#ifndef CDIKIT_CMD_DOCTOR_FIX_H
#define CDIKIT_CMD_DOCTOR_FIX_H

#include "cmd/command.h"

struct doctor_report;

/* A command that was run. */
struct doctor_repair {
    const char *command;
    int status; /* as a shell has it: 128 + N if signal N ended it */
};

struct doctor_repairs {
    struct doctor_repair *items;
    size_t n;
};

/*
 * Runs the commands of the report that are marked for it, each once and in order, and says so on
 * standard error, where their output goes, too. They are commands of this program, which is run
 * for them, without the variables that stand for options. A command that fails ends nothing: the
 * next look shows what is left. Errors: IO (no process can be started), NOMEM.
 */
int doctor_fix(const struct call *call, const struct doctor_report *report,
               struct doctor_repairs *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
