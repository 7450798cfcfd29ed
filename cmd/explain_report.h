/* SPDX-License-Identifier: Apache-2.0 */
/* What generating has looked for, told to a person. */
#ifndef CDIKIT_CMD_EXPLAIN_REPORT_H
#define CDIKIT_CMD_EXPLAIN_REPORT_H

#include "generate/generate.h"

/*
 * Prints the nodes and files of modes that have their own, by kind, and the driver's by what they
 * are good for: what was looked for, what was found and what that is in the container or, where
 * nothing was found, the places.
 */
void explain_report(const struct generate_report *report);

#endif
