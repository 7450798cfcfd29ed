/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of nvidia-ctk system share: kernel modules and control device nodes. */
#ifndef CDIKIT_CMD_CTK_SYSTEM_H
#define CDIKIT_CMD_CTK_SYSTEM_H

#include "cmd/command.h"
#include "generate/machine/majors.h"

/*
 * Loads the driver's kernel modules with the modprobe of a root directory, which is "/" or gets
 * chroot(2)ed to; with dry_run only says so. Ends at the first that fails.
 */
int system_load_modules(const struct call *call, const char *root, bool dry_run,
                        struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Makes the device nodes of nvidiactl, nvidia-modeset, nvidia-uvm and nvidia-uvm-tools, mode
 * 0666, in DEV_ROOT/dev, which is resolved inside dev_root and must exist. What has such a name,
 * of whatever kind, stays. With dry_run it only says what it would do.
 */
int system_make_nodes(const struct call *call, const char *dev_root, const struct majors *majors,
                      bool dry_run, struct cdi_error *err) CDI_MUST_CHECK;

/* Reads the majors of this machine. */
int system_majors(struct majors *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
