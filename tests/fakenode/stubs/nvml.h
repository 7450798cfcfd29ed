/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the stub NVML have in common. A part is a file, and a library of an older
 * driver is linked without the parts that came later; see tests/fakenode/README.md.
 * Source: NVIDIA's NVML API Reference (names, return codes, struct layouts).
 */
#ifndef FAKENODE_STUBS_NVML_H
#define FAKENODE_STUBS_NVML_H

#include "tests/fakenode/stubs/model.h"

enum nvml_return {
    NVML_SUCCESS = 0,
    NVML_UNINITIALIZED = 1,
    NVML_INVALID_ARGUMENT = 2,
    NVML_NOT_SUPPORTED = 3,
    NVML_NOT_FOUND = 6,
    NVML_INSUFFICIENT_SIZE = 7,
    NVML_DRIVER_NOT_LOADED = 9,
    NVML_ARGUMENT_VERSION_MISMATCH = 25,
};

/*
 * What each function but those of nvmlInit begins with. `handle` is what the call is about, or
 * NULL. The code to return, or NVML_SUCCESS to go on.
 */
int nvml_enter(const char *function, const void *handle);
int nvml_enter_index(const char *function, int gpu);

/* What a handle is of; NULL when it is of something else. */
struct stub_gpu *nvml_gpu(void *handle);
struct stub_mig *nvml_mig(void *handle);
struct stub_mig *nvml_gpu_instance(void *handle);
struct stub_mig *nvml_compute_instance(void *handle);

/* The GPU itself, or that of the MIG device. */
struct stub_gpu *nvml_any_gpu(void *handle);

int nvml_put_text(char *out, unsigned size, const char *text);

/* Writes a number; a NULL record stands for a handle that was not one. */
int nvml_put_number(unsigned *out, const void *of, unsigned number);

#endif
