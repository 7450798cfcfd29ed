/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes beneath a dev root. */
#ifndef CDIKIT_GENERATE_MACHINE_NODES_H
#define CDIKIT_GENERATE_MACHINE_NODES_H

#include <stdbool.h>
#include <stddef.h>

#include "generate/machine/machine.h"

struct root;

/* A root whose /dev is used, and what stands before its paths on the host. */
struct dev_root {
    const struct root *root;
    const char *prefix; /* "" for "/" */
};

/*
 * Adds the character device at `path` to an array of nodes. *problem is NULL then, or else says
 * why it was not added, e.g. "/dev/nvidia3 does not exist". Errors: NOMEM.
 */
int nodes_add(const struct dev_root *dev, const char *path, struct arena *arena,
              struct machine_node **nodes, size_t *n, const char **problem,
              struct cdi_error *err) CDI_MUST_CHECK;

/* Whether a node of an array has this path in the container. */
bool nodes_have(const struct machine_node *nodes, size_t n, const char *path) CDI_PURE;

#endif
