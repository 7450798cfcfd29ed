/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libnvidia-sandboxutils: the driver's own list of the files that a GPU needs in a container.
 * Opened, initialised once, asked, shut down and closed within sandboxutils_read().
 */
#ifndef CDIKIT_GENERATE_MACHINE_SANDBOXUTILS_H
#define CDIKIT_GENERATE_MACHINE_SANDBOXUTILS_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;

enum sandbox_file {
    SANDBOX_GPU_NODE, /* /dev/nvidiaN */
    SANDBOX_DRM_NODE, /* /dev/dri/cardN, renderDN */
    SANDBOX_DRM_LINK, /* below /dev/dri/by-path */
    SANDBOX_CAP_NODE, /* /dev/nvidia-caps/nvidia-capN */
};

struct sandbox_resource {
    enum sandbox_file type;
    const char *path;    /* on the host, the driver root before it, as the library gave it */
    const char *content; /* SANDBOX_DRM_LINK: the link's text */
};

/* What one device needs. */
struct sandbox_device {
    const char *uuid;
    struct sandbox_resource *resources; /* in the library's order */
    size_t n;
    const char *problem; /* why the library could not be asked about it, or NULL */
};

struct sandbox_facts {
    const char *driver_version;     /* NULL if unknown */
    struct sandbox_device *devices; /* one for each of the uuids asked for, in their order */
    size_t n_devices;
};

/*
 * Asks about devices by their UUIDs ("GPU-...", "MIG-..."). `driver_root` is told to the library,
 * "/" for the host's top. Errors: NOTFOUND (it cannot be opened), UNSUPPORTED (a symbol is
 * missing, or its initialisation failed), NOMEM.
 */
int sandboxutils_read(const char *library, const char *driver_root, const char *const *uuids,
                      size_t n_uuids, struct arena *arena, struct sandbox_facts *out,
                      struct cdi_error *err) CDI_MUST_CHECK;

#endif
