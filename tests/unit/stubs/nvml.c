/* SPDX-License-Identifier: Apache-2.0 */
/* See nvml.h. With OLD_NVML: a driver that has no MIG and no suffixes. */
#include "tests/unit/stubs/nvml.h"

#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define API __attribute__((visibility("default")))

struct nvml_device {
    int number;
    struct fake_gpu *gpu;
    struct fake_mig *mig;
};

struct nvml_gpu_instance {
    struct nvml_device *device;
    struct fake_mig *mig;
};

API struct fake_nvml fake_nvml;

static struct nvml_device gpus[FAKE_GPUS];

/* Every function begins so: what was called is written down, and may have to fail. */
static int enter(const char *function, int device)
{
    fake_nvml.calls[fake_nvml.n_calls++ % FAKE_CALLS] = (struct fake_call){function, device};
    for (size_t i = 0; i < sizeof fake_nvml.failures / sizeof fake_nvml.failures[0]; i++) {
        struct fake_failure *f = &fake_nvml.failures[i];

        if (!f->function || strcmp(f->function, function) != 0 || f->times < 0)
            continue;
        if (f->device != FAKE_ANY && f->device != device)
            continue;
        if (f->times && --f->times == 0)
            f->times = -1;
        return f->code;
    }
    return NVML_CODE_SUCCESS;
}

#define ENTER(device)                          \
    do {                                       \
        int code_ = enter(__func__, (device)); \
        if (code_)                             \
            return code_;                      \
    } while (0)

/* As a driver that trusts the size which it was given: the NUL may be missing. */
static int put_text(char *to, unsigned size, const char *text)
{
    size_t len = strlen(text) + 1;

    memcpy(to, text, len < size ? len : size);
    return NVML_CODE_SUCCESS;
}

#ifdef OLD_NVML
#    define SUFFIXED(name, suffix) name
#else
#    define SUFFIXED(name, suffix) name##suffix
/* What current drivers keep for old callers must not be used. */
API int nvmlInit(void)
{
    return enter(__func__, FAKE_NONE) + NVML_CODE_UNKNOWN;
}

API int nvmlDeviceGetCount(unsigned *n)
{
    *n = 0;
    return enter(__func__, FAKE_NONE) + NVML_CODE_UNKNOWN;
}

API int nvmlDeviceGetHandleByIndex(unsigned index, nvml_device *device)
{
    *device = NULL;
    return enter(__func__, (int)index) + NVML_CODE_UNKNOWN;
}
#endif

API int SUFFIXED(nvmlInit, _v2)(void)
{
    ENTER(FAKE_NONE);
    fake_nvml.running++;
    return NVML_CODE_SUCCESS;
}

API int nvmlShutdown(void)
{
    ENTER(FAKE_NONE);
    fake_nvml.running--;
    return NVML_CODE_SUCCESS;
}

API const char *nvmlErrorString(int code)
{
    return code == NVML_CODE_NOT_SUPPORTED       ? "Not Supported"
           : code == NVML_CODE_DRIVER_NOT_LOADED ? "Driver Not Loaded"
                                                 : "Unknown Error";
}

API int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
    ENTER(FAKE_NONE);
    return put_text(text, size, fake_nvml.driver_version);
}

API int nvmlSystemGetCudaDriverVersion(int *version)
{
    ENTER(FAKE_NONE);
    *version = fake_nvml.cuda_version;
    return NVML_CODE_SUCCESS;
}

API int SUFFIXED(nvmlDeviceGetCount, _v2)(unsigned *n)
{
    ENTER(FAKE_NONE);
    *n = fake_nvml.count;
    return NVML_CODE_SUCCESS;
}

