/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/root.h"
#include "runtime/platform.h"
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
        cr_expect_eq(platform_detect(&root) == REQUEST_PLATFORM_TEGRA, machines[i].tegra, "%zu", i);
    }
}
