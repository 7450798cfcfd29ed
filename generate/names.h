/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices are asked for, and what they are called in the document. */
#ifndef CDIKIT_GENERATE_NAMES_H
#define CDIKIT_GENERATE_NAMES_H

#include "generate/generate.h"
#include "generate/machine/machine.h"

/*
 * Marks the devices that the ids select: indices of GPUs and MIG devices ("0", "0:1"), UUIDs, PCI
 * addresses; the first "all" selects every listed device, the first "none" nothing but the empty
 * device, and either ends the list. No ids mean "all". Errors: USAGE (no id, a device twice),
 * NOTFOUND (no such device).
 */
int names_select(struct machine *machine, const struct generate_strings *ids,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* True if one of the ids is "none". */
bool names_have_none(const struct generate_strings *ids);

/*
 * Names each selected, usable device that has no name of its own by each strategy (n == 0: index
 * and uuid). One that a strategy cannot name gets a problem, unless that is its nature
 * (`nameless`), and is unusable if no strategy names it. Errors: USAGE (a strategy twice), NOMEM.
 */
int names_assign(struct machine *machine, const enum generate_naming *naming, size_t n,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
