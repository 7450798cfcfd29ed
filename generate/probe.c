/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/probe.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/driver/files.h"
#include "generate/machine/procfs.h"

#define NVML_NAME "libnvidia-ml.so.1"

/* The message of an error, kept as long as the machine. */
static const char *keep(struct probe *p, const struct cdi_error *problem)
{
    return arena_strdup(p->machine->arena, problem->message);
}

int probe_nvml(struct probe *p, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    int r;

    if (p->nvml_asked)
        return 0;
    p->nvml_asked = true;
    if (p->foreign) {
        p->nvml_problem = "beneath another root no library of the driver is loaded";
        return 0;
    }
    if ((r = driver_finder_library(&p->finder, NVML_NAME, &p->nvml_library, err)) < 0)
        return r;
    if (!p->nvml_library)
        p->nvml_library = NVML_NAME;
    r = nvml_read(p->nvml_library, p->machine->arena, &p->nvml, &problem);
    if (r == 0)
        return 0;
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    p->nvml_missing = r == -CDI_ERR_NOTFOUND;
    p->nvml_problem = keep(p, &problem);
    return p->nvml_problem ? 0 : cdi_error_nomem(err);
}

int probe_module_version(struct probe *p, struct cdi_error *err)
{
    int r = procfs_driver_version(&p->roots->system, p->machine->arena, &p->module_version, err);

    if (r != -CDI_ERR_NOTFOUND)
        return r;
    p->module_version = NULL;
    cdi_error_clear(err);
    return 0;
}

int probe_check_coherence(struct probe *p, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->machine->n_devices; i++) {
        const struct machine_device *device = &p->machine->devices[i];
        const char *subject = device->pci_name ? device->pci_name : device->uuid;

        if (device->kind == MACHINE_GPU && device->selected && !device->unusable &&
            !device->nameless && device->index < p->nvml.n_gpus &&
            p->nvml.gpus[device->index].coherent_problem)
            r = machine_warn(p->machine, subject ? subject : "NVML", err,
                             "in no document by coherence: %s",
                             p->nvml.gpus[device->index].coherent_problem);
    }
    return r;
}

int probe_driver(struct probe *p, const char *version, enum driver_scope scope,
                 struct cdi_error *err)
{
    struct driver *driver = &p->machine->driver;
    int r = driver_find(&p->finder, version, scope, driver, err);

    for (size_t i = 0; r == 0 && i < driver->n_files; i++)
        if (driver->files[i].problem)
            r = machine_note(p->machine, driver->files[i].host_path, err,
                             "its SONAME is unknown: %s", driver->files[i].problem);
    return r;
}

int probe_add_file(struct probe *p, enum driver_kind kind, const char *path,
                   struct driver_file **out, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct driver *driver = &p->machine->driver;
    struct driver_file file = {.capability = DRIVER_UTILITY, .kind = kind, .path = path};

    if (kind == DRIVER_LIBRARY)
        file.capability = driver_library_capability(strrchr(path, '/') + 1, DRIVER_COMPUTE);
    file.host_path = arena_printf(arena, "%s%s", p->roots->driver_prefix, path);
    driver->files = arena_grow(arena, driver->files, driver->n_files, sizeof file);
    if (!driver->files)
        driver->n_files = 0;
    if (!driver->files || !file.host_path)
        return cdi_error_nomem(err);
    driver->files[driver->n_files] = file;
    if (out)
        *out = &driver->files[driver->n_files];
    driver->n_files++;
    return 0;
}

int probe_caps(struct probe *p, const struct migcaps **out, struct cdi_error *err)
{
    int r = p->caps_read ? 0 : migcaps_read(&p->roots->system, p->machine->arena, &p->caps, err);

    p->caps_read = r == 0;
    *out = &p->caps;
    return r;
}
