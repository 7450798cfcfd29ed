/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hardware.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/root.h"
#include "generate/machine/pci.h"

/* The units that are found, one after the other. */
struct search {
    const struct hardware *hardware;
    struct hardware_unit *units;
    size_t n;
    struct cdi_error *err;
};

int hardware_read(const struct root *root, struct arena *arena, struct hardware *out,
                  struct cdi_error *err)
{
    int r;

    *out = (struct hardware){.root = root, .arena = arena};
    r = procfs_gpus(root, arena, &out->gpus, &out->n_gpus, err);
    if (r < 0 || !out->n_gpus)
        return r;
    r = migcaps_read(root, arena, &out->caps, NULL);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    return 0; /* without it, or where it cannot be read, there are just no instances to name */
}

static bool same_unit(const struct hardware_unit *a, const struct hardware_unit *b)
{
    return pci_address_compare(a->address, b->address) == 0 && a->mig == b->mig && a->gi == b->gi &&
           a->ci == b->ci;
}

static int add_unit(struct search *search, struct hardware_unit unit)
{
    for (size_t i = 0; i < search->n; i++)
        if (same_unit(&search->units[i], &unit))
            return 0;
    search->units = arena_grow(search->hardware->arena, search->units, search->n,
                               sizeof *search->units);
    if (!search->units)
        return cdi_error_nomem(search->err);
    search->units[search->n++] = unit;
    return 0;
}

/* The unit of GPU i of the driver, whose index counts those that the driver uses. */
static struct hardware_unit gpu_unit(const struct hardware *hardware, size_t i)
{
    const struct procfs_gpu *gpu = &hardware->gpus[i];
    struct hardware_unit unit = {gpu->address, gpu, MACHINE_NO_INDEX, false, 0, 0};

    if (gpu->excluded)
        return unit;
    unit.index = 0;
    for (size_t k = 0; k < i; k++)
        unit.index += !hardware->gpus[k].excluded;
    return unit;
}

static int add_address(struct search *search, struct pci_address address)
{
    const struct hardware *hardware = search->hardware;

    for (size_t i = 0; i < hardware->n_gpus; i++)
        if (pci_address_compare(hardware->gpus[i].address, address) == 0)
            return add_unit(search, gpu_unit(hardware, i));
    return add_unit(search, (struct hardware_unit){address, NULL, MACHINE_NO_INDEX, false, 0, 0});
}

static int add_gpu(struct search *search, int64_t minor)
{
    for (size_t i = 0; i < search->hardware->n_gpus; i++)
        if (search->hardware->gpus[i].minor == minor)
            return add_unit(search, gpu_unit(search->hardware, i));
    return 0;
}

/* A capability's node is an instance's if its minor is that of the instance's "access". */
static int add_capability(struct search *search, int64_t minor)
{
    const struct hardware *hardware = search->hardware;

    for (size_t i = 0; i < hardware->n_gpus; i++) {
        int64_t gpu = hardware->gpus[i].minor;
        struct mig_instance *instances = NULL;
        size_t n = 0;
        int r = gpu < 0 ? 0
                        : mig_instances(hardware->root, gpu, hardware->arena, &instances, &n,
                                        search->err);

        for (size_t k = 0; k < n && r == 0; k++) {
            struct hardware_unit unit = gpu_unit(hardware, i);

            if (migcaps_compute_instance(&hardware->caps, (uint32_t)gpu, instances[k].gi,
                                         instances[k].ci) != minor)
                continue;
            unit.mig = true;
            unit.gi = instances[k].gi;
            unit.ci = instances[k].ci;
            return add_unit(search, unit);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* The number that follows a prefix of a name to its end, or -1. */
static int64_t number_after(const char *name, const char *prefix)
{
    size_t len = strlen(prefix);

    if (strncmp(name, prefix, len) != 0 || !name[len] || strlen(name + len) > 7)
        return -1;
    for (const char *s = name + len; *s; s++)
        if (!ascii_isdigit(*s))
            return -1;
    return strtol(name + len, NULL, 10);
}

/* Any device: sysfs leads from its numbers (kernel: Documentation/ABI/testing/sysfs-dev). */
static int add_by_numbers(struct search *search, const struct cdi_device_node *node,
                          const char *path)
{
    const struct hardware *hardware = search->hardware;
    long long major_number = node->major, minor_number = node->minor;
    const char *link, *device, *name;
    struct pci_address address;
    struct stat st;

    if (*node->type && strcmp(node->type, "c") != 0 && strcmp(node->type, "u") != 0)
        return 0;
    if (!major_number) {
        if (root_stat(hardware->root, path, &st) < 0 || !S_ISCHR(st.st_mode))
            return 0;
        major_number = major(st.st_rdev);
        minor_number = minor(st.st_rdev);
    }
    link = arena_printf(hardware->arena, "/sys/dev/char/%lld:%lld/device", major_number,
                        minor_number);
    if (!link)
        return cdi_error_nomem(search->err);
    device = root_realpath(hardware->root, link, hardware->arena);
    name = device ? strrchr(device, '/') : NULL;
    return name && pci_address_parse(name + 1, &address) ? add_address(search, address) : 0;
}

static int add_node(struct search *search, const struct cdi_device_node *node)
{
    const char *path = node->host_path && *node->host_path ? node->host_path : node->path;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    int64_t number;

    if ((number = number_after(name, "nvidia")) >= 0)
        return add_gpu(search, number);
    if ((number = number_after(name, "nvidia-cap")) >= 0)
        return add_capability(search, number);
    return add_by_numbers(search, node, path);
}

/* True for a GPU of which there is an instance among the units. */
static bool is_divided(const struct search *search, const struct hardware_unit *unit)
{
    for (size_t i = 0; i < search->n && !unit->mig; i++)
        if (search->units[i].mig &&
            pci_address_compare(search->units[i].address, unit->address) == 0)
            return true;
    return false;
}

static int compare_units(const void *a, const void *b)
{
    const struct hardware_unit *x = a, *y = b;
    int r = pci_address_compare(x->address, y->address);

    if (r == 0)
        r = (x->gi > y->gi) - (x->gi < y->gi);
    return r ? r : (x->ci > y->ci) - (x->ci < y->ci);
}

int hardware_units(const struct hardware *hardware, const struct cdi_edits *edits,
                   struct hardware_unit **out, size_t *n, struct cdi_error *err)
{
    struct search search = {.hardware = hardware, .err = err};
    struct hardware_unit *kept;

    for (size_t i = 0; i < edits->n_device_nodes; i++) {
        int r = add_node(&search, &edits->device_nodes[i]);

        if (r < 0)
            return r;
    }
    kept = arena_calloc(hardware->arena, search.n, sizeof *kept);
    if (!kept)
        return cdi_error_nomem(err);
    *n = 0;
    for (size_t i = 0; i < search.n; i++)
        if (!is_divided(&search, &search.units[i]))
            kept[(*n)++] = search.units[i];
    qsort(kept, *n, sizeof *kept, compare_units);
    *out = kept;
    return 0;
}
