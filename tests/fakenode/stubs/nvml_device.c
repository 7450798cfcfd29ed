/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libnvidia-ml: what a device is. */
#include "tests/fakenode/stubs/nvml.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct memory {
    uint64_t total;
    uint64_t free;
    uint64_t used;
};

struct pci_info {
    char bus_id_legacy[16];
    unsigned domain;
    unsigned bus;
    unsigned device;
    unsigned device_id;
    unsigned subsystem_id;
    char bus_id[32];
};

/* Of nvmlDeviceGetPciInfo_v2 and before. */
struct pci_info_v2 {
    char bus_id[16];
    unsigned domain;
    unsigned bus;
    unsigned device;
    unsigned device_id;
    unsigned subsystem_id;
    unsigned reserved[4];
};

STUB_API int nvmlDeviceGetName(void *device, char *out, unsigned size)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    const struct stub_mig *mig = nvml_mig(device);
    int code = nvml_enter(__func__, device);
    char name[256];

    if (code)
        return code;
    if (!gpu)
        return NVML_INVALID_ARGUMENT;
    snprintf(name, sizeof(name), "%s%s%s", gpu->name, mig ? " MIG " : "",
             mig ? record_text(mig->record, "profile", "") : "");
    return nvml_put_text(out, size, name);
}

STUB_API int nvmlDeviceGetUUID(void *device, char *out, unsigned size)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    const struct stub_mig *mig = nvml_mig(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu)
        return NVML_INVALID_ARGUMENT;
    return nvml_put_text(out, size, mig ? mig->uuid : gpu->uuid);
}

STUB_API int nvmlDeviceGetIndex(void *device, unsigned *out)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    const struct stub_mig *mig = nvml_mig(device);
    int code = nvml_enter(__func__, device);

    return code ? code : nvml_put_number(out, gpu, mig ? mig->index : gpu ? gpu->index : 0);
}

STUB_API int nvmlDeviceGetMinorNumber(void *device, unsigned *out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    return nvml_put_number(out, gpu, gpu ? record_number(gpu->record, "minor", gpu->index) : 0);
}

STUB_API int nvmlDeviceGetMemoryInfo(void *device, struct memory *out)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    const struct stub_mig *mig = nvml_mig(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu || !out)
        return NVML_INVALID_ARGUMENT;
    out->total = (uint64_t)record_number(mig ? mig->record : gpu->record, "mem_mib", 0) << 20;
    out->used = out->total / 50;
    out->free = out->total - out->used;
    return NVML_SUCCESS;
}

static int enter_pci(const char *function, void *device, const void *out)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    int code = nvml_enter(function, device);

    if (code)
        return code;
    if (!gpu || !out)
        return NVML_INVALID_ARGUMENT;
    return gpu->has_pci ? NVML_SUCCESS : NVML_NOT_SUPPORTED;
}

STUB_API int nvmlDeviceGetPciInfo_v3(void *device, struct pci_info *out)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    int code = enter_pci(__func__, device, out);

    if (code)
        return code;
    *out = (struct pci_info){
        .domain = gpu->pci[0],
        .bus = gpu->pci[1],
        .device = gpu->pci[2],
        .device_id = record_number(gpu->record, "devid", 0),
        .subsystem_id = record_number(gpu->record, "subsys", 0),
    };
    snprintf(out->bus_id_legacy, sizeof(out->bus_id_legacy), "%04X:%02X:%02X.%X",
             gpu->pci[0] & 0xffff, gpu->pci[1] & 0xff, gpu->pci[2] & 0xff, gpu->pci[3] & 0x7);
    snprintf(out->bus_id, sizeof(out->bus_id), "%08X:%02X:%02X.%X", gpu->pci[0], gpu->pci[1] & 0xff,
             gpu->pci[2] & 0xff, gpu->pci[3] & 0x7);
    return NVML_SUCCESS;
}

static int pci_info_v2(const char *function, void *device, struct pci_info_v2 *out)
{
    const struct stub_gpu *gpu = nvml_any_gpu(device);
    int code = enter_pci(function, device, out);

    if (code)
        return code;
    *out = (struct pci_info_v2){
        .domain = gpu->pci[0],
        .bus = gpu->pci[1],
        .device = gpu->pci[2],
        .device_id = record_number(gpu->record, "devid", 0),
        .subsystem_id = record_number(gpu->record, "subsys", 0),
    };
    snprintf(out->bus_id, sizeof(out->bus_id), "%04X:%02X:%02X.%X", gpu->pci[0] & 0xffff,
             gpu->pci[1] & 0xff, gpu->pci[2] & 0xff, gpu->pci[3] & 0x7);
    return NVML_SUCCESS;
}

STUB_API int nvmlDeviceGetPciInfo_v2(void *device, struct pci_info_v2 *out)
{
    return pci_info_v2(__func__, device, out);
}

STUB_API int nvmlDeviceGetPciInfo(void *device, struct pci_info_v2 *out)
{
    return pci_info_v2(__func__, device, out);
}
