/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/driver/nvidia. Source: NVIDIA's kernel module, kernel-open/nvidia/nv-procfs.c, and the
 * driver's README, "/proc interface".
 */
#ifndef CDIKIT_GENERATE_MACHINE_PROCFS_H
#define CDIKIT_GENERATE_MACHINE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

#include "generate/machine/machine.h"

struct root;

#define PROCFS_VERSION "/proc/driver/nvidia/version"
#define PROCFS_GPUS    "/proc/driver/nvidia/gpus"

/* What the driver says of a GPU that it has taken. */
struct procfs_gpu {
    struct pci_address address;
    int64_t minor;     /* -1 if unknown */
    const char *uuid;  /* NULL if unknown: the driver shows '?'s until it has initialised the GPU */
    const char *model; /* NULL if unknown */
    bool excluded;     /* by the module's parameter NVreg_ExcludedGpus */
};

/* Reads the text of gpus/ADDRESS/information. Returns false without memory. */
bool procfs_parse_information(const char *text, size_t len, struct arena *arena,
                              struct procfs_gpu *out);

/*
 * The module's version in the text of the file "version", e.g. "580.65.06": the first word of
 * digits and dots in the line "NVRM version:"; in *out, NULL if there is none. False without
 * memory.
 */
bool procfs_parse_version(const char *text, size_t len, struct arena *arena, const char **out);

/*
 * The version of the loaded module in *version (NULL if the file says none). Errors: NOTFOUND
 * (no such file: the driver is not loaded), IO, NOMEM.
 */
int procfs_driver_version(const struct root *root, struct arena *arena, const char **version,
                          struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The GPUs of the driver by address. A GPU whose file cannot be read is there, with everything
 * unknown. No such directory: none. Errors: IO, NOMEM.
 */
int procfs_gpus(const struct root *root, struct arena *arena, struct procfs_gpu **out, size_t *n,
                struct cdi_error *err) CDI_MUST_CHECK;

/* True if GPU instances (MIG) exist on the GPU with a device minor. */
bool procfs_has_gpu_instances(const struct root *root, int64_t minor, struct arena *arena);

#endif
