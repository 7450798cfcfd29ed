/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/platform.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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
static void list_gpus(const struct root *root, bool *any, bool *integrated)
{
    _cleanup_close_ int fd = root_openat(root, GPUS, O_RDONLY | O_DIRECTORY);
    _cleanup_dir_ DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir)
        (void)TAKE_FD(fd);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        *any = true;
        *integrated = *integrated || is_integrated(root, entry->d_name);
    }
}

enum request_platform platform_detect(const struct root *root)
{
    bool any = false, integrated = false;

    if (exists(root, "/dev/nvgpu/igpu0") || exists(root, "/dev/nvhost-gpu"))
        return REQUEST_PLATFORM_TEGRA;
    list_gpus(root, &any, &integrated);
    return integrated || (!any && has_tegra_files(root)) ? REQUEST_PLATFORM_TEGRA
                                                         : REQUEST_PLATFORM_OTHER;
}
