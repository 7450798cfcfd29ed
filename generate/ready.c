/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/ready.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cdi/platform.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"
#include "generate/roots.h"

#define BOUND "/sys/bus/pci/drivers/nvidia"

/* What a mode waits for. */
enum need {
    NEED_NVML,  /* all GPUs, and their nodes where NVML will not make them */
    NEED_GPUS,  /* all that are bound */
    NEED_NODES, /* all, and their nodes */
    NEED_MODULE,
    NEED_NOTHING,
};

static const enum need needs[GENERATE_N_MODES] = {
    [GENERATE_MODE_AUTO] = NEED_NVML,          [GENERATE_MODE_NVML] = NEED_NVML,
    [GENERATE_MODE_PCI] = NEED_NODES,          [GENERATE_MODE_CSV] = NEED_NOTHING,
    [GENERATE_MODE_WSL] = NEED_NOTHING,        [GENERATE_MODE_MANAGEMENT] = NEED_MODULE,
    [GENERATE_MODE_IMEX] = NEED_MODULE,        [GENERATE_MODE_GDS] = NEED_MODULE,
    [GENERATE_MODE_MOFED] = NEED_NOTHING,      [GENERATE_MODE_GDRCOPY] = NEED_NOTHING,
    [GENERATE_MODE_NVSWITCH] = NEED_MODULE,    [GENERATE_MODE_GRAPHICS] = NEED_GPUS,
    [GENERATE_MODE_CUDA_COMPAT] = NEED_MODULE,
};

static bool exists(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, &st) == 0;
}

static enum need need_of(const struct generate_options *options, const struct roots *roots)
{
    enum need need = needs[options->mode];

    if (options->mode == GENERATE_MODE_AUTO &&
        (platform_is_wsl(&roots->driver) || platform_has_tegra_files(&roots->driver)))
        return NEED_NOTHING;
    return need == NEED_NVML && roots->foreign ? NEED_NODES : need;
}

static const struct procfs_gpu *find_gpu(const struct procfs_gpu *gpus, size_t n,
                                         struct pci_address address)
{
    for (size_t i = 0; i < n; i++)
        if (pci_address_compare(gpus[i].address, address) == 0)
            return &gpus[i];
    return NULL;
}

/* Why a GPU cannot be described by what the kernel shows; *missing stays NULL if it can. */
static int check_node(const struct roots *roots, const char *name, const struct procfs_gpu *gpu,
                      struct arena *arena, const char **missing, struct cdi_error *err)
{
    const char *node;
    struct stat st;

    if (!gpu->uuid || gpu->minor < 0) {
        *missing = arena_printf(arena, "GPU %s has no UUID and number in " PROCFS_GPUS, name);
        return *missing ? 0 : cdi_error_nomem(err);
    }
    if (!(node = arena_printf(arena, "/dev/nvidia%lld", (long long)gpu->minor)))
        return cdi_error_nomem(err);
    if (root_stat(&roots->dev, node, &st) == 0 && S_ISCHR(st.st_mode))
        return 0;
    *missing = arena_printf(arena, "there is no %s%s", roots->dev_prefix, node);
    return *missing ? 0 : cdi_error_nomem(err);
}

static int check_gpus(const struct roots *roots, enum need need, struct arena *arena,
                      const char **missing, struct cdi_error *err)
{
    struct procfs_gpu *gpus;
    const char **names = NULL;
    size_t n_gpus, n = 0, bound = 0;
    int r = procfs_gpus(&roots->system, arena, &gpus, &n_gpus, err);

    if (r == 0 && root_list(&roots->system, BOUND, arena, &names, &n) == -ENOMEM)
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && !*missing && i < n; i++) {
        const struct procfs_gpu *gpu;
        struct pci_address address;

        if (!pci_address_parse(names[i], &address))
            continue;
        bound++;
        gpu = find_gpu(gpus, n_gpus, address);
        if (!gpu && !(*missing = arena_printf(arena, "GPU %s is not in " PROCFS_GPUS, names[i])))
            return cdi_error_nomem(err);
        if (gpu && !gpu->excluded && need == NEED_NODES)
            r = check_node(roots, names[i], gpu, arena, missing, err);
    }
    if (r == 0 && !bound && !n_gpus)
        *missing = "no GPU is bound to the driver";
    return r;
}

int driver_ready(const struct generate_options *options, struct arena *arena, const char **missing,
                 struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    int r = roots_open(&roots, options, arena, err);
    enum need need;

    *missing = NULL;
    if (r < 0 && err && err->os_errno == ENOENT) {
        *missing = arena_strdup(arena, err->message);
        cdi_error_clear(err);
        return *missing ? 0 : cdi_error_nomem(err);
    }
    if (r < 0)
        return r;
    need = need_of(options, &roots);
    if (need == NEED_NOTHING)
        return 0;
    if (!exists(&roots.system, PROCFS_VERSION)) {
        *missing = "the NVIDIA driver is not loaded: there is no " PROCFS_VERSION;
        return 0;
    }
    return need == NEED_MODULE ? 0 : check_gpus(&roots, need, arena, missing, err);
}
