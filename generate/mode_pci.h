/* SPDX-License-Identifier: Apache-2.0 */
/* Mode pci: NVIDIA GPUs by the PCI bus and /proc/driver/nvidia, without any vendor library. */
#ifndef CDIKIT_GENERATE_MODE_PCI_H
#define CDIKIT_GENERATE_MODE_PCI_H

#include "generate/machine/machine.h"
#include "generate/roots.h"

/*
 * Fills *machine, whose arena is set. GPUs that cannot be described are there with their
 * problem. Errors: NOTFOUND (driver not loaded, no GPU, no driver libraries), UNSUPPORTED (sysfs
 * that libpci cannot read), IO, NOMEM.
 */
int mode_pci_probe(const struct generate_options *options, const struct roots *roots,
                   struct machine *machine, struct cdi_error *err) CDI_MUST_CHECK;

#endif
