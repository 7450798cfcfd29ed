/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/platform.h"

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

static bool has_tegra_files(const struct root *root)
{
    _cleanup_free_ char *family = NULL;
    struct stat st;
    size_t len;

    if (root_stat(root, "/etc/nv_tegra_release", &st) == 0 && !S_ISDIR(st.st_mode))
        return true;
    return root_read(root, "/sys/devices/soc0/family", 4096, &family, &len, NULL) == 0 &&
           strncasecmp(family, "tegra", strlen("tegra")) == 0;
}

/* True if the model of a GPU, as the driver tells it, is that of a chip that has more in it. */
static bool is_integrated(const struct root *root, const char *address)
{
    _cleanup_free_ char *text = NULL;
    char path[sizeof GPUS + 300];
    size_t len;

    (void)snprintf(path, sizeof path, GPUS "/%s/information", address);
    return root_read(root, path, 1 << 16, &text, &len, NULL) == 0 &&
           (strstr(text, "(nvgpu)") || strstr(text, "NVIDIA Thor"));
}

/* Looks at the GPUs that the driver lists. */
static void look_at_gpus(const struct root *root, size_t *n, bool *integrated)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char **addresses;

    *n = 0;
    if (!arena || root_list(root, GPUS, arena, &addresses, n) < 0)
        return;
    for (size_t i = 0; i < *n; i++)
        *integrated = *integrated || is_integrated(root, addresses[i]);
}

enum request_platform platform_detect(const struct root *root)
{
    bool integrated = false;
    size_t n_gpus;

    if (exists(root, "/dev/nvgpu/igpu0") || exists(root, "/dev/nvhost-gpu"))
        return REQUEST_PLATFORM_TEGRA;
    look_at_gpus(root, &n_gpus, &integrated);
    return integrated || (n_gpus == 0 && has_tegra_files(root)) ? REQUEST_PLATFORM_TEGRA
                                                                : REQUEST_PLATFORM_OTHER;
}
