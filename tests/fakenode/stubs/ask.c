/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask LIBRARY [UUID...]: prints what a driver library, found by the loader, answers: nvml, cuda,
 * dxcore, sandboxutils (about each UUID). For selftest.sh; the structs are its own on purpose.
 */
#include <dlfcn.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void *library;

static void open_library(const char *name)
{
    library = dlopen(name, RTLD_LAZY);
    if (!library)
        errx(1, "%s", dlerror());
}

typedef void (*any_function)(void);

static any_function function(const char *name)
{
    any_function found;
    void *symbol = dlsym(library, name);

    if (!symbol)
        errx(1, "%s", dlerror());
    memcpy(&found, &symbol, sizeof(found));
    return found;
}

/* Calls a function of the library, which takes arguments of these types. */
#define ASK(name, types, ...) (((int(*) types)function(#name))(__VA_ARGS__))

/* The same for a function that older libraries lack. */
#define ASK_IF(name, types, ...) (dlsym(library, #name) ? ASK(name, types, __VA_ARGS__) : -1)

static void must(const char *what, int code)
{
    const char *(*error_string)(int);
    void *symbol = dlsym(library, "nvmlErrorString");

    memcpy(&error_string, &symbol, sizeof(error_string));
    if (code != 0)
        errx(1, "%s: %d%s%s", what, code, symbol ? " " : "", symbol ? error_string(code) : "");
}

static unsigned gi_profile(void *gpu, void *instance)
{
    struct {
        void *device;
        unsigned id, profile, start, size;
    } info;
    struct {
        unsigned id, rest[9];
        uint64_t memory;
    } profile;

    must("nvmlGpuInstanceGetInfo", ASK(nvmlGpuInstanceGetInfo, (void *, void *), instance, &info));
    for (unsigned i = 0; i < 18; i++) {
        if (ASK(nvmlDeviceGetGpuInstanceProfileInfo, (void *, unsigned, void *), gpu, i,
                &profile) == 0 &&
            profile.id == info.profile)
            return i;
    }
    return 99;
}

static unsigned ci_profile(void *gpu_instance, void *instance)
{
    struct {
        void *device, *gpu_instance;
        unsigned id, profile, start, size;
    } info;
    struct {
        unsigned id, rest[8];
    } profile;

    must("nvmlComputeInstanceGetInfo_v2",
         ASK(nvmlComputeInstanceGetInfo_v2, (void *, void *), instance, &info));
    if (info.gpu_instance != gpu_instance)
        return 98;
    for (unsigned i = 0; i < 9; i++) {
        if (ASK(nvmlGpuInstanceGetComputeInstanceProfileInfo, (void *, unsigned, unsigned, void *),
                gpu_instance, i, 0U, &profile) == 0 &&
            profile.id == info.profile)
            return i;
    }
    return 99;
}

static void ask_mig(unsigned gpu_index, void *gpu, unsigned index)
{
    void *mig, *parent, *gpu_instance, *compute_instance;
    unsigned gi, ci, is_mig;
    char uuid[96];
    struct {
        unsigned counts[8];
        uint64_t memory;
    } attributes;

    if (ASK(nvmlDeviceGetMigDeviceHandleByIndex, (void *, unsigned, void **), gpu, index, &mig) !=
        0)
        return;
    must("nvmlDeviceIsMigDeviceHandle",
         ASK(nvmlDeviceIsMigDeviceHandle, (void *, unsigned *), mig, &is_mig));
    must("parent",
         ASK(nvmlDeviceGetDeviceHandleFromMigDeviceHandle, (void *, void **), mig, &parent));
    must("nvmlDeviceGetUUID", ASK(nvmlDeviceGetUUID, (void *, char *, unsigned), mig, uuid, 96U));
    must("nvmlDeviceGetAttributes_v2",
         ASK(nvmlDeviceGetAttributes_v2, (void *, void *), mig, &attributes));
    must("nvmlDeviceGetGpuInstanceId",
         ASK(nvmlDeviceGetGpuInstanceId, (void *, unsigned *), mig, &gi));
    must("nvmlDeviceGetComputeInstanceId",
         ASK(nvmlDeviceGetComputeInstanceId, (void *, unsigned *), mig, &ci));
    must("gi",
         ASK(nvmlDeviceGetGpuInstanceById, (void *, unsigned, void **), gpu, gi, &gpu_instance));
    must("ci", ASK(nvmlGpuInstanceGetComputeInstanceById, (void *, unsigned, void **), gpu_instance,
                   ci, &compute_instance));
    printf("mig %u:%u %.8s gi %u profile %u, ci %u profile %u, slices %u/%u, %u MiB%s%s\n",
           gpu_index, index, uuid, gi, gi_profile(gpu, gpu_instance), ci,
           ci_profile(gpu_instance, compute_instance), attributes.counts[7], attributes.counts[6],
           (unsigned)attributes.memory, is_mig == 1 ? "" : ", is no MIG device",
           parent == gpu ? "" : ", of another GPU");
}

