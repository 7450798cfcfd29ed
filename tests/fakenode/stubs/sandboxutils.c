/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stub libnvidia-sandboxutils: the files that a GPU or a MIG device needs. In which order the
 * real one lists them is not documented; here it is the GPU's node, DRM nodes, their links by
 * path, capability nodes, the directory in /proc.
 */
#include "tests/fakenode/machine.h"
#include "tests/fakenode/stubs/model.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum sandbox_return {
    SANDBOX_SUCCESS = 0,
    SANDBOX_UNINITIALIZED = 1,
    SANDBOX_INVALID_ARGUMENT = 3,
    SANDBOX_INSUFFICIENT_SIZE = 4,
    SANDBOX_DEVICE_NOT_FOUND = 8,
    SANDBOX_FILE_NOT_FOUND = 11,
    SANDBOX_UNKNOWN = 0xffff,
};

enum input_type { INPUT_GPU_UUID, INPUT_MIG_UUID };

enum file_subtype {
    FILE_NVIDIA_NODE = 0,
    FILE_CARD_NODE = 1,
    FILE_RENDER_NODE = 2,
    FILE_CARD_LINK = 3,
    FILE_RENDER_LINK = 4,
    FILE_CAP_NODE = 10,
    FILE_PROC_GPU = 11,
};

enum file_module { MODULE_GPU, MODULE_MIG };

#define FLAG_CONTENT 4 /* nvSandboxUtilsGetFileContent() has its content */

struct init_input {
    uint32_t version;
    int32_t type;
    char value[256]; /* the driver root */
};

struct file_info {
    struct file_info *next;
    int32_t type;
    int32_t subtype;
    int32_t module;
    int32_t flags;
    char *path;
};

struct gpu_resource {
    uint32_t version;
    int32_t input_type;
    char input[256];
    struct file_info *files;
};

struct listing {
    struct file_info *first;
    struct file_info **end;
    enum file_module module;
};

static unsigned starts;
static char root[256];

/* The answers given, which last until the library is shut down. */
static struct file_info **lists;
static size_t n_lists;

static int enter(const char *function, int gpu)
{
    int code = model_call(function, gpu);

    if (starts == 0)
        return SANDBOX_UNINITIALIZED;
    return code < 0 ? SANDBOX_SUCCESS : code;
}

STUB_API int nvSandboxUtilsInit(struct init_input *input)
{
    int code = model_call(__func__, -1);

    if (!input)
        return SANDBOX_INVALID_ARGUMENT;
    if (!model_get())
        return SANDBOX_UNKNOWN;
    if (code > 0)
        return code;
    snprintf(root, sizeof(root), "%s", strcmp(input->value, "/") == 0 ? "" : input->value);
    starts++;
    return SANDBOX_SUCCESS;
}

__attribute__((destructor)) static void drop_lists(void)
{
    for (size_t i = 0; i < n_lists; i++) {
        for (struct file_info *next, *file = lists[i]; file; file = next) {
            next = file->next;
            free(file->path);
            free(file);
        }
    }
    free(lists);
    lists = NULL;
    n_lists = 0;
}

STUB_API int nvSandboxUtilsShutdown(void)
{
    int code = enter(__func__, -1);

    if (code == SANDBOX_SUCCESS && --starts == 0)
        drop_lists();
    return code;
}

STUB_API const char *nvSandboxUtilsErrorString(int code)
{
    return code == SANDBOX_SUCCESS ? "Success" : "Unknown Error";
}

STUB_API int nvSandboxUtilsGetDriverVersion(char *out, unsigned size)
{
    int code = enter(__func__, -1);
    const char *version;

    if (code)
        return code;
    if (!out)
        return SANDBOX_INVALID_ARGUMENT;
    version = record_text(model_get()->system, "driver", "");
    if (strlen(version) >= size)
        return SANDBOX_INSUFFICIENT_SIZE;
    memcpy(out, version, strlen(version) + 1);
    return SANDBOX_SUCCESS;
}

