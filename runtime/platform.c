/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/platform.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"

#define GPUS "/proc/driver/nvidia/gpus"

static bool is_tegra(const struct root *root)
{
    _cleanup_free_ char *family = NULL;
    struct stat st;
    size_t len;

    if (root_stat(root, "/etc/nv_tegra_release", &st) == 0 && !S_ISDIR(st.st_mode))
        return true;
    return root_stat(root, "/sys/devices/soc0/family", &st) == 0 &&
           root_read(root, "/sys/devices/soc0/family", 4096, &family, &len, NULL) == 0 &&
           strncasecmp(family, "tegra", 5) == 0;
}

/* True if the driver says that a GPU is in the same chip as the CPU. */
static bool is_integrated(const struct root *root, const char *name, struct arena *arena)
{
    const char *path = arena_printf(arena, GPUS "/%s/information", name);
    _cleanup_free_ char *text = NULL;
    size_t len;

    return path && root_read(root, path, 65536, &text, &len, NULL) == 0 &&
           (strstr(text, "(nvgpu)") || strstr(text, "NVIDIA Thor"));
}

static bool uses_integrated_gpu(const struct root *root)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char **names;
    struct stat st;
    size_t n;

    if (root_stat(root, "/sys/module/nvgpu", &st) == 0 || !arena ||
        root_list(root, GPUS, arena, &names, &n) < 0 || n == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (is_integrated(root, names[i], arena))
            return true;
    return false;
}

enum request_platform platform_detect(const struct root *root)
{
    return is_tegra(root) && uses_integrated_gpu(root) ? REQUEST_PLATFORM_TEGRA
                                                       : REQUEST_PLATFORM_OTHER;
}
