/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/modes.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/gpu.h"
#include "generate/machine/dxcore.h"

static const struct {
    const char *name;
    const struct mode *mode;
} modes[GENERATE_N_MODES] = {
    [GENERATE_MODE_AUTO] = {"auto", NULL},
    [GENERATE_MODE_NVML] = {"nvml", &mode_nvml},
    [GENERATE_MODE_PCI] = {"pci", &mode_pci},
    [GENERATE_MODE_CSV] = {"csv", &mode_csv},
    [GENERATE_MODE_WSL] = {"wsl", &mode_wsl},
    [GENERATE_MODE_MANAGEMENT] = {"management", &mode_management},
    [GENERATE_MODE_IMEX] = {"imex", &mode_imex},
    [GENERATE_MODE_GDS] = {"gds", &mode_gds},
    [GENERATE_MODE_MOFED] = {"mofed", &mode_mofed},
    [GENERATE_MODE_GDRCOPY] = {"gdrcopy", &mode_gdrcopy},
    [GENERATE_MODE_NVSWITCH] = {"nvswitch", &mode_nvswitch},
    [GENERATE_MODE_GRAPHICS] = {"graphics", &mode_graphics},
    [GENERATE_MODE_CUDA_COMPAT] = {"cuda-compat", &mode_cuda_compat},
};

const char *generate_mode_name(enum generate_mode mode)
{
    return modes[mode].name;
}

const struct mode *mode_get(enum generate_mode mode)
{
    return modes[mode].mode;
}

static bool is_wsl(const struct probe *p)
{
    struct stat st;

    if (!p->foreign)
        return dxcore_can_load();
    return root_stat(&p->roots->driver, "/usr/lib/wsl/lib/libdxcore.so", &st) == 0;
}

/* As L4T and its kernel mark a Tegra system. */
static bool is_tegra(const struct probe *p)
{
    _cleanup_free_ char *family = NULL;
    struct stat st;
    size_t len;

    if (root_stat(&p->roots->driver, "/etc/nv_tegra_release", &st) == 0 && !S_ISDIR(st.st_mode))
        return true;
    return root_read(&p->roots->driver, "/sys/devices/soc0/family", 4096, &family, &len, NULL) ==
               0 &&
           strncasecmp(family, "tegra", 5) == 0;
}

static bool has_integrated_gpu(const struct nvml_facts *facts)
{
    for (size_t i = 0; i < facts->n_gpus; i++)
        if (gpu_is_integrated(facts->gpus[i].name))
            return true;
    return false;
}

int mode_resolve(struct probe *p, enum generate_mode *mode, const char **fallback,
                 struct cdi_error *err)
{
    int r;

    *fallback = NULL;
    if (*mode != GENERATE_MODE_AUTO)
        return 0;
    if (is_wsl(p)) {
        *mode = GENERATE_MODE_WSL;
        return 0;
    }
    if ((r = probe_nvml(p, err)) < 0)
        return r;
    if (p->nvml_problem && (p->foreign || p->nvml_missing) && is_tegra(p)) {
        *mode = GENERATE_MODE_CSV;
    } else if (p->nvml_problem) {
        *mode = GENERATE_MODE_PCI;
        *fallback = p->foreign ? NULL : p->nvml_problem;
    } else {
        *mode = has_integrated_gpu(&p->nvml) ? GENERATE_MODE_CSV : GENERATE_MODE_NVML;
    }
    return 0;
}
