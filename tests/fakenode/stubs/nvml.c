/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libnvidia-ml: starting and stopping it, the system, and finding devices. */
#include "tests/fakenode/stubs/nvml.h"

#include <string.h>

static unsigned starts;

int nvml_enter_index(const char *function, int gpu)
{
    int code = model_call(function, gpu);

    if (starts == 0)
        return NVML_UNINITIALIZED;
    return code < 0 ? NVML_SUCCESS : code;
}

static int gpu_index(const void *handle)
{
    const enum stub_kind *kind = handle;

    if (!handle)
        return -1;
    switch (*kind) {
    case STUB_GPU:
        return (int)((const struct stub_gpu *)handle)->index;
    case STUB_MIG:
        return (int)((const struct stub_mig *)handle)->gpu->index;
    case STUB_GPU_INSTANCE:
    case STUB_COMPUTE_INSTANCE:
        return (int)((const struct stub_instance *)handle)->mig->gpu->index;
    }
    return -1;
}

int nvml_enter(const char *function, const void *handle)
{
    return nvml_enter_index(function, gpu_index(handle));
}

static bool is_kind(const enum stub_kind *handle, enum stub_kind kind)
{
    return handle && *handle == kind;
}

struct stub_gpu *nvml_gpu(void *handle)
{
    return is_kind(handle, STUB_GPU) ? handle : NULL;
}

struct stub_mig *nvml_mig(void *handle)
{
    return is_kind(handle, STUB_MIG) ? handle : NULL;
}

struct stub_mig *nvml_gpu_instance(void *handle)
{
    return is_kind(handle, STUB_GPU_INSTANCE) ? ((struct stub_instance *)handle)->mig : NULL;
}

struct stub_mig *nvml_compute_instance(void *handle)
{
    return is_kind(handle, STUB_COMPUTE_INSTANCE) ? ((struct stub_instance *)handle)->mig : NULL;
}

struct stub_gpu *nvml_any_gpu(void *handle)
{
    struct stub_mig *mig = nvml_mig(handle);

    return mig ? mig->gpu : nvml_gpu(handle);
}

int nvml_put_text(char *out, unsigned size, const char *text)
{
    if (!out)
        return NVML_INVALID_ARGUMENT;
    if (strlen(text) >= size)
        return NVML_INSUFFICIENT_SIZE;
    memcpy(out, text, strlen(text) + 1);
    return NVML_SUCCESS;
}

int nvml_put_number(unsigned *out, const void *of, unsigned number)
{
    if (!out || !of)
        return NVML_INVALID_ARGUMENT;
    *out = number;
    return NVML_SUCCESS;
}

static int start(const char *function)
{
    int code = model_call(function, -1);

    if (!model_get())
        return NVML_DRIVER_NOT_LOADED;
    model_start_delay();
    if (code > 0)
        return code;
    starts++;
    return NVML_SUCCESS;
}

STUB_API int nvmlInit(void)
{
    return start(__func__);
}

STUB_API int nvmlInit_v2(void)
{
    return start(__func__);
}

STUB_API int nvmlShutdown(void)
{
    int code = nvml_enter(__func__, NULL);

    if (code == NVML_SUCCESS)
        starts--;
    return code;
}

STUB_API const char *nvmlErrorString(int code)
{
    static const char *const texts[] = {
        [0] = "Success",
        [1] = "Uninitialized",
        [2] = "Invalid Argument",
        [3] = "Not Supported",
        [4] = "Insufficient Permissions",
        [5] = "Already Initialized",
        [6] = "Not Found",
        [7] = "Insufficient Size",
        [8] = "Insufficient External Power",
        [9] = "Driver Not Loaded",
        [10] = "Timeout",
        [11] = "Interrupt Request Issue",
        [12] = "NVML Shared Library Not Found",
        [13] = "Function Not Found",
        [14] = "Corrupted infoROM",
        [15] = "GPU is lost",
        [16] = "GPU requires reset",
        [17] = "GPU access blocked by the operating system",
        [18] = "Driver/library version mismatch",
        [19] = "In use by another client",
        [20] = "Insufficient Memory",
        [21] = "No data",
        [25] = "API Argument Version Mismatch",
    };
    size_t i = (size_t)code;

    return code >= 0 && i < sizeof(texts) / sizeof(texts[0]) && texts[i] ? texts[i]
                                                                         : "Unknown Error";
}

STUB_API int nvmlSystemGetDriverVersion(char *out, unsigned size)
{
    int code = nvml_enter(__func__, NULL);

    return code ? code : nvml_put_text(out, size, record_text(model_get()->system, "driver", ""));
}

static int cuda_version(const char *function, unsigned *out)
{
    const struct model *model = model_get();
    int code = nvml_enter(function, NULL);

    return code ? code : nvml_put_number(out, model, record_number(model->system, "cuda", 0));
}

STUB_API int nvmlSystemGetCudaDriverVersion(unsigned *out)
{
    return cuda_version(__func__, out);
}

STUB_API int nvmlSystemGetCudaDriverVersion_v2(unsigned *out)
{
    return cuda_version(__func__, out);
}

static int device_count(const char *function, unsigned *out)
{
    int code = nvml_enter(function, NULL);

    return code ? code : nvml_put_number(out, model_get(), (unsigned)model_get()->n_gpus);
}

STUB_API int nvmlDeviceGetCount(unsigned *out)
{
    return device_count(__func__, out);
}

STUB_API int nvmlDeviceGetCount_v2(unsigned *out)
{
    return device_count(__func__, out);
}

static int by_index(const char *function, unsigned index, void **out)
{
    const struct model *model = model_get();
    int code = nvml_enter_index(function, (int)index);

    if (code)
        return code;
    if (!out || index >= model->n_gpus)
        return NVML_INVALID_ARGUMENT;
    *out = &model->gpus[index];
    return NVML_SUCCESS;
}

STUB_API int nvmlDeviceGetHandleByIndex(unsigned index, void **out)
{
    return by_index(__func__, index, out);
}

STUB_API int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **out)
{
    return by_index(__func__, index, out);
}

STUB_API int nvmlDeviceGetHandleByUUID(const char *uuid, void **out)
{
    struct stub_gpu *gpu = NULL;
    struct stub_mig *mig = NULL;
    int code;

    if (uuid && model_get())
        model_find(uuid, &gpu, &mig);
    code = nvml_enter(__func__, gpu ? (void *)gpu : mig);
    if (code)
        return code;
    if (!uuid || !out)
        return NVML_INVALID_ARGUMENT;
    *out = gpu ? (void *)gpu : mig;
    return *out ? NVML_SUCCESS : NVML_NOT_FOUND;
}
