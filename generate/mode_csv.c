/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mode csv: Tegra systems, whose GPU is in one chip with the CPU and has no driver files and
 * nodes but those that CSV files list. Where NVML knows a second, discrete GPU (Thor), both are
 * described; else the one device is what the files list.
 */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/platform.h"
#include "generate/csv_files.h"
#include "generate/csv_nodes.h"
#include "generate/gpu.h"
#include "generate/machine/pci.h"
#include "generate/names.h"
#include "generate/nvidia.h"

#define CSV_DIRECTORY  "/etc/nvidia-container-runtime/host-files-for-container.d/"
#define CSV_MOST_BYTES (4u << 20)
#define TEGRA_RELEASE  "/etc/nv_tegra_release"
#define ORIN_COMPAT    "/usr/local/cuda/compat_orin"
#define ORIN_NAME      "Orin (nvgpu)"

static const char *const usual_files[] = {CSV_DIRECTORY "devices.csv", CSV_DIRECTORY "drivers.csv",
                                          CSV_DIRECTORY "l4t.csv"};

static bool is_integrated(const struct nvml_gpu *gpu, struct pci_address address)
{
    if (gpu->pci == NVML_UNSUPPORTED)
        return platform_gpu_is_integrated(gpu->name);
    return address.domain == 0 && address.bus == 1 && address.device == 0;
}

/* Why the files cannot describe a GPU beside another; NULL if they can. */
static const char *gpu_problem(const struct nvml_gpu *gpu, struct pci_address address)
{
    if (gpu->problem)
        return gpu->problem;
    if (gpu->pci == NVML_FAILED)
        return gpu->node_problem;
    if (is_integrated(gpu, address) ? gpu->index != 0 : gpu->index != 1)
        return "CSV files describe an integrated GPU with index 0 and one discrete GPU with index "
               "1, and these are others";
    return NULL;
}

static int add_gpu(struct probe *p, const struct nvml_gpu *gpu, struct cdi_error *err)
{
    struct machine_device *device = machine_add(p->machine, err);
    const char *problem;

    if (!device)
        return -CDI_ERR_NOMEM;
    device->kind = MACHINE_GPU;
    device->index = gpu->index;
    device->minor = gpu->minor;
    device->model = gpu->name;
    device->uuid = gpu->uuid;
    if (gpu->bus_id && pci_address_parse(gpu->bus_id, &device->address)) {
        device->pci_name = pci_address_format(device->address, p->machine->arena);
        if (!device->pci_name)
            return cdi_error_nomem(err);
    }
    if ((problem = gpu_problem(gpu, device->address)))
        machine_reject(device, problem);
    else if (gpu->index != 0 && gpu->coherent == NVML_YES)
        device->coherence = MACHINE_COHERENT;
    else if (gpu->index != 0 && gpu->coherent != NVML_FAILED)
        device->coherence = MACHINE_NONCOHERENT;
    return 0;
}

/* Lists both GPUs; *why tells why that cannot be done, or is NULL. */
static int list_both(struct probe *p, const char **why, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    struct machine *machine = p->machine;
    int r = 0;

    *why = NULL;
    for (size_t i = 0; r == 0 && i < p->nvml.n_gpus; i++)
        r = add_gpu(p, &p->nvml.gpus[i], err);
    if (r < 0)
        return r;
    r = names_select(machine, &p->options->device_ids, &problem);
    if (r < 0 && !(*why = arena_strdup(machine->arena, problem.message)))
        return cdi_error_nomem(err);
    for (size_t i = 0; !*why && i < machine->n_devices; i++)
        if (machine->devices[i].selected)
            *why = machine->devices[i].problem;
    return 0;
}

/* Lists the one device that the files describe; the ids may only ask for that. */
static int list_whole(struct probe *p, struct cdi_error *err)
{
    struct machine_device *device = machine_add(p->machine, err);

    if (!device)
        return -CDI_ERR_NOMEM;
    device->kind = MACHINE_GPU;
    device->nameless = true;
    if (p->nvml.n_gpus)
        device->model = p->nvml.gpus[0].name;
    return names_select(p->machine, &p->options->device_ids, err);
}

static int list(struct probe *p, struct cdi_error *err)
{
    struct machine *machine = p->machine;
    const char *why;
    int r = probe_nvml(p, err);

    if (r < 0)
        return r;
    if (names_have_none(&p->options->device_ids))
        return cdi_error_set(err, CDI_ERR_USAGE, "mode csv has no empty device \"none\"");
    if (p->options->features[GENERATE_NO_MIXED_CSV] || p->nvml_problem || p->nvml.n_gpus < 2)
        return list_whole(p, err);
    if ((r = list_both(p, &why, err)) < 0 || !why)
        return r;
    r = machine_note(machine, "mode csv", err, "the GPUs are not told apart: %s", why);
    if (r < 0)
        return r;
    machine->devices = NULL;
    machine->n_devices = 0;
    return list_whole(p, err);
}

/* The usual files need not all be there; one that was asked for is missed. */
static int tell_useless(struct probe *p, const char *path, const char *why, struct cdi_error *err)
{
    return p->options->csv_files.n ? machine_warn(p->machine, path, err, "%s", why)
                                   : machine_note(p->machine, path, err, "%s", why);
}

