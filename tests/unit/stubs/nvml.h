/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An NVML whose answers a test sets: the shared objects nvml.so and nvml_old.so
 * export one variable, `fake_nvml`, next to NVML's functions.
 */
#ifndef CDIKIT_TESTS_STUBS_NVML_H
#define CDIKIT_TESTS_STUBS_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generate/machine/nvml_abi.h"

#define FAKE_GPUS  3
#define FAKE_MIGS  8
#define FAKE_CALLS 1024

/* How failures and calls name devices: a GPU by its index, and so a MIG device; any; none. */
#define FAKE_MIG(gpu, index) (100 + (gpu)*10 + (index))
#define FAKE_ANY             (-1)
#define FAKE_NONE            (-2)

struct fake_mig {
    const char *uuid; /* NULL: there is no such MIG device */
    unsigned gi, ci;
    uint32_t profile_id; /* of its GPU instance */
};

enum fake_mig_mode { FAKE_MIG_UNSUPPORTED, FAKE_MIG_OFF, FAKE_MIG_ON };

struct fake_gpu {
    const char *name, *uuid, *bus_id;
    unsigned minor;
    uint32_t addressing;
    enum fake_mig_mode mig;
    unsigned max_migs;
    struct fake_mig migs[FAKE_MIGS];
    uint32_t profile_ids[NVML_PROFILES]; /* and 1, as 0 is an id; 0: not supported */
};

/* A failure of a function, `times` times; 0 is always. */
struct fake_failure {
    const char *function;
    int device;
    int code;
    int times;
};

struct fake_call {
    const char *function;
    int device;
};

struct fake_nvml {
    unsigned count;
    const char *driver_version;
    int cuda_version;
    struct fake_gpu gpus[FAKE_GPUS];
    struct fake_failure failures[4];
    int running; /* times initialised, less times shut down */
    struct fake_call calls[FAKE_CALLS];
    size_t n_calls;
};

#endif
