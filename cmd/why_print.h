/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of cdikit why: lines for people, or one JSON object. */
#ifndef CDIKIT_CMD_WHY_PRINT_H
#define CDIKIT_CMD_WHY_PRINT_H

#include "cmd/command.h"
#include "diagnose/why.h"

/* Prints one answer. */
void why_print(const struct call *call, const struct why_answer *answer);

/* Prints n answers, and where was looked. */
int why_print_json(const struct call *call, const struct why_facts *facts,
                   const struct why_answer *answers, size_t n,
                   struct cdi_error *err) CDI_MUST_CHECK;

#endif
