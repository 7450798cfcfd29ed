/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libnvidia-ml of R450 and later: MIG. */
#include "tests/fakenode/stubs/nvml.h"

#include <stdint.h>
#include <string.h>

struct attributes {
    unsigned multiprocessors;
    unsigned copy_engines;
    unsigned decoders;
    unsigned encoders;
    unsigned jpegs;
    unsigned ofas;
    unsigned gi_slices;
    unsigned ci_slices;
    uint64_t memory_mb;
};

struct placement {
    unsigned start;
    unsigned size;
};

struct gi_info {
    void *device;
    unsigned id;
    unsigned profile_id;
    struct placement placement;
};

/* The first version ends before the placement. */
struct ci_info {
    void *device;
    void *gpu_instance;
    unsigned id;
    unsigned profile_id;
    struct placement placement;
};

struct gi_profile_info {
    unsigned id;
    unsigned p2p;
    unsigned slices;
    unsigned instances;
    unsigned multiprocessors;
    unsigned copy_engines;
    unsigned decoders;
    unsigned encoders;
    unsigned jpegs;
    unsigned ofas;
    uint64_t memory_mb;
};

struct ci_profile_info {
    unsigned id;
    unsigned slices;
    unsigned instances;
    unsigned multiprocessors;
    unsigned copy_engines;
    unsigned decoders;
    unsigned encoders;
    unsigned jpegs;
    unsigned ofas;
};

#define MULTIPROCESSORS_PER_SLICE 14
#define CI_PROFILES               9 /* known numbers; not all exist on each GPU */
#define CI_FRACTIONS              7 /* of these, the ones that are a number of slices */

STUB_API int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu || !current || !pending)
        return NVML_INVALID_ARGUMENT;
    if (!gpu->mig_capable)
        return NVML_NOT_SUPPORTED;
    *current = *pending = gpu->mig_on;
    return NVML_SUCCESS;
}

STUB_API int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    return code ? code : nvml_put_number(out, gpu, gpu ? gpu->max_migs : 0);
}

STUB_API int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu || !out || (gpu->mig_capable && index >= gpu->max_migs))
        return NVML_INVALID_ARGUMENT;
    if (!gpu->mig_capable)
        return NVML_NOT_SUPPORTED;
    for (size_t i = 0; i < gpu->n_migs; i++) {
        if (gpu->migs[i].index == index) {
            *out = &gpu->migs[i];
            return NVML_SUCCESS;
        }
    }
    return NVML_NOT_FOUND;
}

STUB_API int nvmlDeviceIsMigDeviceHandle(void *device, unsigned *out)
{
    int code = nvml_enter(__func__, device);

    return code ? code : nvml_put_number(out, nvml_any_gpu(device), nvml_mig(device) != NULL);
}

STUB_API int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(void *device, void **out)
{
    const struct stub_mig *mig = nvml_mig(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!mig || !out)
        return NVML_INVALID_ARGUMENT;
    *out = mig->gpu;
    return NVML_SUCCESS;
}

/* What only MIG devices have. */
static int enter_mig(const char *function, void *device, const void *out)
{
    int code = nvml_enter(function, device);

    if (code)
        return code;
    if (!out || !nvml_any_gpu(device))
        return NVML_INVALID_ARGUMENT;
    return nvml_mig(device) ? NVML_SUCCESS : NVML_NOT_SUPPORTED;
}

STUB_API int nvmlDeviceGetGpuInstanceId(void *device, unsigned *out)
{
    int code = enter_mig(__func__, device, out);

    if (code == NVML_SUCCESS)
        *out = nvml_mig(device)->gi;
    return code;
}

STUB_API int nvmlDeviceGetComputeInstanceId(void *device, unsigned *out)
{
    int code = enter_mig(__func__, device, out);

    if (code == NVML_SUCCESS)
        *out = nvml_mig(device)->ci;
    return code;
}

static unsigned gi_slices(const struct stub_mig *mig)
{
    return model_gi_slices(record_number(mig->record, "gi_prof", 0));
}

static int attributes(const char *function, void *device, struct attributes *out)
{
    const struct stub_mig *mig = nvml_mig(device);
    int code = enter_mig(function, device, out);
    unsigned slices;

    if (code)
        return code;
    slices = model_ci_slices(record_number(mig->record, "ci_prof", 0));
    *out = (struct attributes){
        .multiprocessors = record_number(mig->record, "sms", MULTIPROCESSORS_PER_SLICE * slices),
        .copy_engines = gi_slices(mig),
        .gi_slices = gi_slices(mig),
        .ci_slices = slices,
        .memory_mb = record_number(mig->record, "mem_mib", 0),
    };
    return NVML_SUCCESS;
}

STUB_API int nvmlDeviceGetAttributes(void *device, struct attributes *out)
{
    return attributes(__func__, device, out);
}

STUB_API int nvmlDeviceGetAttributes_v2(void *device, struct attributes *out)
{
    return attributes(__func__, device, out);
}

/* The handle of a GPU instance, of which there is one, or NULL. */
static struct stub_instance *gpu_instance_at(const struct stub_gpu *gpu, unsigned id)
{
    for (size_t i = 0; i < gpu->n_migs; i++) {
        if (gpu->migs[i].gi == id)
            return &gpu->migs[i].gpu_instance;
    }
    return NULL;
}

