/* SPDX-License-Identifier: Apache-2.0 */
/* Which device and file each edit of a container's configuration came from. */
#ifndef CDIKIT_CMD_EXPLAIN_H
#define CDIKIT_CMD_EXPLAIN_H

#include <cdikit/oci.h>
#include <cdikit/registry.h>

#include "apply/request.h"
#include "cmd/command.h"

/* The edits of a request, which of them count, and what is said of each. */
struct explanation {
    const struct call *call;
    const struct request *request; /* how it was understood; NULL: the devices were named */
    struct explained *lines;
    size_t n;
};

/*
 * Finds the edits of n devices, all of which resolve, and which of them have an effect on the
 * configuration as it is now, before they are applied. Lives as long as the call.
 */
int explain_devices(struct explanation *e, const struct call *call,
                    const struct cdi_registry *registry, const char *const *names, size_t n,
                    struct cdi_oci *oci, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Prints how the request was understood, then the edits that have an effect, grouped by device,
 * those of a document before its devices.
 */
int explain_print(const struct explanation *e, bool json, struct cdi_error *err) CDI_MUST_CHECK;

#endif
