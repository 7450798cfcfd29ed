/* SPDX-License-Identifier: Apache-2.0 */
/* What NVIDIA's containers need beside nodes and files, whatever mode has found those. */
#ifndef CDIKIT_GENERATE_NVIDIA_H
#define CDIKIT_GENERATE_NVIDIA_H

#include "generate/driver/links.h"
#include "generate/machine/machine.h"
#include "generate/vendor.h"

#define NVIDIA_HOOK_CREATE_SYMLINKS     "create-symlinks"
#define NVIDIA_HOOK_ENABLE_CUDA_COMPAT  "enable-cuda-compat"
#define NVIDIA_HOOK_UPDATE_LDCACHE      "update-ldcache"
#define NVIDIA_HOOK_NO_NODE_CHANGES     "disable-device-node-modification"
#define NVIDIA_HOOK_APPLICATION_PROFILE "update-application-profile"
#define NVIDIA_HOOK_CHMOD               "chmod"

extern const struct vendor vendor_nvidia;

/*
 * Adds the hooks and the environment that follow from the machine's driver and devices.
 * ldconfig_path is what the update-ldcache hook is told to use, NULL: nothing. Errors: NOMEM.
 */
int nvidia_add_edits(struct machine *machine, const char *ldconfig_path,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* The same for containers that manage GPUs: without graphics and application profiles. */
int nvidia_add_management_edits(struct machine *machine, const char *ldconfig_path,
                                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The pieces of that, for modes whose containers need less. Hooks run in the order in which they
 * are added. All are false without memory.
 */

/* What the enable-cuda-compat hook compares with; NULL is left out. */
struct nvidia_compat {
    const char *driver_version;
    const char *cuda_version;   /* "12.8" */
    const char *container_root; /* where the container's compatibility libraries are */
};

bool nvidia_hook_links(struct machine *machine, const struct driver_links *links);
bool nvidia_hook_compat(struct machine *machine, const struct nvidia_compat *compat);

/* The directories of the driver's libraries in the container, each once. */
bool nvidia_library_folders(const struct machine *machine, struct driver_links *out);

/* Without folders there is no hook. */
bool nvidia_hook_ldcache(struct machine *machine, const struct driver_links *folders,
                         const char *ldconfig_path);

/* The hooks of each device: links to its DRM devices, modes of folders. */
bool nvidia_device_hooks(struct machine *machine);

/* NVIDIA_VISIBLE_DEVICES=void: the legacy hook leaves a container alone that has it. */
bool nvidia_env_visible(struct machine *machine);

#endif