__attribute__((format(printf, 4, 5))) static void add(struct listing *l, enum file_subtype subtype,
                                                      int flags, const char *format, ...)
{
    struct file_info *file = calloc(1, sizeof(*file));
    char *path;
    va_list args;
    int length;

    va_start(args, format);
    length = vasprintf(&path, format, args);
    va_end(args);
    if (!file || length < 0 || asprintf(&file->path, "%s%s", root, path) < 0)
        abort();
    free(path);
    file->subtype = (int32_t)subtype;
    file->module = (int32_t)l->module;
    file->flags = flags;
    *l->end = file;
    l->end = &file->next;
}

static void add_drm(struct listing *l, const struct stub_gpu *gpu, const char *bdf)
{
    const char *list = record_text(gpu->record, "drm", ""), *rest = list;
    char name[32];

    while (list_next(&rest, name, sizeof(name)))
        add(l, strncmp(name, "card", 4) == 0 ? FILE_CARD_NODE : FILE_RENDER_NODE, 0, "/dev/dri/%s",
            name);
    while (list_next(&list, name, sizeof(name))) {
        bool card = strncmp(name, "card", 4) == 0;

        add(l, card ? FILE_CARD_LINK : FILE_RENDER_LINK, FLAG_CONTENT, "/dev/dri/by-path/pci-%s-%s",
            bdf, card ? "card" : "render");
    }
}

static void fill(struct listing *l, const struct stub_gpu *gpu, const struct stub_mig *mig)
{
    unsigned minor = record_number(gpu->record, "minor", gpu->index);
    char bdf[32];

    snprintf(bdf, sizeof(bdf), "%04x:%02x:%02x.%x", gpu->pci[0], gpu->pci[1], gpu->pci[2],
             gpu->pci[3]);
    add(l, FILE_NVIDIA_NODE, 0, "/dev/nvidia%u", minor);
    add_drm(l, gpu, bdf);
    if (mig) {
        add(l, FILE_CAP_NODE, 0, "/dev/nvidia-caps/nvidia-cap%u", mig_gi_minor(minor, mig->gi));
        add(l, FILE_CAP_NODE, 0, "/dev/nvidia-caps/nvidia-cap%u",
            mig_ci_minor(minor, mig->gi, mig->ci));
    }
    add(l, FILE_PROC_GPU, 0, "/proc/driver/nvidia/gpus/%s", bdf);
}

static int keep(struct file_info *list)
{
    struct file_info **grown = reallocarray(lists, n_lists + 1, sizeof(*lists));

    if (!grown)
        abort();
    lists = grown;
    lists[n_lists++] = list;
    return SANDBOX_SUCCESS;
}

STUB_API int nvSandboxUtilsGetGpuResource(struct gpu_resource *request)
{
    struct stub_gpu *gpu = NULL;
    struct stub_mig *mig = NULL;
    struct listing listing = {.end = &listing.first};
    int code;

    if (request && model_get())
        model_find(request->input, &gpu, &mig);
    if (mig)
        gpu = mig->gpu;
    code = enter(__func__, gpu ? (int)gpu->index : -1);
    if (code)
        return code;
    if (!request)
        return SANDBOX_INVALID_ARGUMENT;
    if (!gpu || request->input_type != (mig ? INPUT_MIG_UUID : INPUT_GPU_UUID))
        return SANDBOX_DEVICE_NOT_FOUND;
    listing.module = mig ? MODULE_MIG : MODULE_GPU;
    fill(&listing, gpu, mig);
    request->files = listing.first;
    return keep(listing.first);
}

STUB_API int nvSandboxUtilsGetFileContent(const char *path, char *out, uint32_t *size)
{
    int code = enter(__func__, -1);
    char target[256];
    ssize_t length;

    if (code)
        return code;
    if (!path || !out || !size)
        return SANDBOX_INVALID_ARGUMENT;
    length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return SANDBOX_FILE_NOT_FOUND;
    target[length] = '\0';
    if ((size_t)length >= *size)
        return SANDBOX_INSUFFICIENT_SIZE;
    memcpy(out, target, (size_t)length + 1);
    *size = (uint32_t)length + 1;
    return SANDBOX_SUCCESS;
}
