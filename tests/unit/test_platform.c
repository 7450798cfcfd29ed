/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/root.h"
#include "cdi/platform.h"
#include "tests/unit/tmpdir.h"

#define RELEASE "etc/nv_tegra_release"
#define FAMILY  "sys/devices/soc0/family"
#define GPU     "proc/driver/nvidia/gpus/0000:01:00.0/information"

/* Files of a machine, and whether it is a Tegra system. */
static const struct {
    struct {
        const char *name, *text;
    } files[3];
    bool tegra;
} machines[] = {
    {{{NULL, NULL}}, false},
    {{{RELEASE, "# R35"}}, true},
    {{{RELEASE "/x", ""}}, false},
    {{{FAMILY, "Tegra\n"}}, true},
    {{{FAMILY, "tegra234\n"}}, true},
    {{{FAMILY, "i.MX\n"}}, false},
    /* A discrete GPU, and the chip's own is off. */
    {{{RELEASE, "# R35"}, {GPU, "Model: \t NVIDIA RTX A6000\n"}}, false},
    {{{FAMILY, "Tegra\n"}, {GPU, "Model: \t NVIDIA RTX A6000\n"}}, false},
    {{{GPU, "Model: \t NVIDIA A100-SXM4-40GB\n"}}, false},
    /* A GPU of the chip. */
    {{{GPU, "Model: \t NVIDIA Thor\n"}}, true},
    {{{GPU, "Model: \t Orin (nvgpu)\n"}}, true},
    {{{"dev/nvgpu/igpu0/ctrl", ""}}, true},
    {{{"dev/nvhost-gpu", ""}, {GPU, "Model: \t NVIDIA RTX A6000\n"}}, true},
    {{{RELEASE, "# R38"}, {GPU, "Model: \t NVIDIA Thor\n"}}, true},
};

/* Discrete GPUs beside the chip's do not make its files another system's. */
Test(platform, tegra_files)
{
    const char *dir = tmpdir_new();
    _cleanup_root_ struct root root = ROOT_INIT;

    tmpdir_write(dir, GPU, "Model: \t NVIDIA RTX A6000\n");
    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_expect_not(platform_has_tegra_files(&root));
    tmpdir_write(dir, FAMILY, "Tegra\n");
    cr_expect(platform_has_tegra_files(&root));
}

Test(platform, wsl)
{
    const char *dir = tmpdir_new();
    _cleanup_root_ struct root root = ROOT_INIT;

    tmpdir_write(dir, "dev/dxg", "");
    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_expect_not(platform_is_wsl(&root), "a node of any Linux on Hyper-V");
    tmpdir_write(dir, "usr/lib/wsl/lib/libdxcore.so", "");
    cr_expect(platform_is_wsl(&root));
}

Test(platform, integrated)
{
    cr_expect_not(platform_gpu_is_integrated(NULL));
    cr_expect_not(platform_gpu_is_integrated("NVIDIA RTX A6000"));
    cr_expect(platform_gpu_is_integrated("Orin (nvgpu)"));
    cr_expect(platform_gpu_is_integrated("NVIDIA Thor"));
}

Test(platform, from_files)
{
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
        _cleanup_root_ struct root root = ROOT_INIT;
        char machine[32], name[100];

        (void)snprintf(machine, sizeof machine, "%zu", i);
        (void)snprintf(name, sizeof name, "%s/dev/null", machine);
        tmpdir_write(dir, name, "");
        for (size_t k = 0; k < ARRAY_SIZE(machines[i].files) && machines[i].files[k].name; k++) {
            (void)snprintf(name, sizeof name, "%s/%s", machine, machines[i].files[k].name);
            tmpdir_write(dir, name, machines[i].files[k].text);
        }
        cr_assert_eq(root_open(&root, tmpdir_path(dir, machine), NULL), 0);
        cr_expect_eq(platform_is_tegra(&root), machines[i].tegra, "%zu", i);
    }
}
