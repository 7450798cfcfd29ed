/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVML, asked once: what the driver's management library says of the machine, as plain data.
 * Source: NVIDIA's NVML API Reference (function names, return codes, struct layouts).
 *
 * The library is a guest: it is opened, initialised once, asked, shut down and closed within
 * nvml_read(); every return code is checked, and a symbol that the library lacks counts as
 * FUNCTION_NOT_FOUND for who calls it.
 */
#ifndef CDIKIT_GENERATE_MACHINE_NVML_H
#define CDIKIT_GENERATE_MACHINE_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;

/* A fact that the library may not know. */
enum nvml_answer {
    NVML_UNSUPPORTED, /* NOT_SUPPORTED, or the library has no such function */
    NVML_NO,
    NVML_YES,
    NVML_FAILED, /* another error; the device's text says which */
};

/* A MIG device: a compute instance in a GPU instance. */
struct nvml_mig {
    unsigned index; /* of nvmlDeviceGetMigDeviceHandleByIndex() */
    const char *uuid;
    unsigned gi, ci;
    bool graphics;       /* its profile has the graphics attribute (gfx profiles) */
    const char *problem; /* why it cannot be described: "nvmlDeviceGetUUID failed: ..."; or NULL */
};

/* A GPU; each of its problems is that of one question, NULL if it was answered. */
struct nvml_gpu {
    unsigned index;
    const char *name;     /* NULL with a problem */
    const char *uuid;     /* NULL with a problem */
    int64_t minor;        /* -1 with node_problem */
    const char *bus_id;   /* as NVML writes it, "00000000:3B:00.0" (old drivers: "0000:3B:00.0") */
    enum nvml_answer pci; /* NVML_YES with bus_id; else that is NULL, as on integrated GPUs */
    enum nvml_answer mig; /* NVML_YES: enabled; NO: capable, not enabled */
    enum nvml_answer coherent; /* memory addressing mode is ATS */
    struct nvml_mig *migs;     /* if MIG is enabled */
    size_t n_migs;

    const char *problem;          /* no handle, no name, no UUID, MIG mode unknown */
    const char *node_problem;     /* no minor, or PCI information failed */
    const char *mig_problem;      /* its MIG devices, or some of them, could not be listed */
    const char *coherent_problem; /* with coherent == NVML_FAILED */
};

struct nvml_facts {
    const char *driver_version; /* NULL if unknown */
    int cuda_version;           /* 12080 is 12.8; 0 if unknown */
    struct nvml_gpu *gpus;      /* by index */
    size_t n_gpus;
};

/*
 * Asks the library, a path or a bare name for the loader, everything that struct nvml_facts
 * holds. What fails for one GPU is that GPU's problem. Errors: NOTFOUND (the library cannot be
 * opened), UNSUPPORTED (nvmlInit() or the count of GPUs failed; the message has NVML's code and
 * text, and what to do where that is known, e.g. for DRIVER_NOT_LOADED and
 * LIB_RM_VERSION_MISMATCH), NOMEM.
 */
int nvml_read(const char *library, struct arena *arena, struct nvml_facts *out,
              struct cdi_error *err) CDI_MUST_CHECK;

#endif
