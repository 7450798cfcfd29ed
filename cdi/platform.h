/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of machine this is, from files alone: no library is loaded. It is asked in this one
 * place, so that a document is generated, waited for and requested by the same rules.
 * Sources: Linux for Tegra (/etc/nv_tegra_release, /sys/devices/soc0/family, /dev/nvgpu/igpu0,
 * before L4T 36 /dev/nvhost-gpu); the driver's /proc/driver/nvidia/gpus/ADDRESS/information;
 * WSL's /usr/lib/wsl/lib.
 */
#ifndef CDIKIT_CDI_PLATFORM_H
#define CDIKIT_CDI_PLATFORM_H

#include <stdbool.h>

#include <cdikit/macros.h>

struct root;

/* Where WSL puts the library that knows of the GPUs of Windows. */
#define PLATFORM_DXCORE "/usr/lib/wsl/lib/libdxcore.so"

/* WSL that lends GPUs: PLATFORM_DXCORE is there. */
bool platform_is_wsl(const struct root *root);

/* The files of a Tegra system are there, whatever GPUs it has. */
bool platform_has_tegra_files(const struct root *root);

/*
 * A GPU of the chip itself is there (nvgpu has nodes for one, or the driver lists one), or the
 * files of a Tegra system are, and the driver lists no GPU at all.
 */
bool platform_is_tegra(const struct root *root);

/* True if a GPU's model (NULL: not known), or a text with it, is that of a chip's own GPU. */
bool platform_gpu_is_integrated(const char *model) CDI_PURE;

#endif
