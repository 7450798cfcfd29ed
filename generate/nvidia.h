/* SPDX-License-Identifier: Apache-2.0 */
/* What NVIDIA's containers need beside nodes and files, whatever mode has found those. */
#ifndef CDIKIT_GENERATE_NVIDIA_H
#define CDIKIT_GENERATE_NVIDIA_H

#include "generate/vendor.h"

#define NVIDIA_HOOK_CREATE_SYMLINKS     "create-symlinks"
#define NVIDIA_HOOK_ENABLE_CUDA_COMPAT  "enable-cuda-compat"
#define NVIDIA_HOOK_UPDATE_LDCACHE      "update-ldcache"
#define NVIDIA_HOOK_NO_NODE_CHANGES     "disable-device-node-modification"
#define NVIDIA_HOOK_APPLICATION_PROFILE "update-application-profile"
#define NVIDIA_HOOK_CHMOD               "chmod"

extern const struct vendor vendor_nvidia;

/*
 * Adds the hooks and the environment that follow from the machine's driver and GPUs.
 * ldconfig_path is what the update-ldcache hook is told to use, NULL: nothing. Errors: NOMEM.
 */
int nvidia_add_edits(struct machine *machine, const char *ldconfig_path,
                     struct cdi_error *err) CDI_MUST_CHECK;

#endif
