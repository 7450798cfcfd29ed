/* SPDX-License-Identifier: Apache-2.0 */
/* The device nodes of NVIDIA GPUs and MIG devices, whichever mode has listed them. */
#ifndef CDIKIT_GENERATE_GPU_H
#define CDIKIT_GENERATE_GPU_H

#include "generate/probe.h"

/*
 * Sets aside the GPUs of which "all" does not consist: those with MIG enabled, whose MIG devices
 * stand for them, and those that only drive a display (DGX Station). `mig` tells of the first.
 */
bool gpu_is_unlisted(const char *model, bool mig);

/*
 * Adds the nodes of a device and, where it can do graphics, the DRM devices of its GPU and their
 * by-path links. What it cannot do without and is not there makes it unusable. Errors: IO, NOMEM.
 */
int gpu_describe(struct probe *p, struct machine_device *device,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* Adds the DRM devices of the GPU at a PCI address, and their by-path links. Errors: IO, NOMEM. */
int gpu_add_drm(struct probe *p, struct machine_device *device, const char *pci_name,
                struct cdi_error *err) CDI_MUST_CHECK;

/* Adds the nodes that every GPU needs; those that are not there are noted. Errors: NOMEM. */
int gpu_control_nodes(struct probe *p, struct machine_node **nodes, size_t *n,
                      struct cdi_error *err) CDI_MUST_CHECK;

/* The paths of those, ending with NULL. */
extern const char *const gpu_control_paths[];

#endif
