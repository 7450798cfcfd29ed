/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modes whose one device "all" is a set of device nodes: management, gds, mofed, gdrcopy,
 * nvswitch.
 */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/glob.h"
#include "generate/nvidia.h"
#include "generate/probe.h"

/* A file or directory beneath the driver root that goes with the nodes. */
struct extra_mount {
    const char *path;
    bool directory;
};

/* What makes up the device; lists end with NULL. */
struct node_set {
    const char *what; /* "no ... found" */
    const char *patterns[8];
    const char *skipped[4]; /* file names that begin so are of another mode */
    struct extra_mount mounts[3];
};

static bool is_skipped(const struct node_set *set, const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    for (const char *const *prefix = set->skipped; *prefix; prefix++)
        if (strncmp(name, *prefix, strlen(*prefix)) == 0)
            return true;
    return false;
}

static int add_nodes(struct probe *p, const struct node_set *set, const char *pattern,
                     struct machine_device *device, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct glob_hits hits;
    const char *problem;
    int r = account_begin(&p->machine->account, "nodes", p->dev.prefix, pattern, err);

    if (r == 0)
        r = glob_paths(p->dev.root, pattern, arena, &hits, err);
    /* Folders and links fit the patterns, too: what is no node was not meant. */
    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        const char *path = hits.items[i];

        if (is_skipped(set, path))
            continue;
        if (!nodes_have(device->nodes, device->n_nodes, path))
            r = nodes_add(&p->dev, path, arena, &device->nodes, &device->n_nodes, &problem, err);
        if (r == 0 && nodes_have(device->nodes, device->n_nodes, path))
            r = account_hit(&p->machine->account, p->dev.prefix, path, err);
    }
    return r;
}

static int add_mount(struct probe *p, const struct extra_mount *mount,
                     struct machine_device *device, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct machine_mount *mounts;
    struct stat st;
    int r = account_begin(&p->machine->account, "files", p->roots->driver_prefix, mount->path, err);

    if (r < 0)
        return r;
    if (root_stat(&p->roots->driver, mount->path, &st) < 0 ||
        S_ISDIR(st.st_mode) != mount->directory)
        return machine_note(p->machine, mount->path, err, "is not there, and not mounted");
    mounts = arena_grow(arena, device->mounts, device->n_mounts, sizeof *mounts);
    if (!mounts)
        return cdi_error_nomem(err);
    device->mounts = mounts;
    mounts[device->n_mounts] = (struct machine_mount){
        arena_printf(arena, "%s%s", p->roots->driver_prefix, mount->path), mount->path};
    return mounts[device->n_mounts++].host_path
               ? account_hit(&p->machine->account, p->roots->driver_prefix, mount->path, err)
               : cdi_error_nomem(err);
}

static int list_set(struct probe *p, const struct node_set *set, struct cdi_error *err)
{
    struct machine_device *device = machine_add_named(p->machine, "all", err);
    int r = 0;

    if (!device)
        return -CDI_ERR_NOMEM;
    for (const char *const *pattern = set->patterns; r == 0 && *pattern; pattern++)
        r = add_nodes(p, set, *pattern, device, err);
    if (r == 0 && !device->n_nodes)
        return cdi_error_set(err, CDI_ERR_NOTFOUND, "no %s found: looked for %s in %s", set->what,
                             set->patterns[0], *p->dev.prefix ? p->dev.prefix : "/");
    for (const struct extra_mount *mount = set->mounts; r == 0 && mount->path; mount++)
        r = add_mount(p, mount, device, err);
    return r;
}

/* The device needs nothing beside its nodes. */
static int describe_nodes(struct probe *p, struct cdi_error *err)
{
    return nvidia_env_visible(p->machine) ? 0 : cdi_error_nomem(err);
}

/* The module's version is enough; where there is none, NVML is asked; else it is the libraries'. */
static int describe_management(struct probe *p, struct cdi_error *err)
{
    int r = probe_module_version(p, err);

    if (r == 0 && !p->module_version) {
        r = probe_nvml(p, err);
        if (r == 0 && !p->nvml_problem)
            p->module_version = p->nvml.driver_version;
    }
    if (r == 0)
        r = probe_driver(p, p->module_version, DRIVER_MANAGEMENT, err);
    return r == 0 ? nvidia_add_management_edits(p->machine, p->options->ldconfig_path, err) : r;
}

/* A mode of a set; `describe` and what follows are more of the mode's members. */
#define NODE_MODE(name, ...)                                       \
    static int list_##name(struct probe *p, struct cdi_error *err) \
    {                                                              \
        return list_set(p, &set_##name, err);                      \
    }                                                              \
    const struct mode mode_##name = {                              \
        .vendor = &vendor_nvidia, .own_ids = true, .list = list_##name, .describe = __VA_ARGS__}

static const struct node_set set_management = {
    .what = "NVIDIA device nodes",
    .patterns = {"/dev/nvidia*", "/dev/nvidia-caps/nvidia-cap*",
                 "/dev/nvidia-caps-imex-channels/channel*"},
    .skipped = {"nvidia-fs", "nvidia-nvswitch", "nvidia-nvlink"},
};
static const struct node_set set_gds = {
    .what = "GPUDirect Storage device nodes",
    .patterns = {"/dev/nvidia-fs*"},
    .mounts = {{"/run/udev", true}, {"/etc/cufile.json", false}},
};
static const struct node_set set_mofed = {
    .what = "InfiniBand device nodes",
    .patterns = {"/dev/infiniband/uverbs*", "/dev/infiniband/rdma_cm"},
};
static const struct node_set set_gdrcopy = {
    .what = "GDRCopy device node",
    .patterns = {"/dev/gdrdrv"},
};
static const struct node_set set_nvswitch = {
    .what = "NVSwitch device nodes",
    .patterns = {"/dev/nvidia-nvswitchctl", "/dev/nvidia-nvswitch*"},
};

NODE_MODE(management, describe_management, .off_hook = NVIDIA_HOOK_NO_NODE_CHANGES);
NODE_MODE(gds, describe_nodes);
NODE_MODE(mofed, describe_nodes);
NODE_MODE(gdrcopy, describe_nodes);
NODE_MODE(nvswitch, describe_nodes);
