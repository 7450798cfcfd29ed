/* SPDX-License-Identifier: Apache-2.0 */
/* DRM devices of a PCI function (kernel: Documentation/gpu/drm-uapi.rst; udev: by-path links). */
#ifndef CDIKIT_GENERATE_MACHINE_DRM_H
#define CDIKIT_GENERATE_MACHINE_DRM_H

#include <stddef.h>

#include <cdikit/error.h>

#include "generate/machine/machine.h"

struct root;

/*
 * The names that a function's DRM devices have below /dev/dri, sorted ("card1",
 * "renderD129"), in *names; none if it has no DRM driver. `system` holds /sys.
 */
int drm_names(const struct root *system, const char *pci_name, struct arena *arena,
              const char ***names, size_t *n, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds the links /dev/dri/by-path/pci-NAME-card and -render that lead to one of the nodes to an
 * array of links. `dev` holds /dev.
 */
int drm_by_path_links(const struct root *dev, const char *pci_name,
                      const struct machine_node *nodes, size_t n_nodes, struct arena *arena,
                      struct machine_link **links, size_t *n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
