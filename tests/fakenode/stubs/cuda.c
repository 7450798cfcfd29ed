/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libcuda: enough to count the GPUs. Source: CUDA Driver API reference. */
#include "tests/fakenode/stubs/model.h"

#include <stdlib.h>

enum { CUDA_SUCCESS = 0, CUDA_ERROR_INVALID_VALUE = 1, CUDA_ERROR_NO_DEVICE = 100 };

STUB_API int cuInit(unsigned flags)
{
    int code = model_call(__func__, -1);

    (void)flags;
    if (code >= 0)
        return code;
    return model_get() && model_get()->n_gpus > 0 ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

STUB_API int cuDriverGetVersion(int *out)
{
    int code = model_call(__func__, -1);

    if (code >= 0)
        return code;
    if (!out)
        return CUDA_ERROR_INVALID_VALUE;
    *out = model_get() ? (int)record_number(model_get()->system, "cuda", 0) : 0;
    return CUDA_SUCCESS;
}

STUB_API int cuDeviceGetCount(int *out)
{
    int code = model_call(__func__, -1);

    if (code >= 0)
        return code;
    if (!out)
        return CUDA_ERROR_INVALID_VALUE;
    *out = model_get() ? (int)model_get()->n_gpus : 0;
    return CUDA_SUCCESS;
}