static void ask_gpu(unsigned index)
{
    struct {
        char legacy[16];
        unsigned numbers[5];
        char bus_id[32];
    } pci = {.bus_id = "none"};
    struct {
        unsigned version, value;
    } addressing = {0x01000008, 9};
    unsigned minor, mode = 9, pending, max = 0;
    char name[96], uuid[96];
    void *gpu;

    must("nvmlDeviceGetHandleByIndex_v2",
         ASK(nvmlDeviceGetHandleByIndex_v2, (unsigned, void **), index, &gpu));
    must("nvmlDeviceGetName", ASK(nvmlDeviceGetName, (void *, char *, unsigned), gpu, name, 96U));
    must("nvmlDeviceGetUUID", ASK(nvmlDeviceGetUUID, (void *, char *, unsigned), gpu, uuid, 96U));
    must("nvmlDeviceGetMinorNumber",
         ASK(nvmlDeviceGetMinorNumber, (void *, unsigned *), gpu, &minor));
    ASK(nvmlDeviceGetPciInfo_v3, (void *, void *), gpu, &pci);
    printf("gpu %u %.8s \"%s\" %s minor %u, mig %d", index, uuid, name, pci.bus_id, minor,
           ASK_IF(nvmlDeviceGetMigMode, (void *, unsigned *, unsigned *), gpu, &mode, &pending));
    printf(" %u, addressing %d", mode,
           ASK_IF(nvmlDeviceGetAddressingMode, (void *, void *), gpu, &addressing));
    printf(" %u\n", addressing.value);
    if (mode != 1)
        return;
    must("nvmlDeviceGetMaxMigDeviceCount",
         ASK(nvmlDeviceGetMaxMigDeviceCount, (void *, unsigned *), gpu, &max));
    for (unsigned i = 0; i < max; i++)
        ask_mig(index, gpu, i);
}

static void ask_nvml(char **arguments)
{
    char version[80];
    int cuda;
    unsigned n;

    (void)arguments;
    open_library("libnvidia-ml.so.1");
    must("nvmlInit_v2", ASK(nvmlInit_v2, (void)));
    must("nvmlSystemGetDriverVersion",
         ASK(nvmlSystemGetDriverVersion, (char *, unsigned), version, 80U));
    must("nvmlSystemGetCudaDriverVersion", ASK(nvmlSystemGetCudaDriverVersion, (int *), &cuda));
    must("nvmlDeviceGetCount_v2", ASK(nvmlDeviceGetCount_v2, (unsigned *), &n));
    printf("driver %s cuda %d gpus %u\n", version, cuda, n);
    for (unsigned i = 0; i < n; i++)
        ask_gpu(i);
    must("nvmlShutdown", ASK(nvmlShutdown, (void)));
}

