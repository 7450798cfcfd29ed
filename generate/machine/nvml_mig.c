/* SPDX-License-Identifier: Apache-2.0 */
/* The MIG devices of a GPU, and which of them can do graphics. */
#include "base/arena.h"
#include "generate/machine/nvml_session.h"

/* Far more than a GPU can be cut into (7 today); a larger count is not believed. */
#define MAX_MIGS 256U

static const bool has_graphics[NVML_PROFILES] = {
    [NVML_PROFILE_1_SLICE_GFX] = true,
    [NVML_PROFILE_2_SLICE_GFX] = true,
    [NVML_PROFILE_3_SLICE_GFX] = true,
    [NVML_PROFILE_4_SLICE_GFX] = true,
};

/*
 * A GPU's profiles of GPU instances, asked for once, and only as far as an instance's profile
 * has not been found.
 */
struct profiles {
    uint32_t ids[NVML_PROFILES];
    bool known[NVML_PROFILES];
    unsigned asked;
    const char *problem; /* of the first one that failed */
};

static void ask_next_profile(struct nvml_session *session, nvml_device device,
                             struct profiles *profiles)
{
    struct nvml_gpu_instance_profile info = {0};
    unsigned number = profiles->asked++;
    int code = NVML_ASK(session, gpu_instance_profile, device, number, &info);

    if (code == NVML_CODE_SUCCESS) {
        profiles->ids[number] = info.id;
        profiles->known[number] = true;
    } else if (code != NVML_CODE_NOT_SUPPORTED && code != NVML_CODE_INVALID_ARGUMENT) {
        nvml_note(session, &profiles->problem, "nvmlDeviceGetGpuInstanceProfileInfo", code);
    }
}

/* The number of the profile with an id; NVML_PROFILES if there is none. */
static unsigned find_profile(struct nvml_session *session, nvml_device device,
                             struct profiles *profiles, uint32_t id)
{
    for (unsigned number = 0; number < NVML_PROFILES; number++) {
        if (number == profiles->asked)
            ask_next_profile(session, device, profiles);
        if (profiles->known[number] && profiles->ids[number] == id)
            return number;
    }
    return NVML_PROFILES;
}

static void ask_graphics(struct nvml_session *session, nvml_device device,
                         struct profiles *profiles, struct nvml_mig *mig)
{
    struct nvml_gpu_instance_info info = {0};
    const char *function = "nvmlDeviceGetGpuInstanceById";
    nvml_gpu_instance instance = NULL;
    int code = NVML_ASK(session, gpu_instance, device, mig->gi, &instance);
    unsigned profile;

    if (code == NVML_CODE_SUCCESS) {
        function = "nvmlGpuInstanceGetInfo";
        code = NVML_ASK(session, gpu_instance_info, instance, &info);
    }
    if (code != NVML_CODE_SUCCESS) {
        nvml_note(session, &mig->problem, function, code);
        return;
    }
    profile = find_profile(session, device, profiles, info.profile_id);
    if (profile < NVML_PROFILES) {
        mig->graphics = has_graphics[profile];
        return;
    }
    mig->problem = profiles->problem ? profiles->problem
                                     : arena_printf(session->arena,
                                                    "GPU instance %u has profile %u, which the "
                                                    "GPU does not know",
                                                    mig->gi, info.profile_id);
    if (!mig->problem)
        session->no_memory = true;
}

/* Another MIG device of the same GPU instance that has been described; NULL if there is none. */
static const struct nvml_mig *find_sibling(const struct nvml_gpu *gpu, unsigned gi)
{
    for (size_t i = 0; i < gpu->n_migs; i++)
        if (gpu->migs[i].gi == gi && !gpu->migs[i].problem)
            return &gpu->migs[i];
    return NULL;
}

static void describe(struct nvml_session *session, nvml_device device, nvml_device handle,
                     const struct nvml_gpu *gpu, struct profiles *profiles, struct nvml_mig *mig)
{
    const struct nvml_mig *sibling;
    int code;

    mig->uuid = nvml_device_text(session, handle, session->fn.uuid, "nvmlDeviceGetUUID",
                                 &mig->problem);
    code = NVML_ASK(session, compute_instance_id, handle, &mig->ci);
    if (code != NVML_CODE_SUCCESS)
        nvml_note(session, &mig->problem, "nvmlDeviceGetComputeInstanceId", code);
    code = NVML_ASK(session, gpu_instance_id, handle, &mig->gi);
    if (code != NVML_CODE_SUCCESS)
        nvml_note(session, &mig->problem, "nvmlDeviceGetGpuInstanceId", code);
    if (mig->problem)
        return;
    sibling = find_sibling(gpu, mig->gi);
    if (sibling)
        mig->graphics = sibling->graphics;
    else
        ask_graphics(session, device, profiles, mig);
}

void nvml_read_migs(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu)
{
    struct profiles profiles = {0};
    unsigned max = 0;
    int code = NVML_ASK(session, max_migs, device, &max);

    if (code != NVML_CODE_SUCCESS) {
        nvml_note(session, &gpu->mig_problem, "nvmlDeviceGetMaxMigDeviceCount", code);
        return;
    }
    max = max < MAX_MIGS ? max : MAX_MIGS;
    gpu->migs = arena_calloc(session->arena, max, sizeof *gpu->migs);
    if (!gpu->migs) {
        session->no_memory = true;
        return;
    }
    for (unsigned index = 0; index < max; index++) {
        struct nvml_mig mig = {.index = index};
        nvml_device handle = NULL;

        code = NVML_ASK(session, mig_handle, device, index, &handle);
        if (code == NVML_CODE_NOT_FOUND || code == NVML_CODE_INVALID_ARGUMENT)
            continue; /* indices have gaps */
        if (code != NVML_CODE_SUCCESS) {
            nvml_note(session, &gpu->mig_problem, "nvmlDeviceGetMigDeviceHandleByIndex", code);
            continue;
        }
        describe(session, device, handle, gpu, &profiles, &mig);
        gpu->migs[gpu->n_migs++] = mig;
    }
}
