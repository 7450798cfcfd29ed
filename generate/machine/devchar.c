/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/devchar.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/machine/majors.h"
#include "generate/machine/migcaps.h"
#include "generate/machine/pci.h"

const char *const devchar_control[4] = {"nvidia-modeset", "nvidiactl", "nvidia-uvm",
                                        "nvidia-uvm-tools"};

/* Minors of devchar_control; kernel-open/nvidia and nvidia-uvm of NVIDIA's kernel modules. */
static const struct {
    unsigned minor;
    bool uvm;
} control_numbers[] = {{254, false}, {255, false}, {0, true}, {1, true}};

int devchar_control_number(const char *name, const struct majors *majors, struct devchar *out,
                           struct cdi_error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(devchar_control); i++) {
        int number = control_numbers[i].uvm ? majors->uvm : majors->gpu;

        if (strcmp(devchar_control[i], name) != 0)
            continue;
        if (number < 0)
            return cdi_error_set(err, CDI_ERR_NOTFOUND,
                                 "/dev/%s has no number: /proc/devices does not have %s, the "
                                 "kernel module is not loaded",
                                 name, control_numbers[i].uvm ? "nvidia-uvm" : "nvidia");
        out->major = (unsigned)number;
        out->minor = control_numbers[i].minor;
        return 0;
    }
    return cdi_error_set(err, CDI_ERR_USAGE, "%s is no control device", name);
}

static int add(struct devchars *out, const char *path, unsigned number, int64_t minor_number,
               struct cdi_error *err)
{
    struct devchar *items = arena_grow(out->arena, out->items, out->n, sizeof *items);

    if (!items || !path)
        return cdi_error_nomem(err);
    items[out->n++] = (struct devchar){path, number, (unsigned)minor_number};
    out->items = items;
    return 0;
}

/* Adds what is in a directory, and begins with the prefix. */
static int add_directory(const struct root *root, const char *dir, const char *prefix,
                         struct devchars *out, struct cdi_error *err)
{
    static const char *const others[] = {"nvidia-fs", "nvidia-nvswitch", "nvidia-nvlink"};
    const char **names = NULL;
    size_t n = 0;
    int r = root_list(root, dir, out->arena, &names, &n);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot read %s", dir);
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(out->arena, "%s/%s", dir, names[i]);
        bool skip = strncmp(names[i], prefix, strlen(prefix)) != 0;
        struct stat st;

        for (size_t j = 0; j < ARRAY_SIZE(others); j++)
            skip = skip || strncmp(names[i], others[j], strlen(others[j])) == 0;
        if (!path)
            return cdi_error_nomem(err);
        if (skip || root_lstat(root, path, &st) < 0 || !S_ISCHR(st.st_mode))
            continue;
        r = add(out, path, major(st.st_rdev), minor(st.st_rdev), err);
        if (r < 0)
            return r;
    }
    return 0;
}

int devchars_add_present(const struct root *root, struct devchars *out, struct cdi_error *err)
{
    int r = add_directory(root, "/dev", "nvidia", out, err);

    return r < 0 ? r : add_directory(root, "/dev/nvidia-caps", "nvidia-", out, err);
}

/* A capability; -1 is none. */
static int add_capability(const struct majors *majors, int64_t minor_number, struct devchars *out,
                          struct cdi_error *err)
{
    if (minor_number < 0)
        return 0;
    return add(out,
               arena_printf(out->arena, "/dev/nvidia-caps/nvidia-cap%u", (unsigned)minor_number),
               (unsigned)majors->caps, minor_number, err);
}

/* The instances that a GPU can have: their numbers have no gaps. */
static int add_instances(const struct majors *majors, const struct migcaps *caps, uint32_t gpu,
                         struct devchars *out, struct cdi_error *err)
{
    int64_t number;
    int r = 0;

    for (uint32_t gi = 0; r == 0 && (number = migcaps_gpu_instance(caps, gpu, gi)) >= 0; gi++) {
        r = add_capability(majors, number, out, err);
        for (uint32_t ci = 0; r == 0 && (number = migcaps_compute_instance(caps, gpu, gi, ci)) >= 0;
             ci++)
            r = add_capability(majors, number, out, err);
    }
    return r;
}

int devchars_add_all(const struct majors *majors, const struct migcaps *caps, size_t n_gpus,
                     struct devchars *out, struct cdi_error *err)
{
    struct devchar control;
    int r = 0;

    if (caps && majors->caps < 0)
        return cdi_error_set(
            err, CDI_ERR_NOTFOUND,
            "/proc/devices does not have nvidia-caps, but there is " MIGCAPS_MINORS);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(devchar_control); i++) {
        r = devchar_control_number(devchar_control[i], majors, &control, err);
        if (r == 0)
            r = add(out, arena_printf(out->arena, "/dev/%s", devchar_control[i]), control.major,
                    control.minor, err);
    }
    if (r == 0 && caps)
        r = add_capability(majors, migcaps_config(caps), out, err);
    if (r == 0 && caps)
        r = add_capability(majors, migcaps_monitor(caps), out, err);
    for (uint32_t gpu = 0; r == 0 && gpu < n_gpus; gpu++) {
        r = add(out, arena_printf(out->arena, "/dev/nvidia%u", gpu), (unsigned)majors->gpu, gpu,
                err);
        if (r == 0 && caps)
            r = add_instances(majors, caps, gpu, out, err);
    }
    return r;
}

int devchars_count_gpus(const struct root *root, struct arena *arena, size_t *n,
                        struct cdi_error *err)
{
    struct pci_display *displays;
    size_t n_displays;
    int r = pci_displays(root, PCI_VENDOR_NVIDIA, arena, &displays, &n_displays, err);

    *n = 0;
    for (size_t i = 0; r == 0 && i < n_displays; i++) {
        /* What only a virtual function has (kernel: Documentation/PCI/pci-iov-howto.rst). */
        const char *path = arena_printf(arena, "/sys/bus/pci/devices/%s/physfn", displays[i].name);
        struct stat st;

        if (!path)
            return cdi_error_nomem(err);
        *n += root_lstat(root, path, &st) < 0;
    }
    return r;
}
