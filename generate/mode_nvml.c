/* SPDX-License-Identifier: Apache-2.0 */
/* Mode nvml: GPUs and MIG devices as the driver's management library knows them. */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/gpu.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"
#include "generate/machine/sandboxutils.h"
#include "generate/nvidia.h"

#define SANDBOXUTILS_NAME "libnvidia-sandboxutils.so.1"

/* What a MIG device and its GPU have in common. */
static int set_gpu(struct machine_device *device, const struct nvml_gpu *gpu, struct arena *arena,
                   struct cdi_error *err)
{
    device->index = gpu->index;
    device->minor = gpu->minor;
    device->model = gpu->name;
    if (!gpu->bus_id || !pci_address_parse(gpu->bus_id, &device->address))
        return 0;
    device->pci_name = pci_address_format(device->address, arena);
    return device->pci_name ? 0 : cdi_error_nomem(err);
}

static int list_gpu(struct machine *machine, const struct nvml_gpu *gpu, struct cdi_error *err)
{
    struct machine_device *device = machine_add(machine, err);

    if (!device)
        return -CDI_ERR_NOMEM;
    device->kind = MACHINE_GPU;
    device->uuid = gpu->uuid;
    device->unlisted = gpu_is_unlisted(gpu->name, gpu->mig == NVML_YES);
    if (gpu->coherent == NVML_YES)
        device->coherence = MACHINE_COHERENT;
    else if (gpu->coherent != NVML_FAILED)
        device->coherence = MACHINE_NONCOHERENT;
    if (gpu->problem)
        machine_reject(device, gpu->problem);
    return set_gpu(device, gpu, machine->arena, err);
}

static int list_mig(struct machine *machine, const struct nvml_gpu *gpu, const struct nvml_mig *mig,
                    struct cdi_error *err)
{
    struct machine_device *device = machine_add(machine, err);

    if (!device)
        return -CDI_ERR_NOMEM;
    device->kind = MACHINE_MIG;
    device->unlisted = gpu_is_unlisted(gpu->name, false);
    device->mig_index = mig ? mig->index : MACHINE_NO_INDEX;
    if (!mig) {
        machine_reject(device, gpu->mig_problem);
    } else {
        device->uuid = mig->uuid;
        device->gi = mig->gi;
        device->ci = mig->ci;
        device->graphics = mig->graphics;
        if (mig->problem)
            machine_reject(device, mig->problem);
    }
    return set_gpu(device, gpu, machine->arena, err);
}

static int list_devices(struct machine *machine, const struct nvml_facts *facts,
                        struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < facts->n_gpus; i++) {
        const struct nvml_gpu *gpu = &facts->gpus[i];

        r = list_gpu(machine, gpu, err);
        for (size_t k = 0; r == 0 && k < gpu->n_migs; k++)
            r = list_mig(machine, gpu, &gpu->migs[k], err);
        if (r == 0 && gpu->mig_problem)
            r = list_mig(machine, gpu, NULL, err);
    }
    return r;
}

/* The versions of the kernel module and of the libraries, if they differ; else "". */
static int compare_versions(struct probe *p, const char **out, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    struct arena *arena = p->machine->arena;
    struct driver driver;
    const char *module;
    int r = procfs_driver_version(&p->roots->system, arena, &module, &problem);

    *out = "";
    if (r == 0 && module)
        r = driver_find(&p->finder, NULL, DRIVER_VERSION_ONLY, &driver, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0 || !module || strcmp(module, driver.version) == 0)
        return 0;
    *out = arena_printf(arena, " (the module is version %s, the libraries are version %s)", module,
                        driver.version);
    return *out ? 0 : cdi_error_nomem(err);
}

static int list(struct probe *p, struct cdi_error *err)
{
    const char *versions;
    int r = probe_nvml(p, err);

    if (r < 0)
        return r;
    if (p->nvml_problem && p->foreign)
        return cdi_error_set(err, CDI_ERR_USAGE, "mode nvml: %s", p->nvml_problem);
    if (p->nvml_problem) {
        if ((r = compare_versions(p, &versions, err)) < 0)
            return r;
        return cdi_error_set(err, CDI_ERR_NOTFOUND, "mode nvml: %s%s", p->nvml_problem, versions);
    }
    p->module_version = p->nvml.driver_version;
    if ((r = list_devices(p->machine, &p->nvml, err)) < 0 || p->machine->n_devices)
        return r;
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "the driver (%s) has no GPU", p->nvml_library);
}

