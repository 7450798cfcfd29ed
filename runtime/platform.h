/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of machine this is, from files alone: no library is loaded. */
#ifndef CDIKIT_RUNTIME_PLATFORM_H
#define CDIKIT_RUNTIME_PLATFORM_H

#include "apply/request.h"

struct root;

/*
 * Tegra: a GPU of the chip itself is there (nvgpu has nodes for one, or the driver lists one), or
 * the files of a Tegra system are, and the driver lists no GPU at all.
 * Sources: Linux for Tegra (/etc/nv_tegra_release, /sys/devices/soc0/family, /dev/nvgpu/igpu0,
 * before L4T 36 /dev/nvhost-gpu); the driver's /proc/driver/nvidia/gpus/ADDRESS/information.
 */
enum request_platform platform_detect(const struct root *root);

#endif
