/* SPDX-License-Identifier: Apache-2.0 */
/* What NVML says of one GPU. */
#include "base/arena.h"
#include "generate/machine/nvml_session.h"

/* What a code says of something that not every GPU has. */
static enum nvml_answer answer_of(int code)
{
    switch (code) {
    case NVML_CODE_SUCCESS:
        return NVML_YES;
    case NVML_CODE_NOT_SUPPORTED:
    case NVML_CODE_FUNCTION_NOT_FOUND:
        return NVML_UNSUPPORTED;
    default:
        return NVML_FAILED;
    }
}

static void ask_minor(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu)
{
    unsigned minor = 0;
    int code = NVML_ASK(session, minor, device, &minor);

    if (code == NVML_CODE_SUCCESS)
        gpu->minor = minor;
    else
        nvml_note(session, &gpu->node_problem, "nvmlDeviceGetMinorNumber", code);
}

static void ask_pci(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu)
{
    struct nvml_pci_info info = {0};
    const char *id = info.bus_id;
    size_t size = sizeof info.bus_id;
    int code = NVML_ASK(session, pci_info, device, &info);

    if (code == NVML_CODE_FUNCTION_NOT_FOUND) {
        code = NVML_ASK(session, pci_info_legacy, device, &info);
        id = info.bus_id_legacy;
        size = sizeof info.bus_id_legacy;
    }
    gpu->pci = answer_of(code);
    if (gpu->pci == NVML_YES)
        gpu->bus_id = nvml_keep_text(session, id, size);
    else if (gpu->pci == NVML_FAILED)
        nvml_note(session, &gpu->node_problem, "nvmlDeviceGetPciInfo", code);
}

static void ask_coherence(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu)
{
    struct nvml_addressing_mode mode = {.version = NVML_ADDRESSING_MODE_V1};
    int code = NVML_ASK(session, addressing_mode, device, &mode);

    gpu->coherent = answer_of(code);
    if (gpu->coherent == NVML_YES && mode.value != NVML_ADDRESSING_MODE_ATS)
        gpu->coherent = NVML_NO;
    else if (gpu->coherent == NVML_FAILED)
        nvml_note(session, &gpu->coherent_problem, "nvmlDeviceGetAddressingMode", code);
}

/* Without MIG mode a GPU has no MIG devices: they are not asked for. */
static void ask_mig(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu)
{
    unsigned current = 0, pending = 0;
    int code = NVML_ASK(session, mig_mode, device, &current, &pending);

    gpu->mig = answer_of(code);
    if (gpu->mig == NVML_FAILED)
        nvml_note(session, &gpu->problem, "nvmlDeviceGetMigMode", code);
    if (gpu->mig != NVML_YES)
        return;
    if (current == 1)
        nvml_read_migs(session, device, gpu);
    else
        gpu->mig = NVML_NO;
}

void nvml_read_gpu(struct nvml_session *session, struct nvml_gpu *gpu)
{
    nvml_device device = NULL;
    int code = NVML_ASK(session, handle, gpu->index, &device);

    gpu->minor = -1;
    if (code != NVML_CODE_SUCCESS) {
        gpu->pci = gpu->mig = gpu->coherent = NVML_FAILED;
        nvml_note(session, &gpu->problem, "nvmlDeviceGetHandleByIndex", code);
        return;
    }
    gpu->name = nvml_device_text(session, device, session->fn.name, "nvmlDeviceGetName",
                                 &gpu->problem);
    gpu->uuid = nvml_device_text(session, device, session->fn.uuid, "nvmlDeviceGetUUID",
                                 &gpu->problem);
    ask_minor(session, device, gpu);
    ask_pci(session, device, gpu);
    ask_mig(session, device, gpu);
    ask_coherence(session, device, gpu);
}
