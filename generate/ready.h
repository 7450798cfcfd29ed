/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the driver has come up, by what the kernel shows of it: no library is loaded. */
#ifndef CDIKIT_GENERATE_READY_H
#define CDIKIT_GENERATE_READY_H

#include "generate/generate.h"

/*
 * What the driver still lacks for the mode, in *missing ("GPU 0000:3b:00.0 is not in
 * /proc/driver/nvidia/gpus"), from the arena; NULL if it is ready: the module is loaded, and it
 * shows every GPU that is bound to it. For mode pci, and for auto and nvml where NVML is not
 * asked, each must have a UUID and a node, too; NVML itself starts the GPUs and makes their nodes.
 * Modes that describe no single GPU need the module alone. The modes of other drivers, csv and wsl
 * are always ready, and so is auto where one of these two will be chosen. Errors: those of the
 * roots (one that does not exist yet is missing, and no error), IO, NOMEM.
 */
int driver_ready(const struct generate_options *options, struct arena *arena, const char **missing,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