API int SUFFIXED(nvmlDeviceGetHandleByIndex, _v2)(unsigned index, nvml_device *device)
{
    ENTER((int)index);
    if (index >= FAKE_GPUS)
        return NVML_CODE_INVALID_ARGUMENT;
    gpus[index] = (struct nvml_device){(int)index, &fake_nvml.gpus[index], NULL};
    *device = &gpus[index];
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetName(nvml_device device, char *text, unsigned size)
{
    ENTER(device->number);
    return put_text(text, size, device->gpu->name);
}

API int nvmlDeviceGetUUID(nvml_device device, char *text, unsigned size)
{
    ENTER(device->number);
    return put_text(text, size, device->mig ? device->mig->uuid : device->gpu->uuid);
}

API int nvmlDeviceGetMinorNumber(nvml_device device, unsigned *minor)
{
    ENTER(device->number);
    *minor = device->gpu->minor;
    return NVML_CODE_SUCCESS;
}

/* The old layouts: all that is behind the id of 16 bytes is something else. */
static int put_pci_legacy(nvml_device device, struct nvml_pci_info *info)
{
    if (!device->gpu->bus_id)
        return NVML_CODE_NOT_SUPPORTED;
    memcpy(info->bus_id_legacy, "0000:3B:00.0", sizeof "0000:3B:00.0");
    return NVML_CODE_SUCCESS;
}

#ifdef OLD_NVML
API int nvmlDeviceGetPciInfo(nvml_device device, struct nvml_pci_info *info)
{
    ENTER(device->number);
    return put_pci_legacy(device, info);
}
#else
API int nvmlDeviceGetPciInfo_v2(nvml_device device, struct nvml_pci_info *info)
{
    ENTER(device->number);
    return put_pci_legacy(device, info);
}

API int nvmlDeviceGetPciInfo_v3(nvml_device device, struct nvml_pci_info *info)
{
    ENTER(device->number);
    if (!device->gpu->bus_id)
        return NVML_CODE_NOT_SUPPORTED;
    memcpy(info->bus_id_legacy, "legacy", sizeof "legacy");
    return put_text(info->bus_id, sizeof info->bus_id, device->gpu->bus_id);
}

API int nvmlDeviceGetAddressingMode(nvml_device device, struct nvml_addressing_mode *mode)
{
    ENTER(device->number);
    if (mode->version != 0x01000008)
        return 25; /* ARGUMENT_VERSION_MISMATCH */
    mode->value = device->gpu->addressing;
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetMigMode(nvml_device device, unsigned *current, unsigned *pending)
{
    ENTER(device->number);
    if (device->gpu->mig == FAKE_MIG_UNSUPPORTED)
        return NVML_CODE_NOT_SUPPORTED;
    *current = device->gpu->mig == FAKE_MIG_ON;
    *pending = !*current;
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetMaxMigDeviceCount(nvml_device device, unsigned *n)
{
    ENTER(device->number);
    *n = device->gpu->max_migs;
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetMigDeviceHandleByIndex(nvml_device device, unsigned index, nvml_device *mig)
{
    static struct nvml_device migs[FAKE_GPUS][FAKE_MIGS];
    int number = FAKE_MIG(device->number, (int)index);

    ENTER(number);
    if (index >= FAKE_MIGS || !device->gpu->migs[index].uuid)
        return NVML_CODE_NOT_FOUND;
    *mig = &migs[device->number][index];
    **mig = (struct nvml_device){number, device->gpu, &device->gpu->migs[index]};
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetGpuInstanceId(nvml_device mig, unsigned *id)
{
    ENTER(mig->number);
    *id = mig->mig->gi;
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetComputeInstanceId(nvml_device mig, unsigned *id)
{
    ENTER(mig->number);
    *id = mig->mig->ci;
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetGpuInstanceById(nvml_device device, unsigned id, nvml_gpu_instance *instance)
{
    static struct nvml_gpu_instance instances[FAKE_GPUS][FAKE_MIGS];

    ENTER(device->number);
    for (size_t i = 0; i < FAKE_MIGS; i++) {
        if (!device->gpu->migs[i].uuid || device->gpu->migs[i].gi != id)
            continue;
        *instance = &instances[device->number][i];
        **instance = (struct nvml_gpu_instance){device, &device->gpu->migs[i]};
        return NVML_CODE_SUCCESS;
    }
    return NVML_CODE_NOT_FOUND;
}

API int nvmlGpuInstanceGetInfo(nvml_gpu_instance instance, struct nvml_gpu_instance_info *info)
{
    ENTER(instance->device->number);
    *info = (struct nvml_gpu_instance_info){
        .device = instance->device,
        .id = instance->mig->gi,
        .profile_id = instance->mig->profile_id,
    };
    return NVML_CODE_SUCCESS;
}

API int nvmlDeviceGetGpuInstanceProfileInfo(nvml_device device, unsigned profile,
                                            struct nvml_gpu_instance_profile *info)
{
    ENTER(device->number);
    if (profile >= NVML_PROFILES)
        return NVML_CODE_INVALID_ARGUMENT;
    if (!device->gpu->profile_ids[profile])
        return NVML_CODE_NOT_SUPPORTED;
    *info = (struct nvml_gpu_instance_profile){.id = device->gpu->profile_ids[profile] - 1};
    return NVML_CODE_SUCCESS;
}
#endif
