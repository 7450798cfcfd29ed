/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/platform.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"

#define GPUS "/proc/driver/nvidia/gpus"

static bool exists(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, &st) == 0;
}

bool platform_is_wsl(const struct root *root)
{
    return exists(root, PLATFORM_DXCORE);
}

bool platform_has_tegra_files(const struct root *root)
{
    _cleanup_free_ char *family = NULL;
    struct stat st;
    size_t len;

    if (root_stat(root, "/etc/nv_tegra_release", &st) == 0 && !S_ISDIR(st.st_mode))
        return true;
    return root_read(root, "/sys/devices/soc0/family", 4096, &family, &len, NULL) == 0 &&
           strncasecmp(family, "tegra", strlen("tegra")) == 0;
}

bool platform_gpu_is_integrated(const char *model)
{
    return model && (strstr(model, "(nvgpu)") || strstr(model, "NVIDIA Thor"));
}

/* True if the driver tells so of a GPU. */
static bool is_integrated(const struct root *root, const char *address)
{
    _cleanup_free_ char *text = NULL;
    char path[sizeof GPUS + 300];
    size_t len;

    (void)snprintf(path, sizeof path, GPUS "/%s/information", address);
    return root_read(root, path, 1 << 16, &text, &len, NULL) == 0 &&
           platform_gpu_is_integrated(text);
}

/* Looks at the GPUs that the driver lists. */
static void look_at_gpus(const struct root *root, size_t *n, bool *integrated)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char **addresses;

    *n = 0;
    *integrated = false;
    if (!arena || root_list(root, GPUS, arena, &addresses, n) < 0)
        return;
    for (size_t i = 0; i < *n; i++)
        *integrated = *integrated || is_integrated(root, addresses[i]);
}

bool platform_is_tegra(const struct root *root)
{
    bool integrated;
    size_t n_gpus;

    if (exists(root, "/dev/nvgpu/igpu0") || exists(root, "/dev/nvhost-gpu"))
        return true;
    look_at_gpus(root, &n_gpus, &integrated);
    return integrated || (n_gpus == 0 && platform_has_tegra_files(root));
}