STUB_API int nvmlDeviceGetGpuInstanceById(void *device, unsigned id, void **out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    int code = nvml_enter(__func__, device);

    if (code)
        return code;
    if (!gpu || !out)
        return NVML_INVALID_ARGUMENT;
    if (!gpu->mig_on)
        return NVML_NOT_SUPPORTED;
    *out = gpu_instance_at(gpu, id);
    return *out ? NVML_SUCCESS : NVML_NOT_FOUND;
}

STUB_API int nvmlGpuInstanceGetInfo(void *instance, struct gi_info *out)
{
    const struct stub_mig *mig = nvml_gpu_instance(instance);
    int code = nvml_enter(__func__, instance);

    if (code)
        return code;
    if (!mig || !out)
        return NVML_INVALID_ARGUMENT;
    *out = (struct gi_info){
        .device = mig->gpu,
        .id = mig->gi,
        .profile_id = record_number(mig->record, "gi_prof_id", 0),
        .placement = {record_number(mig->record, "gi_start", 0),
                      record_number(mig->record, "gi_size", 0)},
    };
    return NVML_SUCCESS;
}

STUB_API int nvmlGpuInstanceGetComputeInstanceById(void *instance, unsigned id, void **out)
{
    const struct stub_mig *mig = nvml_gpu_instance(instance);
    int code = nvml_enter(__func__, instance);

    if (code)
        return code;
    if (!mig || !out)
        return NVML_INVALID_ARGUMENT;
    for (size_t i = 0; i < mig->gpu->n_migs; i++) {
        struct stub_mig *other = &mig->gpu->migs[i];

        if (other->gi == mig->gi && other->ci == id) {
            *out = &other->compute_instance;
            return NVML_SUCCESS;
        }
    }
    return NVML_NOT_FOUND;
}

/* `size` is that of the caller's struct. */
static int ci_info(const char *function, void *instance, void *out, size_t size)
{
    struct stub_mig *mig = nvml_compute_instance(instance);
    int code = nvml_enter(function, instance);
    struct ci_info info;

    if (code)
        return code;
    if (!mig || !out)
        return NVML_INVALID_ARGUMENT;
    info = (struct ci_info){
        .device = mig->gpu,
        .gpu_instance = gpu_instance_at(mig->gpu, mig->gi),
        .id = mig->ci,
        .profile_id = record_number(mig->record, "ci_prof_id", 0),
        .placement = {record_number(mig->record, "ci_start", 0),
                      record_number(mig->record, "ci_size", 0)},
    };
    memcpy(out, &info, size);
    return NVML_SUCCESS;
}

STUB_API int nvmlComputeInstanceGetInfo(void *instance, void *out)
{
    return ci_info(__func__, instance, out, offsetof(struct ci_info, placement));
}

STUB_API int nvmlComputeInstanceGetInfo_v2(void *instance, struct ci_info *out)
{
    return ci_info(__func__, instance, out, sizeof(*out));
}

STUB_API int nvmlDeviceGetGpuInstanceProfileInfo(void *device, unsigned profile,
                                                 struct gi_profile_info *out)
{
    const struct stub_gpu *gpu = nvml_gpu(device);
    const struct record *r;
    int code = nvml_enter(__func__, device);
    unsigned slices;

    if (code)
        return code;
    if (!gpu || !out || profile >= STUB_MAX_PROFILE)
        return NVML_INVALID_ARGUMENT;
    r = model_profile(gpu, profile);
    if (!gpu->mig_capable || !r)
        return NVML_NOT_SUPPORTED;
    slices = record_number(r, "slices", model_gi_slices(profile));
    *out = (struct gi_profile_info){
        .id = record_number(r, "id", 0),
        .slices = slices,
        .instances = record_number(r, "instances", 0),
        .multiprocessors = MULTIPROCESSORS_PER_SLICE * slices,
        .copy_engines = slices,
        .memory_mb = record_number(r, "mem_mib", 0),
    };
    return NVML_SUCCESS;
}

/* The whole GPU instance, or up to about half of it. The id of a profile is its number. */
STUB_API int nvmlGpuInstanceGetComputeInstanceProfileInfo(void *instance, unsigned profile,
                                                          unsigned engine,
                                                          struct ci_profile_info *out)
{
    const struct stub_mig *mig = nvml_gpu_instance(instance);
    int code = nvml_enter(__func__, instance);
    unsigned all, slices;

    if (code)
        return code;
    if (!mig || !out || profile >= CI_PROFILES || engine != 0)
        return NVML_INVALID_ARGUMENT;
    all = gi_slices(mig);
    slices = model_ci_slices(profile);
    if (profile >= CI_FRACTIONS || slices > all || (slices != all && 2 * slices > all + 1))
        return NVML_NOT_SUPPORTED;
    *out = (struct ci_profile_info){
        .id = profile,
        .slices = slices,
        .instances = all / slices,
        .multiprocessors = MULTIPROCESSORS_PER_SLICE * slices,
        .copy_engines = all,
    };
    return NVML_SUCCESS;
}
