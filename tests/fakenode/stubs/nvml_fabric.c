/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libnvidia-ml of R525 and later: the NVLink fabric that a GPU belongs to. */
#include "tests/fakenode/stubs/nvml.h"

#include <stdio.h>

struct fabric_info {
    unsigned char cluster[16];
    int status;
    unsigned clique;
    unsigned char state;
};

/* The description's fabric=STATE:STATUS:CLIQUE:CLUSTER, the last in 32 hexadecimal digits. */
STUB_API int nvmlDeviceGetGpuFabricInfo(void *device, struct fabric_info *out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);
    unsigned state, status;
    char cluster[33];

    if (code)
        return code;
    if (!gpu || !out)
        return NVML_INVALID_ARGUMENT;
    *out = (struct fabric_info){0};
    if (sscanf(record_text(gpu->record, "fabric", ""), "%u:%u:%u:%32[0-9a-f]", &state, &status,
               &out->clique, cluster) != 4)
        return NVML_NOT_SUPPORTED;
    out->state = (unsigned char)state;
    out->status = (int)status;
    for (size_t i = 0; i < sizeof(out->cluster); i++)
        sscanf(cluster + 2 * i, "%2hhx", &out->cluster[i]);
    return NVML_SUCCESS;
}
