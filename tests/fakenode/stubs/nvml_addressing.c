/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libnvidia-ml of R580 and later: how a GPU addresses the system's memory. */
#include "tests/fakenode/stubs/nvml.h"

#include <string.h>

struct addressing_mode {
    unsigned version;
    unsigned value;
};

#define ADDRESSING_MODE_V1 (sizeof(struct addressing_mode) | 1U << 24)

STUB_API int nvmlDeviceGetAddressingMode(void *device, struct addressing_mode *out)
{
    static const char *const modes[] = {"none", "hmm", "ats"};
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu || !out)
        return NVML_INVALID_ARGUMENT;
    if (out->version != ADDRESSING_MODE_V1)
        return NVML_ARGUMENT_VERSION_MISMATCH;
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(record_text(gpu->record, "addressing", "unsupported"), modes[i]) == 0) {
            out->value = i;
            return NVML_SUCCESS;
        }
    }
    return NVML_NOT_SUPPORTED;
}
