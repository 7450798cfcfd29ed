/* SPDX-License-Identifier: Apache-2.0 */
/* What the host knows about a device node, and completing a CDI device node by it. */
#ifndef CDIKIT_APPLY_HOST_NODE_H
#define CDIKIT_APPLY_HOST_NODE_H

#include <stdint.h>

#include <cdikit/spec.h>

struct root;

/* What lstat(2) says: a symlink to a device is not a device. */
struct host_node {
    int error;          /* errno of lstat(2), 0 if it succeeded */
    char type;          /* 'b', 'c', 'p', or 0 for what is not a device node */
    int64_t major;      /* 0 for a FIFO */
    int64_t minor;      /* 0 for a FIFO */
    uint32_t file_mode; /* without the bits of the type */
};

/* Reads the facts of a path, beneath a root unless root->fd is -1. */
void host_node_read(const struct root *root, const char *path, struct host_node *out);

/* The node's path on the host. */
const char *host_node_path(const struct cdi_device_node *node);

/* False if there is nothing that host_node_complete() could take from the host's node. */
bool host_node_needed(const struct cdi_device_node *node);

/*
 * Fills what a CDI device node leaves open from the host's node. Fails if that is not possible
 * (NOTFOUND, IO), or the types differ (INVALID). A node whose type and numbers are given needs
 * no node on the host. Source: the CDI Go library's handling of deviceNodes.
 */
int host_node_complete(struct cdi_device_node *node, const struct host_node *host,
                       struct cdi_error *err) CDI_MUST_CHECK;

#endif
