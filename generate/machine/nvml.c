/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/nvml.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/guest.h"
#include "generate/machine/nvml_session.h"

/* More than a machine can have; a larger count is not believed. */
#define MAX_GPUS 1024U

#define SYMBOL(member, ...)                      \
    {                                            \
        offsetof(struct nvml_functions, member), \
        {                                        \
            __VA_ARGS__                          \
        }                                        \
    }

/* A suffix names a newer layout or meaning, and is what current drivers want to be called by. */
static const struct guest_symbol symbols[] = {
    SYMBOL(init, "nvmlInit_v2", "nvmlInit"),
    SYMBOL(shutdown, "nvmlShutdown"),
    SYMBOL(error_string, "nvmlErrorString"),
    SYMBOL(driver_version, "nvmlSystemGetDriverVersion"),
    SYMBOL(cuda_version, "nvmlSystemGetCudaDriverVersion"),
    SYMBOL(count, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"),
    SYMBOL(handle, "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"),
    SYMBOL(name, "nvmlDeviceGetName"),
    SYMBOL(uuid, "nvmlDeviceGetUUID"),
    SYMBOL(minor, "nvmlDeviceGetMinorNumber"),
    SYMBOL(pci_info, "nvmlDeviceGetPciInfo_v3"),
    SYMBOL(pci_info_legacy, "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo"),
    SYMBOL(addressing_mode, "nvmlDeviceGetAddressingMode"),
    SYMBOL(mig_mode, "nvmlDeviceGetMigMode"),
    SYMBOL(max_migs, "nvmlDeviceGetMaxMigDeviceCount"),
    SYMBOL(mig_handle, "nvmlDeviceGetMigDeviceHandleByIndex"),
    SYMBOL(gpu_instance_id, "nvmlDeviceGetGpuInstanceId"),
    SYMBOL(compute_instance_id, "nvmlDeviceGetComputeInstanceId"),
    SYMBOL(gpu_instance, "nvmlDeviceGetGpuInstanceById"),
    SYMBOL(gpu_instance_info, "nvmlGpuInstanceGetInfo"),
    SYMBOL(gpu_instance_profile, "nvmlDeviceGetGpuInstanceProfileInfo"),
};

/* What to do where the library cannot be used at all. */
static const struct remedy {
    int code;
    const char *text;
} remedies[] = {
    {NVML_CODE_NO_PERMISSION, "run this as root, or as a user who may open /dev/nvidiactl"},
    {NVML_CODE_DRIVER_NOT_LOADED,
     "load the kernel module with \"modprobe nvidia\"; \"dmesg\" says why if it does not load"},
    {NVML_CODE_TIMEOUT, "a GPU does not answer: see \"dmesg\", and reset it or reboot"},
    {NVML_CODE_LIBRARY_NOT_FOUND, "a library of the driver is missing: install all its packages"},
    {NVML_CODE_GPU_IS_LOST, "a GPU fell off the bus: see \"dmesg\", and reboot"},
    {NVML_CODE_RESET_REQUIRED, "reset the GPU with \"nvidia-smi --gpu-reset\", or reboot"},
    {NVML_CODE_OPERATING_SYSTEM,
     "access to the GPUs is blocked: look at the device cgroup and the modes of /dev/nvidia*"},
    {NVML_CODE_LIB_RM_VERSION_MISMATCH,
     "the loaded kernel module and the driver's libraries are of different versions, as after an "
     "upgrade: reboot, or unload the nvidia modules and load them again"},
    {NVML_CODE_UNKNOWN, "see the lines with NVRM in \"dmesg\""},
};

static const char *code_text(const struct nvml_session *session, int code)
{
    return session->fn.error_string ? session->fn.error_string(code) : NULL;
}

void nvml_note(struct nvml_session *session, const char **problem, const char *function, int code)
{
    if (*problem)
        return;
    *problem = guest_failure(session->arena, function, code_text(session, code), code);
    if (!*problem)
        session->no_memory = true;
}

const char *nvml_keep_text(struct nvml_session *session, const char *text, size_t size)
{
    const char *copy = arena_strndup(session->arena, text, strnlen(text, size));

    if (!copy)
        session->no_memory = true;
    return copy;
}

const char *nvml_device_text(struct nvml_session *session, nvml_device device,
                             int (*ask)(nvml_device, char *, unsigned), const char *function,
                             const char **problem)
{
    char text[NVML_DEVICE_TEXT_SIZE] = "";
    int code = ask ? ask(device, text, sizeof text) : (int)NVML_CODE_FUNCTION_NOT_FOUND;

    if (code == NVML_CODE_SUCCESS)
        return nvml_keep_text(session, text, sizeof text);
    nvml_note(session, problem, function, code);
    return NULL;
}

/* The error of a session that is of no use. */
static int refuse(struct nvml_session *session, const char *function, int code,
                  struct cdi_error *err)
{
    const char *problem = NULL;

    nvml_note(session, &problem, function, code);
    if (!problem)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
        if (remedies[i].code == code)
            return cdi_error_set(err, CDI_ERR_UNSUPPORTED, "%s: %s", problem, remedies[i].text);
    return cdi_error_set(err, CDI_ERR_UNSUPPORTED, "%s", problem);
}

/* Right after it was loaded a driver can answer UNKNOWN for a moment: a failure is asked twice. */
static int count_gpus(struct nvml_session *session, unsigned *n, struct cdi_error *err)
{
    int code = NVML_ASK(session, count, n);

    if (code != NVML_CODE_SUCCESS)
        code = NVML_ASK(session, count, n);
    if (code != NVML_CODE_SUCCESS)
        return refuse(session, "nvmlDeviceGetCount", code, err);
    if (*n > MAX_GPUS)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED, "nvmlDeviceGetCount says %u GPUs", *n);
    return 0;
}

static int read_facts(struct nvml_session *session, struct nvml_facts *out, struct cdi_error *err)
{
    char version[NVML_DRIVER_VERSION_SIZE] = "";
    unsigned n = 0;
    int r = count_gpus(session, &n, err);

    if (r < 0)
        return r;
    if (NVML_ASK(session, driver_version, version, sizeof version) == NVML_CODE_SUCCESS && *version)
        out->driver_version = nvml_keep_text(session, version, sizeof version);
    if (NVML_ASK(session, cuda_version, &out->cuda_version) != NVML_CODE_SUCCESS)
        out->cuda_version = 0;
    out->gpus = arena_calloc(session->arena, n, sizeof *out->gpus);
    if (!out->gpus)
        return cdi_error_nomem(err);
    for (out->n_gpus = 0; out->n_gpus < n; out->n_gpus++) {
        out->gpus[out->n_gpus].index = (unsigned)out->n_gpus;
        nvml_read_gpu(session, &out->gpus[out->n_gpus]);
    }
    return session->no_memory ? cdi_error_nomem(err) : 0;
}

int nvml_read(const char *library, struct arena *arena, struct nvml_facts *out,
              struct cdi_error *err)
{
    struct nvml_session session = {.arena = arena};
    _cleanup_guest_ void *handle = NULL;
    int code, r = guest_open(library, &handle, err);

    *out = (struct nvml_facts){0};
    if (r < 0)
        return r;
    (void)guest_resolve(handle, symbols, ARRAY_SIZE(symbols), &session.fn);
    code = NVML_ASK(&session, init);
    if (code != NVML_CODE_SUCCESS)
        return refuse(&session, "nvmlInit", code, err);
    r = read_facts(&session, out, err);
    (void)NVML_ASK(&session, shutdown);
    return r;
}
