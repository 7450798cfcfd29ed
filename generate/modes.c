/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/modes.h"

#include "cdi/platform.h"

static const struct mode *const modes[GENERATE_N_MODES] = {
    [GENERATE_MODE_NVML] = &mode_nvml,
    [GENERATE_MODE_PCI] = &mode_pci,
    [GENERATE_MODE_CSV] = &mode_csv,
    [GENERATE_MODE_WSL] = &mode_wsl,
    [GENERATE_MODE_MANAGEMENT] = &mode_management,
    [GENERATE_MODE_IMEX] = &mode_imex,
    [GENERATE_MODE_GDS] = &mode_gds,
    [GENERATE_MODE_MOFED] = &mode_mofed,
    [GENERATE_MODE_GDRCOPY] = &mode_gdrcopy,
    [GENERATE_MODE_NVSWITCH] = &mode_nvswitch,
    [GENERATE_MODE_GRAPHICS] = &mode_graphics,
    [GENERATE_MODE_CUDA_COMPAT] = &mode_cuda_compat,
};

const struct mode *mode_get(enum generate_mode mode)
{
    return modes[mode];
}

static bool has_integrated_gpu(const struct nvml_facts *facts)
{
    for (size_t i = 0; i < facts->n_gpus; i++)
        if (platform_gpu_is_integrated(facts->gpus[i].name))
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
    if (platform_is_wsl(&p->roots->driver)) {
        *mode = GENERATE_MODE_WSL;
        return 0;
    }
    if ((r = probe_nvml(p, err)) < 0)
        return r;
    if (p->nvml_problem && platform_has_tegra_files(&p->roots->driver)) {
        *mode = GENERATE_MODE_CSV;
        *fallback = p->foreign || p->nvml_missing ? NULL : p->nvml_problem;
    } else if (p->nvml_problem) {
        *mode = GENERATE_MODE_PCI;
        *fallback = p->foreign ? NULL : p->nvml_problem;
    } else {
        *mode = has_integrated_gpu(&p->nvml) ? GENERATE_MODE_CSV : GENERATE_MODE_NVML;
    }
    return 0;
}