/* Asks libnvidia-sandboxutils, where the driver has it, about what is selected. */
static int ask_sandboxutils(struct probe *p, struct sandbox_facts *facts, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    const struct machine *machine = p->machine;
    const char **uuids = arena_calloc(machine->arena, machine->n_devices, sizeof *uuids);
    const char *library, *root = *p->roots->driver_prefix ? p->roots->driver_prefix : "/";
    size_t n = 0;
    int r;

    *facts = (struct sandbox_facts){0};
    if (!uuids)
        return cdi_error_nomem(err);
    if (p->options->features[GENERATE_NO_SANDBOXUTILS])
        return 0;
    r = driver_finder_library(&p->finder, SANDBOXUTILS_NAME, &library, err);
    if (r < 0 || !library)
        return r;
    for (size_t i = 0; i < machine->n_devices; i++)
        if (machine->devices[i].selected && machine->devices[i].uuid)
            uuids[n++] = machine->devices[i].uuid;
    r = sandboxutils_read(library, root, uuids, n, machine->arena, facts, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    return r < 0 ? machine_note(p->machine, library, err, "%s", problem.message) : 0;
}

static const struct sandbox_device *find_sandbox(const struct sandbox_facts *facts,
                                                 const char *uuid)
{
    for (size_t i = 0; uuid && i < facts->n_devices; i++)
        if (!facts->devices[i].problem && strcmp(facts->devices[i].uuid, uuid) == 0)
            return &facts->devices[i];
    return NULL;
}

/*
 * The path in a container of one that the library gave: that is in the driver root, which it was
 * told, or in the dev root, if it knows where the nodes are.
 */
static const char *inside_root(const struct probe *p, const char *path)
{
    const char *const prefixes[] = {p->roots->driver_prefix, p->dev.prefix};

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        size_t len = strlen(prefixes[i]);

        if (len && strncmp(path, prefixes[i], len) == 0 && path[len] == '/')
            return path + len;
    }
    return path;
}

static int add_resource(struct probe *p, struct machine_device *device,
                        const struct sandbox_resource *resource, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    const char *path = inside_root(p, resource->path), *problem = NULL;
    bool graphics = device->kind == MACHINE_GPU || device->graphics;
    int r;

    if (!graphics && (resource->type == SANDBOX_DRM_NODE || resource->type == SANDBOX_DRM_LINK))
        return 0;
    if (resource->type == SANDBOX_DRM_LINK) {
        struct machine_link *links = arena_grow(arena, device->links, device->n_links,
                                                sizeof *links);

        if (!links)
            return cdi_error_nomem(err);
        device->links = links;
        links[device->n_links++] = (struct machine_link){resource->content, path};
        return 0;
    }
    r = nodes_add(&p->dev, path, arena, &device->nodes, &device->n_nodes, &problem, err);
    if (r < 0 || !problem)
        return r;
    if (resource->type == SANDBOX_DRM_NODE)
        return machine_note(p->machine, device->pci_name ? device->pci_name : path, err,
                            "without its DRM device: %s", problem);
    machine_reject(device, problem);
    return 0;
}

/* What a device cannot do without: its GPU's node, and of a MIG device its two capabilities. */
static bool is_complete(const struct probe *p, const struct machine_device *device,
                        const struct sandbox_device *sandbox)
{
    size_t gpus = 0, caps = 0;
    struct stat st;

    for (size_t i = 0; i < sandbox->n; i++) {
        const struct sandbox_resource *resource = &sandbox->resources[i];

        if (resource->type != SANDBOX_GPU_NODE && resource->type != SANDBOX_CAP_NODE)
            continue;
        if (root_stat(p->dev.root, inside_root(p, resource->path), &st) < 0)
            return false;
        gpus += resource->type == SANDBOX_GPU_NODE;
        caps += resource->type == SANDBOX_CAP_NODE;
    }
    return gpus > 0 && (device->kind != MACHINE_MIG || caps > 1);
}

static int describe_device(struct probe *p, const struct sandbox_facts *facts,
                           struct machine_device *device, struct cdi_error *err)
{
    const struct sandbox_device *sandbox = find_sandbox(facts, device->uuid);
    const struct nvml_gpu *gpu = &p->nvml.gpus[device->index];
    int r = 0;

    /* The library is a second source: of what it knows in part NVML has to tell the rest. */
    if (sandbox && !is_complete(p, device, sandbox))
        sandbox = NULL;
    if (!sandbox && gpu->node_problem) {
        machine_reject(device, gpu->node_problem);
        return 0;
    }
    if (!sandbox)
        return gpu_describe(p, device, err);
    for (size_t i = 0; r == 0 && i < sandbox->n; i++)
        r = add_resource(p, device, &sandbox->resources[i], err);
    return r;
}

static int describe(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    struct sandbox_facts sandbox;
    int r = ask_sandboxutils(p, &sandbox, err);

    if (r == 0)
        r = gpu_control_nodes(p, &machine->control_nodes, &machine->n_control_nodes, err);
    for (size_t i = 0; r == 0 && i < machine->n_devices; i++)
        if (machine->devices[i].selected && !machine->devices[i].unusable)
            r = describe_device(p, &sandbox, &machine->devices[i], err);
    if (r == 0)
        r = probe_driver(p, sandbox.driver_version ? sandbox.driver_version : p->module_version,
                         DRIVER_EVERYTHING, err);
    return r == 0 ? nvidia_add_edits(machine, p->options->ldconfig_path, err) : r;
}

const struct mode mode_nvml = {.vendor = &vendor_nvidia, .list = list, .describe = describe};