static int read_file(struct probe *p, const char *path, struct csv_list *list,
                     struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len, bad_line, before = list->n;
    int r = account_begin(&p->machine->account, "csv", "", path, err);

    if (r < 0)
        return r;
    r = root_read(&p->roots->system, path, CSV_MOST_BYTES, &text, &len, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        return tell_useless(p, path, problem.message, err);
    if ((r = account_hit(&p->machine->account, "", path, err)) < 0 ||
        (r = csv_parse(text, len, p->machine->arena, list, &bad_line, err)) < 0)
        return r;
    if (bad_line)
        return machine_note(p->machine, path, err,
                            "line %zu means nothing: it is not TYPE, PATH with the type dev, dir, "
                            "lib or sym",
                            bad_line);
    return list->n > before ? 0 : tell_useless(p, path, "lists nothing", err);
}

static struct generate_strings file_names(const struct probe *p)
{
    if (p->options->csv_files.n)
        return p->options->csv_files;
    return (struct generate_strings){usual_files, ARRAY_SIZE(usual_files)};
}

/* Says in which files no node was found. */
static int reject_empty(struct probe *p, struct machine_device *device, struct cdi_error *err)
{
    const struct generate_strings names = file_names(p);
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    const char *problem;

    strbuf_addstr(&text, "none of the CSV files lists a device node that is there: ");
    for (size_t i = 0; i < names.n; i++)
        strbuf_printf(&text, "%s%s", i ? ", " : "", names.items[i]);
    if (text.failed || !(problem = arena_strdup(p->machine->arena, text.s)))
        return cdi_error_nomem(err);
    machine_reject(device, problem);
    return 0;
}

static bool has_release(const struct probe *p)
{
    struct stat st;

    return root_stat(&p->roots->system, TEGRA_RELEASE, &st) == 0 && !S_ISDIR(st.st_mode);
}

/*
 * A device of files that list no nodes, as nvidia-ctk makes it: it has the file of the release
 * for itself, as a device must have something.
 */
static int give_release(struct probe *p, struct machine_device *device, struct cdi_error *err)
{
    if (!(device->mounts = arena_calloc(p->machine->arena, 1, sizeof *device->mounts)))
        return cdi_error_nomem(err);
    device->mounts[device->n_mounts++] = (struct machine_mount){TEGRA_RELEASE, TEGRA_RELEASE};
    return 0;
}

static int describe_device(struct probe *p, const struct csv_list *list,
                           struct machine_device *device, struct cdi_error *err)
{
    bool listed;
    int r = csv_add_nodes(p, list, device, &listed, err);

    if (r < 0 || device->n_nodes || device->unusable)
        return r;
    return list->n && !listed && has_release(p) ? give_release(p, device, err)
                                                : reject_empty(p, device, err);
}

/* Programs ask this file for the release of the system, which is not the driver root's. */
static int add_release(struct probe *p, struct cdi_error *err)
{
    struct driver_file *file;
    int r;

    if (!has_release(p))
        return machine_note(p->machine, TEGRA_RELEASE, err, "is not there, and not mounted");
    if ((r = probe_add_file(p, DRIVER_FILE, TEGRA_RELEASE, &file, err)) == 0)
        file->host_path = TEGRA_RELEASE;
    return r;
}

/* Only NVML knows what the hook compares with. */
static bool add_compat_hook(struct probe *p)
{
    const char *root = p->options->csv_compat_root;
    int version = p->nvml.cuda_version;
    struct nvidia_compat compat = {
        .cuda_version = arena_printf(p->machine->arena, "%d.%d", version / 1000,
                                     version % 1000 / 10),
    };

    if (p->nvml_problem || version <= 0)
        return true;
    for (size_t i = 0; i < p->nvml.n_gpus; i++)
        if (p->nvml.gpus[i].name && strstr(p->nvml.gpus[i].name, ORIN_NAME))
            compat.container_root = root && *root ? root : ORIN_COMPAT;
    return compat.cuda_version && nvidia_hook_compat(p->machine, &compat);
}

/* In the order in which they must run: the loader's cache last. */
static bool add_edits(struct probe *p, const struct csv_links *links)
{
    struct machine *machine = p->machine;
    struct driver_links folders;

    return nvidia_hook_links(machine, &links->libraries) &&
           nvidia_hook_links(machine, &links->listed) && add_compat_hook(p) &&
           nvidia_library_folders(machine, &folders) &&
           nvidia_hook_ldcache(machine, &folders, p->options->ldconfig_path) &&
           nvidia_env_visible(machine) && nvidia_device_hooks(machine);
}

static int describe(struct probe *p, struct cdi_error *err)
{
    const struct generate_strings names = file_names(p);
    struct machine *machine = p->machine;
    struct csv_list list = {0};
    struct csv_links links;
    int r = 0;

    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = read_file(p, names.items[i], &list, err);
    for (size_t i = 0; r == 0 && i < machine->n_devices; i++)
        if (machine->devices[i].selected && !machine->devices[i].unusable)
            r = describe_device(p, &list, &machine->devices[i], err);
    if (r == 0)
        r = csv_add_files(p, &list, &links, err);
    if (r == 0)
        r = add_release(p, err);
    if (r < 0)
        return r;
    if (!p->nvml_problem)
        machine->driver.version = p->nvml.driver_version;
    return add_edits(p, &links) ? 0 : cdi_error_nomem(err);
}

const struct mode mode_csv = {
    .vendor = &vendor_nvidia, .own_ids = true, .list = list, .describe = describe};