static void ask_cuda(char **arguments)
{
    int n, version;

    (void)arguments;
    open_library("libcuda.so.1");
    must("cuInit", ASK(cuInit, (unsigned), 0U));
    must("cuDriverGetVersion", ASK(cuDriverGetVersion, (int *), &version));
    must("cuDeviceGetCount", ASK(cuDeviceGetCount, (int *), &n));
    printf("cuda %d gpus %d\n", version, n);
}

static void ask_adapter(unsigned handle)
{
    struct registry {
        int type;
        unsigned flags;
        wchar_t name[260];
        unsigned value_type, physical, size;
        int status;
        wchar_t path[262];
    } *registry = calloc(1, sizeof(*registry));
    struct {
        unsigned handle;
        int type;
        void *data;
        unsigned size;
    } query = {handle, 13, NULL, sizeof(unsigned)};
    unsigned wddm;

    if (!registry)
        err(1, "ask");
    query.data = &wddm;
    must("version", ASK(D3DKMTQueryAdapterInfo, (void *), &query));
    query.type = 48;
    query.data = registry;
    query.size = 1072;
    registry->type = 2;
    must("size", ASK(D3DKMTQueryAdapterInfo, (void *), &query));
    query.size = 1072 + registry->size;
    must("store", ASK(D3DKMTQueryAdapterInfo, (void *), &query));
    printf("adapter wddm %u store %ls\n", wddm, registry->path);
    free(registry);
}

static void ask_dxcore(char **arguments)
{
    struct {
        unsigned handle, rest[4];
    } adapters[8];
    struct {
        uint64_t filter;
        unsigned n;
        void *adapters;
    } list = {1, 0, NULL};

    (void)arguments;
    open_library("libdxcore.so");
    must("D3DKMTEnumAdapters3", ASK(D3DKMTEnumAdapters3, (void *), &list));
    list.adapters = adapters;
    must("D3DKMTEnumAdapters3", ASK(D3DKMTEnumAdapters3, (void *), &list));
    for (unsigned i = 0; i < list.n; i++)
        ask_adapter(adapters[i].handle);
}

struct file {
    struct file *next;
    int type, subtype, module, flags;
    char *path;
};

static void ask_sandboxutils(char **uuids)
{
    struct {
        unsigned version;
        int type;
        char value[256];
    } input = {1, 1, "/"};

    open_library("libnvidia-sandboxutils.so.1");
    must("nvSandboxUtilsInit", ASK(nvSandboxUtilsInit, (void *), &input));
    for (; *uuids; uuids++) {
        struct {
            unsigned version;
            int type;
            char input[256];
            struct file *files;
        } request = {.version = 1, .type = strncmp(*uuids, "MIG-", 4) == 0};

        snprintf(request.input, sizeof(request.input), "%s", *uuids);
        must("nvSandboxUtilsGetGpuResource", ASK(nvSandboxUtilsGetGpuResource, (void *), &request));
        for (const struct file *f = request.files; f; f = f->next) {
            char content[256] = "";
            unsigned size = sizeof(content);

            if (f->flags == 4)
                must("content", ASK(nvSandboxUtilsGetFileContent,
                                    (const char *, char *, unsigned *), f->path, content, &size));
            printf("%d %s%s%s\n", f->subtype, f->path, *content ? " -> " : "", content);
        }
    }
    must("nvSandboxUtilsShutdown", ASK(nvSandboxUtilsShutdown, (void)));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*ask)(char **arguments);
    } libraries[] = {
        {"nvml", ask_nvml},
        {"cuda", ask_cuda},
        {"dxcore", ask_dxcore},
        {"sandboxutils", ask_sandboxutils},
    };

    setvbuf(stdout, NULL, _IOLBF, 0); /* in order with what is said on stderr */
    for (size_t i = 0; argc > 1 && i < sizeof(libraries) / sizeof(libraries[0]); i++) {
        if (strcmp(argv[1], libraries[i].name) == 0) {
            libraries[i].ask(argv + 2);
            dlclose(library);
            return 0;
        }
    }
    errx(2, "usage: ask nvml|cuda|dxcore|sandboxutils [UUID]...");
}
