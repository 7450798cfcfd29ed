/* SPDX-License-Identifier: Apache-2.0 */
/* Mode pci: GPUs and MIG devices by the PCI bus and /proc, without any vendor library. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/gpu.h"
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

static struct machine_device *add_gpu(struct machine *machine, struct pci_address address,
                                      struct cdi_error *err)
{
    const char *name = pci_address_format(address, machine->arena);
    struct machine_device *gpu = machine_add(machine, err);

    if (!name) {
        (void)cdi_error_nomem(err);
        return NULL;
    }
    if (gpu)
        *gpu = (struct machine_device){
            .kind = MACHINE_GPU, .address = address, .pci_name = name, .minor = -1};
    return gpu;
}

static int add_driver_gpus(const struct sources *sources, struct machine *machine,
                           struct cdi_error *err)
{
    for (size_t i = 0; i < sources->n_gpus; i++) {
        const struct procfs_gpu *from = &sources->gpus[i];
        struct machine_device *gpu = add_gpu(machine, from->address, err);

        if (!gpu)
            return -CDI_ERR_NOMEM;
        gpu->minor = from->minor;
        gpu->uuid = from->uuid;
        gpu->model = from->model;
        if (from->excluded)
            machine_reject(gpu, "the driver was told to exclude it (NVreg_ExcludedGpus)");
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
        struct machine_device *gpu;
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
        machine_reject(gpu, display->driver
                                ? "the driver has taken it, but does not list it in " PROCFS_GPUS
                                  ": see the kernel's log"
                                : "no driver has taken it: see the kernel's log");
    }
    return 0;
}

static int compare_gpus(const void *a, const void *b)
{
    return pci_address_compare(((const struct machine_device *)a)->address,
                               ((const struct machine_device *)b)->address);
}

static bool in_use(const struct sources *sources, const struct machine_device *gpu)
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
    if (!machine->n_devices)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no NVIDIA GPU found: the driver is loaded, but " PROCFS_GPUS
                             " lists none%s",
                             machine->n_notes ? ", and those on the PCI bus are bound to other "
                                                "drivers"
                                              : ", and there is none on the PCI bus");
    qsort(machine->devices, machine->n_devices, sizeof *machine->devices, compare_gpus);
    for (size_t i = 0; i < machine->n_devices; i++)
        machine->devices[i].index = in_use(sources, &machine->devices[i]) ? next++
                                                                          : MACHINE_NO_INDEX;
    return 0;
}

/* The MIG devices of a GPU, in the order in which NVML counts them, stand for it. */
static int add_mig_devices(const struct root *root, struct machine *machine, size_t index,
                           struct cdi_error *err)
{
    const struct machine_device gpu = machine->devices[index];
    struct mig_instance *instances;
    size_t n;
    int r;

    machine->devices[index].unlisted = gpu_is_unlisted(
        gpu.model, procfs_has_gpu_instances(root, gpu.minor, machine->arena));
    if ((r = mig_instances(root, gpu.minor, machine->arena, &instances, &n, err)) < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        struct machine_device *device = machine_add(machine, err);

        if (!device)
            return -CDI_ERR_NOMEM;
        *device = gpu;
        device->kind = MACHINE_MIG;
        device->uuid = NULL;
        device->mig_index = i;
        device->gi = instances[i].gi;
        device->ci = instances[i].ci;
    }
    return 0;
}

static int list(struct probe *p, struct cdi_error *err)
{
    const struct root *system = &p->roots->system;
    struct machine *machine = p->machine;
    struct sources sources = {0};
    size_t n_gpus;
    int r = pci_displays(system, PCI_VENDOR_NVIDIA, machine->arena, &sources.displays,
                         &sources.n_displays, err);

    if (r < 0)
        return r;
    r = procfs_driver_version(system, machine->arena, &p->module_version, err);
    if (r == -CDI_ERR_NOTFOUND)
        return no_driver(&sources, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "reading the driver's version");
    r = procfs_gpus(system, machine->arena, &sources.gpus, &sources.n_gpus, err);
    if (r == 0)
        r = merge_gpus(&sources, machine, err);
    n_gpus = machine->n_devices;
    for (size_t i = 0; r == 0 && i < n_gpus; i++)
        if (machine->devices[i].minor >= 0 && !machine->devices[i].unusable)
            r = add_mig_devices(system, machine, i, err);
    return r;
}

static int describe(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    int r = gpu_control_nodes(p, &machine->control_nodes, &machine->n_control_nodes, err);

    for (size_t i = 0; r == 0 && i < machine->n_devices; i++) {
        struct machine_device *device = &machine->devices[i];

        if (!device->selected || device->unusable)
            continue;
        if (device->minor < 0)
            machine_reject(device,
                           "the driver does not tell its device minor: its file in " PROCFS_GPUS
                           " is unreadable or incomplete");
        else
            r = gpu_describe(p, device, err);
    }
    if (r == 0)
        r = probe_driver(p, p->module_version, DRIVER_EVERYTHING, err);
    return r == 0 ? nvidia_add_edits(machine, p->options->ldconfig_path, err) : r;
}

const struct mode mode_pci = {.vendor = &vendor_nvidia, .list = list, .describe = describe};
