/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is behind a device node: the PCI device, and of NVIDIA's what /proc says of the GPU and of
 * the MIG instance. The machine is only looked at, no driver is asked.
 */
#ifndef CDIKIT_CMD_HARDWARE_H
#define CDIKIT_CMD_HARDWARE_H

#include <cdikit/spec.h>

#include "generate/machine/migcaps.h"
#include "generate/machine/procfs.h"

struct root;

/* What a machine has. */
struct hardware {
    const struct root *root;
    struct arena *arena;
    struct procfs_gpu *gpus; /* by address */
    size_t n_gpus;
    struct migcaps caps;
};

/* A piece of hardware: a PCI device, or a compute instance (MIG) on one. */
struct hardware_unit {
    struct pci_address address;
    const struct procfs_gpu *gpu; /* NULL: not one of the NVIDIA driver's */
    size_t index;                 /* of the GPU, or MACHINE_NO_INDEX */
    bool mig;
    uint32_t gi, ci; /* of MIG */
};

/* Reads what the machine beneath a root has. `root` must outlive it. Errors: IO, NOMEM. */
int hardware_read(const struct root *root, struct arena *arena, struct hardware *out,
                  struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The units that the device nodes of some edits lead to, each once, by address and instance; a GPU
 * of which there are instances is not one of them itself. A node that leads nowhere, such as
 * /dev/null, is passed over. Errors: IO, NOMEM.
 */
int hardware_units(const struct hardware *hardware, const struct cdi_edits *edits,
                   struct hardware_unit **out, size_t *n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
