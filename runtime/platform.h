/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of machine this is, by files alone: no vendor library is loaded for a container. */
#ifndef CDIKIT_RUNTIME_PLATFORM_H
#define CDIKIT_RUNTIME_PLATFORM_H

#include "apply/request.h"
#include "base/root.h"

/*
 * TEGRA if the system is NVIDIA's Linux for Tegra (/etc/nv_tegra_release, or the SoC's family in
 * sysfs) and its integrated GPU is in use: the kernel module nvgpu is loaded, or the driver for
 * discrete GPUs lists none, or an integrated one.
 */
enum request_platform platform_detect(const struct root *root);

#endif
