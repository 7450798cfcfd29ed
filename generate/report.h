/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a probed machine beside the document. */
#ifndef CDIKIT_GENERATE_REPORT_H
#define CDIKIT_GENERATE_REPORT_H

#include "generate/generate.h"
#include "generate/machine/machine.h"

/* Copies the problems of selected devices and the notes into the report. Errors: NOMEM. */
int report_fill(const struct machine *machine, struct generate_report *report,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Something must be left to write about, and nothing be missing that was asked for by its id:
 * else NOTFOUND, with what the report says of the devices.
 */
int report_check(const struct machine *machine, const struct generate_report *report,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* "1 of 2 GPUs, driver 580.65.06, 45 driver files (20 compute, ...)"; NULL without memory. */
const char *report_summary(const struct machine *machine, struct arena *arena);

#endif
