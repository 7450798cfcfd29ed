/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/mode_pci.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/driver/find.h"
#include "generate/machine/drm.h"
#include "generate/machine/nodes.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"
#include "generate/nvidia.h"

/* What the bus and the driver each say of the GPUs. */
struct sources {
    struct pci_display *displays;
    size_t n_displays;
    struct procfs_gpu *gpus;
    size_t n_gpus;
};

/* The driver is not loaded: says which GPUs there are and who has them. */
static int no_driver(const struct sources *sources, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf list = STRBUF_INIT;

    for (size_t i = 0; i < sources->n_displays; i++) {
        const struct pci_display *display = &sources->displays[i];

        strbuf_printf(&list, "%s%s (%s%s)", i ? ", " : "", display->name,
                      display->driver ? "bound to " : "no driver",
                      display->driver ? display->driver : "");
    }
    if (list.failed)
        return cdi_error_nomem(err);
    if (!sources->n_displays)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no NVIDIA GPU found: none on the PCI bus (/sys/bus/pci/devices), and "
                             "the NVIDIA driver is not loaded (no " PROCFS_VERSION ")");
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "the NVIDIA driver is not loaded (no " PROCFS_VERSION "); GPUs on the PCI "
                         "bus: %s",
                         list.s);
}

static struct machine_gpu *add_gpu(struct machine *machine, struct pci_address address,
                                   struct cdi_error *err)
{
    const char *name = pci_address_format(address, machine->arena);
    struct machine_gpu *gpu;

    machine->gpus = arena_grow(machine->arena, machine->gpus, machine->n_gpus, sizeof *gpu);
    if (!name || !machine->gpus) {
        machine->n_gpus = machine->gpus ? machine->n_gpus : 0;
        (void)cdi_error_nomem(err);
        return NULL;
    }
    gpu = &machine->gpus[machine->n_gpus++];
    *gpu = (struct machine_gpu){.address = address, .pci_name = name, .minor = -1};
    return gpu;
}

static void reject(struct machine_gpu *gpu, const char *problem)
{
    gpu->problem = problem;
    gpu->unusable = true;
}

static int add_driver_gpus(const struct sources *sources, struct machine *machine,
                           struct cdi_error *err)
{
    for (size_t i = 0; i < sources->n_gpus; i++) {
        const struct procfs_gpu *from = &sources->gpus[i];
        struct machine_gpu *gpu = add_gpu(machine, from->address, err);

        if (!gpu)
            return -CDI_ERR_NOMEM;
        gpu->minor = from->minor;
        gpu->uuid = from->uuid;
        gpu->model = from->model;
        if (from->excluded)
            reject(gpu, "the driver was told to exclude it (NVreg_ExcludedGpus)");
    }
    return 0;
}

static bool driver_has(const struct sources *sources, struct pci_address address)
{
    for (size_t i = 0; i < sources->n_gpus; i++)
        if (pci_address_compare(sources->gpus[i].address, address) == 0)
            return true;
    return false;
}

/* GPUs on the bus that the driver does not list: given to another driver, or in trouble. */
static int add_other_gpus(const struct sources *sources, struct machine *machine,
                          struct cdi_error *err)
{
    for (size_t i = 0; i < sources->n_displays; i++) {
        const struct pci_display *display = &sources->displays[i];
        struct machine_gpu *gpu;
        int r;

        if (driver_has(sources, display->address))
            continue;
        if (display->driver && strcmp(display->driver, "nvidia") != 0) {
            r = machine_note(machine, display->name, err,
                             "a GPU that is bound to %s, not to the NVIDIA driver",
                             display->driver);
            if (r < 0)
                return r;
            continue;
        }
        if (!(gpu = add_gpu(machine, display->address, err)))
            return -CDI_ERR_NOMEM;
        reject(gpu, display->driver
                        ? "the driver has taken it, but does not list it in " PROCFS_GPUS
                          ": see the kernel's log"
                        : "no driver has taken it: see the kernel's log");
    }
    return 0;
}

static int compare_gpus(const void *a, const void *b)
{
    return pci_address_compare(((const struct machine_gpu *)a)->address,
                               ((const struct machine_gpu *)b)->address);
}

static bool in_use(const struct sources *sources, const struct machine_gpu *gpu)
{
    for (size_t i = 0; i < sources->n_gpus; i++)
        if (pci_address_compare(sources->gpus[i].address, gpu->address) == 0)
            return !sources->gpus[i].excluded;
    return false;
}

static int merge_gpus(const struct sources *sources, struct machine *machine, struct cdi_error *err)
{
    size_t next = 0;
    int r = add_driver_gpus(sources, machine, err);

    if (r < 0 || (r = add_other_gpus(sources, machine, err)) < 0)
        return r;
    if (!machine->n_gpus)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no NVIDIA GPU found: the driver is loaded, but " PROCFS_GPUS
                             " lists none%s",
                             machine->n_notes ? ", and those on the PCI bus are bound to other "
                                                "drivers"
                                              : ", and there is none on the PCI bus");
    qsort(machine->gpus, machine->n_gpus, sizeof *machine->gpus, compare_gpus);
    for (size_t i = 0; i < machine->n_gpus; i++)
        machine->gpus[i].index = in_use(sources, &machine->gpus[i]) ? next++ : MACHINE_NO_INDEX;
    return 0;
}

