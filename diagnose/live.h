/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document against the node that it is used on: what it names must exist there and be what it
 * says. Sources: the CDI Go library's handling of deviceNodes (apply/host_node.h); the OCI
 * runtime-spec, config.md "Mounts" and "POSIX-platform Hooks".
 */
#ifndef CDIKIT_DIAGNOSE_LIVE_H
#define CDIKIT_DIAGNOSE_LIVE_H

#include <cdikit/validate.h>

struct root;

/*
 * Checks the edits of a document against the node beneath a root: all of them, or, unless `only`
 * is NULL, those that a container with this device of the document gets. Empty and relative paths
 * are passed over: cdi_spec_validate() reports them. Returns 0 with *out filled as that does, or
 * negative only without memory.
 */
int live_check(const struct cdi_spec *spec, const struct cdi_device *only, const struct root *root,
               struct cdi_findings *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
