/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/gpu.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/drm.h"

const char *const gpu_control_paths[] = {
    "/dev/nvidia-modeset", "/dev/nvidia-uvm-tools", "/dev/nvidia-uvm", "/dev/nvidiactl", NULL,
};

bool gpu_is_unlisted(const char *model, bool mig)
{
    static const char *const displays[] = {"DGX Display", "NVIDIA DGX Display"};

    for (size_t i = 0; model && i < ARRAY_SIZE(displays); i++)
        if (strcmp(model, displays[i]) == 0)
            return true;
    return mig;
}

int gpu_control_nodes(struct probe *p, struct machine_node **nodes, size_t *n,
                      struct cdi_error *err)
{
    for (const char *const *path = gpu_control_paths; *path; path++) {
        const char *problem;
        int r = nodes_add(&p->dev, *path, p->machine->arena, nodes, n, &problem, err);

        if (r == 0 && problem)
            r = machine_note(p->machine, *path, err, "%s", problem);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A node without which the device is of no use. `path` is NULL without memory. */
static int add_needed(struct probe *p, struct machine_device *device, const char *path,
                      struct cdi_error *err)
{
    const char *problem;
    int r;

    if (!path)
        return cdi_error_nomem(err);
    r = nodes_add(&p->dev, path, p->machine->arena, &device->nodes, &device->n_nodes, &problem,
                  err);
    if (r == 0 && problem)
        machine_reject(device, problem);
    return r;
}

int gpu_add_drm(struct probe *p, struct machine_device *device, const char *pci_name,
                struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    const char **names;
    size_t n;
    int r = drm_names(&p->roots->system, pci_name, arena, &names, &n, err);

    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *path = arena_printf(arena, "/dev/dri/%s", names[i]), *problem = NULL;

        if (!path)
            return cdi_error_nomem(err);
        r = nodes_add(&p->dev, path, arena, &device->nodes, &device->n_nodes, &problem, err);
        if (r == 0 && problem)
            r = machine_note(p->machine, pci_name, err, "without its DRM device: %s", problem);
    }
    if (r < 0)
        return r;
    return drm_by_path_links(p->dev.root, pci_name, device->nodes, device->n_nodes, arena,
                             &device->links, &device->n_links, err);
}

static int add_cap(struct probe *p, struct machine_device *device, int64_t minor,
                   const char *capability, struct cdi_error *err)
{
    const char *path;

    if (device->unusable)
        return 0;
    if (minor < 0) {
        machine_reject(device, capability);
        return 0;
    }
    path = arena_printf(p->machine->arena, "/dev/nvidia-caps/nvidia-cap%lld", (long long)minor);
    return add_needed(p, device, path, err);
}

/* The two capability devices without which a MIG device cannot be used. */
static int add_caps(struct probe *p, struct machine_device *device, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    const struct migcaps *caps;
    uint32_t gpu = (uint32_t)device->minor;
    int r = probe_caps(p, &caps, &problem);

    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        const char *text = arena_strdup(p->machine->arena, problem.message);

        machine_reject(device, text);
        return text ? 0 : cdi_error_nomem(err);
    }
    r = add_cap(p, device, migcaps_gpu_instance(caps, gpu, device->gi),
                MIGCAPS_MINORS " has no capability of its GPU instance", err);
    if (r < 0)
        return r;
    return add_cap(p, device, migcaps_compute_instance(caps, gpu, device->gi, device->ci),
                   MIGCAPS_MINORS " has no capability of its compute instance", err);
}

int gpu_describe(struct probe *p, struct machine_device *device, struct cdi_error *err)
{
    int r = add_needed(p, device,
                       arena_printf(p->machine->arena, "/dev/nvidia%lld", (long long)device->minor),
                       err);

    if (r == 0 && device->kind == MACHINE_MIG && !device->unusable)
        r = add_caps(p, device, err);
    if (r < 0 || device->unusable || !device->pci_name ||
        (device->kind == MACHINE_MIG && !device->graphics))
        return r;
    return gpu_add_drm(p, device, device->pci_name, err);
}
