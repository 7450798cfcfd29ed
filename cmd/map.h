/* SPDX-License-Identifier: Apache-2.0 */
/* Which names are the same device, and which hardware that is. */
#ifndef CDIKIT_CMD_MAP_H
#define CDIKIT_CMD_MAP_H

#include <cdikit/registry.h>

#include "cmd/command.h"

/*
 * Prints the devices that can be requested, each once with all its names: those of one kind whose
 * edits are equal, and the edits of their documents, too. `root` is where the machine is looked
 * at, NULL for the host. Errors: IO, UNSUPPORTED (root_open()), NOMEM.
 */
int map_print(const struct call *call, const struct cdi_registry *registry, const char *root,
              bool json, struct cdi_error *err) CDI_MUST_CHECK;

#endif
