/* SPDX-License-Identifier: Apache-2.0 */
/* Which GPUs are asked for, and what their devices are called. */
#ifndef CDIKIT_GENERATE_NAMES_H
#define CDIKIT_GENERATE_NAMES_H

#include "generate/generate.h"
#include "generate/machine/machine.h"

/*
 * Marks the GPUs that the ids select: indices, UUIDs, PCI addresses; the first "all" selects
 * every GPU, the first "none" nothing but the empty device, and either ends the list. No ids
 * mean "all". Errors: USAGE (no id), NOTFOUND (no such GPU).
 */
int names_select(struct machine *machine, const struct generate_strings *ids,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Names each selected, usable GPU by each strategy (n == 0: index and uuid). One that a strategy
 * cannot name gets a problem, and is unusable if no strategy names it. Errors: NOMEM.
 */
int names_assign(struct machine *machine, const enum generate_naming *naming, size_t n,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
