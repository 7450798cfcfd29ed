/* SPDX-License-Identifier: Apache-2.0 */
/* What the questions to NVML share, while it is open. Internal to nvml*.c. */
#ifndef CDIKIT_GENERATE_MACHINE_NVML_SESSION_H
#define CDIKIT_GENERATE_MACHINE_NVML_SESSION_H

#include <stdbool.h>

#include "generate/machine/nvml.h"
#include "generate/machine/nvml_abi.h"

struct nvml_session {
    struct nvml_functions fn;
    struct arena *arena;
    bool no_memory; /* an allocation failed: nvml_read() looks at the end */
};

/* Calls a function of the library, if it has it. The result is a code. */
#define NVML_ASK(session, function, ...)                          \
    ((session)->fn.function ? (session)->fn.function(__VA_ARGS__) \
                            : (int)NVML_CODE_FUNCTION_NOT_FOUND)

/* The first `size` bytes of a text at most, from the arena. */
const char *nvml_keep_text(struct nvml_session *session, const char *text, size_t size);

/* Notes "FUNCTION failed: TEXT (CODE)" in *problem, unless it holds one already. */
void nvml_note(struct nvml_session *session, const char **problem, const char *function, int code);

/* The name or the UUID of a device; NULL with *problem noted. */
const char *nvml_device_text(struct nvml_session *session, nvml_device device,
                             int (*ask)(nvml_device, char *, unsigned), const char *function,
                             const char **problem);

/* nvml_gpu.c: everything about one GPU, whose index is set. */
void nvml_read_gpu(struct nvml_session *session, struct nvml_gpu *gpu);

/* nvml_mig.c: the MIG devices of a GPU. */
void nvml_read_migs(struct nvml_session *session, nvml_device device, struct nvml_gpu *gpu);

#endif
