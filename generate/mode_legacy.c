/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modes graphics and cuda-compat: what the container runtime adds where nvidia-container-cli
 * puts the GPUs into the container. One device "all", and nothing that tells the prestart hook to
 * leave the container alone.
 */
#include "base/arena.h"
#include "generate/gpu.h"
#include "generate/nvidia.h"

/* The driver's version: that of the loaded module, or else that of the libraries. */
static int find_driver(struct probe *p, enum driver_scope scope, struct cdi_error *err)
{
    int r = probe_module_version(p, err);

    return r == 0 ? probe_driver(p, p->module_version, scope, err) : r;
}

/* The DRM devices of all selected GPUs become those of the one device. */
static int merge_drm(struct probe *p, struct machine_device *all, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->machine->n_devices; i++) {
        struct machine_device *device = &p->machine->devices[i];

        if (device == all || !device->selected)
            continue;
        device->selected = false;
        if (device->pci_name)
            r = gpu_add_drm(p, all, device->pci_name, err);
    }
    return r;
}

static int mount_files(struct machine *machine, struct machine_device *all, struct cdi_error *err)
{
    struct driver *driver = &machine->driver;

    all->mounts = arena_calloc(machine->arena, driver->n_files, sizeof *all->mounts);
    if (!all->mounts)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < driver->n_files; i++)
        if (driver->files[i].kind != DRIVER_LINK_SOURCE)
            all->mounts[all->n_mounts++] = (struct machine_mount){driver->files[i].host_path,
                                                                  driver->files[i].path};
    driver->n_files = 0;
    return 0;
}

static int describe_graphics(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    /* It must not be held while devices are added. */
    struct machine_device *all = machine_add_named(machine, "all", err);
    struct driver_links links;
    int r = all ? merge_drm(p, all, err) : -CDI_ERR_NOMEM;

    if (r == 0)
        r = find_driver(p, DRIVER_GRAPHICS_STACK, err);
    if (r < 0)
        return r;
    machine->empty_device = false;
    machine->by_id = false;
    if (!driver_graphics_links(&machine->driver, machine->arena, &links) ||
        !nvidia_device_hooks(machine) || !nvidia_hook_links(machine, &links))
        return cdi_error_nomem(err);
    if ((r = mount_files(machine, all, err)) == 0 && !all->n_mounts && !all->n_nodes)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "mode graphics: the driver has no files for graphics, and the GPUs "
                             "have no DRM devices");
    return r;
}

static int list_nothing(struct probe *p, struct cdi_error *err)
{
    (void)p;
    (void)err;
    return 0;
}

/* The one thing that is looked for tells the version. */
static int account_libraries(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    const struct driver *driver = &machine->driver;
    const char *pattern = arena_printf(machine->arena, "lib*.so.%s", driver->version);
    int r = pattern ? account_begin(&machine->account, "libraries", "", pattern, err)
                    : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < driver->n_library_dirs; i++)
        r = account_hit(&machine->account, p->roots->driver_prefix, driver->library_dirs[i], err);
    return r;
}

static int describe_compat(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    struct machine_device *all = machine_add_named(machine, "all", err);
    struct nvidia_compat compat = {0};
    int r = all ? find_driver(p, DRIVER_VERSION_ONLY, err) : -CDI_ERR_NOMEM;

    if (r == 0)
        r = account_libraries(p, err);
    if (r < 0)
        return r;
    compat.driver_version = machine->driver.version;
    if (!nvidia_hook_compat(machine, &compat))
        return cdi_error_nomem(err);
    /* The hook is all that there is of the device. */
    all->hooks = machine->hooks;
    machine->hooks = (struct machine_hooks){NULL, 0};
    return 0;
}

/* GPUs are known by /proc: indices, UUIDs and addresses are those of mode pci. */
static int list_graphics(struct probe *p, struct cdi_error *err)
{
    return mode_pci.list(p, err);
}

const struct mode mode_graphics = {
    .vendor = &vendor_nvidia, .list = list_graphics, .describe = describe_graphics};
const struct mode mode_cuda_compat = {
    .vendor = &vendor_nvidia, .own_ids = true, .list = list_nothing, .describe = describe_compat};
