/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's ldconfig(8), in a container: it reads files that an image has made for it, so it is
 * given nothing but those. Neither the program nor a loader is ever the container's.
 */
#ifndef CDIKIT_HOOKS_LDCONFIG_EXEC_H
#define CDIKIT_HOOKS_LDCONFIG_EXEC_H

#include <cdikit/error.h>

struct rootfs;

/*
 * Runs it and waits for its end. `path` is the host's; where PATH.real is there that is taken, as
 * some distributions have a script in its place. It must be a static program that root alone can
 * change, and not set-user-ID. It runs as a sealed copy in namespaces of its own, with the
 * container's root as its own and empty directories over /proc, /sys and /dev, without an
 * environment, with the capabilities and system calls of work on files, and limits. Needs
 * CAP_SYS_ADMIN and Linux 5.2. Errors: USAGE (it is no such program), IO, UNSUPPORTED.
 */
int ldconfig_exec(const struct rootfs *root, const char *path,
                  struct cdi_error *err) CDI_MUST_CHECK;

#endif
