/* SPDX-License-Identifier: Apache-2.0 */
/* Which device and file each edit of a container's configuration came from. */
#ifndef CDIKIT_CMD_EXPLAIN_H
#define CDIKIT_CMD_EXPLAIN_H

#include <cdikit/registry.h>

#include "cmd/command.h"

/* Prints the edits of n devices, all of which resolve, in the order of their application. */
int explain_devices(const struct call *call, const struct cdi_registry *registry,
                    const char *const *names, size_t n, bool json,
                    struct cdi_error *err) CDI_MUST_CHECK;

#endif