static int add_control_nodes(const struct dev_root *dev, struct machine *machine,
                             struct cdi_error *err)
{
    static const char *const paths[] = {"/dev/nvidia-modeset", "/dev/nvidia-uvm-tools",
                                        "/dev/nvidia-uvm", "/dev/nvidiactl"};

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        const char *problem;
        int r = nodes_add(dev, paths[i], machine->arena, &machine->control_nodes,
                          &machine->n_control_nodes, &problem, err);

        if (r == 0 && problem)
            r = machine_note(machine, paths[i], err, "%s", problem);
        if (r < 0)
            return r;
    }
    return 0;
}

static int add_drm(const struct roots *roots, const struct dev_root *dev, struct machine *machine,
                   struct machine_gpu *gpu, struct cdi_error *err)
{
    const char **names;
    size_t n;
    int r = drm_names(&roots->system, gpu->pci_name, machine->arena, &names, &n, err);

    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *path = arena_printf(machine->arena, "/dev/dri/%s", names[i]), *problem = NULL;

        if (!path)
            return cdi_error_nomem(err);
        r = nodes_add(dev, path, machine->arena, &gpu->nodes, &gpu->n_nodes, &problem, err);
        if (r == 0 && problem)
            r = machine_note(machine, gpu->pci_name, err, "without its DRM device: %s", problem);
    }
    if (r < 0)
        return r;
    return drm_by_path_links(dev->root, gpu->pci_name, gpu->nodes, gpu->n_nodes, machine->arena,
                             &gpu->links, &gpu->n_links, err);
}

static int describe_gpu(const struct roots *roots, const struct dev_root *dev,
                        struct machine *machine, struct machine_gpu *gpu, struct cdi_error *err)
{
    const char *path, *problem;
    int r;

    if (gpu->unusable)
        return 0;
    if (gpu->minor < 0) {
        reject(gpu, "the driver does not tell its device minor: its file in " PROCFS_GPUS
                    " is unreadable or incomplete");
        return 0;
    }
    /* A whole GPU that is cut up is of no use to a container. */
    if (procfs_has_gpu_instances(&roots->system, gpu->minor, machine->arena)) {
        reject(gpu, "it is divided into MIG instances, which mode pci does not describe");
        return 0;
    }
    path = arena_printf(machine->arena, "/dev/nvidia%lld", (long long)gpu->minor);
    if (!path)
        return cdi_error_nomem(err);
    r = nodes_add(dev, path, machine->arena, &gpu->nodes, &gpu->n_nodes, &problem, err);
    if (r < 0)
        return r;
    if (problem) {
        reject(gpu, problem);
        return 0;
    }
    return add_drm(roots, dev, machine, gpu, err);
}

static int find_driver(const struct generate_options *options, const struct roots *roots,
                       const char *version, struct machine *machine, struct cdi_error *err)
{
    const struct driver_search search = {
        .system = &roots->system,
        .root = &roots->driver,
        .prefix = roots->driver_prefix,
        .search_path = options->search_path,
        .data_dirs = options->data_dirs,
    };
    struct driver_finder finder;
    int r = driver_finder_init(&finder, &search, machine->arena, err);

    if (r == 0)
        r = driver_find(&finder, version, DRIVER_EVERYTHING, &machine->driver, err);
    for (size_t i = 0; r == 0 && i < machine->driver.n_files; i++) {
        const struct driver_file *file = &machine->driver.files[i];

        if (file->problem)
            r = machine_note(machine, file->host_path, err, "its SONAME is unknown: %s",
                             file->problem);
    }
    return r;
}

int mode_pci_probe(const struct generate_options *options, const struct roots *roots,
                   struct machine *machine, struct cdi_error *err)
{
    const struct dev_root dev = {&roots->dev, roots->dev_prefix};
    struct sources sources = {0};
    const char *version = NULL;
    int r = pci_displays(&roots->system, PCI_VENDOR_NVIDIA, machine->arena, &sources.displays,
                         &sources.n_displays, err);

    if (r < 0)
        return r;
    r = procfs_driver_version(&roots->system, machine->arena, &version, err);
    if (r == -CDI_ERR_NOTFOUND)
        return no_driver(&sources, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "reading the driver's version");
    r = procfs_gpus(&roots->system, machine->arena, &sources.gpus, &sources.n_gpus, err);
    if (r < 0 || (r = merge_gpus(&sources, machine, err)) < 0 ||
        (r = add_control_nodes(&dev, machine, err)) < 0)
        return r;
    for (size_t i = 0; i < machine->n_gpus; i++)
        if ((r = describe_gpu(roots, &dev, machine, &machine->gpus[i], err)) < 0)
            return r;
    if ((r = find_driver(options, roots, version, machine, err)) < 0)
        return r;
    return nvidia_add_edits(machine, options->ldconfig_path, err);
}
