/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MIG in /proc: the capability devices' minors, and the instances that exist. Source: NVIDIA's
 * MIG User Guide, "/dev based nvidia-capabilities" and "/proc based nvidia-capabilities".
 */
#ifndef CDIKIT_GENERATE_MACHINE_MIGCAPS_H
#define CDIKIT_GENERATE_MACHINE_MIGCAPS_H

#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;
struct root;

#define MIGCAPS_MINORS "/proc/driver/nvidia-caps/mig-minors"

/* The minors of a machine, kept sorted so that a look-up is a binary search. */
struct migcaps {
    struct migcaps_entry *entries;
    size_t n;
};

/* One line, "gpu0/gi1/ci2/access 42"; the words "config" and "monitor" have their own keys. */
struct migcaps_entry {
    uint64_t key;
    uint32_t minor;
    uint32_t place; /* in the file */
};

/*
 * Reads the text of mig-minors. Lines of another form are skipped; of two lines for one capability
 * the later counts. Errors: NOMEM.
 */
int migcaps_parse(const char *text, size_t len, struct arena *arena, struct migcaps *out,
                  struct cdi_error *err) CDI_MUST_CHECK;

/* Reads the file beneath a root, once. Errors: NOTFOUND (there is none), IO, NOMEM. */
int migcaps_read(const struct root *root, struct arena *arena, struct migcaps *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* The minor of "gpuG/giI/access" and "gpuG/giI/ciC/access"; -1 if there is none. */
int64_t migcaps_gpu_instance(const struct migcaps *caps, uint32_t gpu_minor, uint32_t gi);
int64_t migcaps_compute_instance(const struct migcaps *caps, uint32_t gpu_minor, uint32_t gi,
                                 uint32_t ci);

/* The minors of "config" and "monitor"; -1 if there is none. */
int64_t migcaps_config(const struct migcaps *caps);
int64_t migcaps_monitor(const struct migcaps *caps);

/* A MIG device that exists. */
struct mig_instance {
    uint32_t gi, ci;
};

/*
 * The compute instances on the GPU with a device minor, by gi and then ci, from the directories
 * /proc/driver/nvidia/capabilities/gpuN/mig/giN/ciN. No such directory: none. A GPU instance
 * without a compute instance is no device. Errors: IO, NOMEM.
 */
int mig_instances(const struct root *root, int64_t gpu_minor, struct arena *arena,
                  struct mig_instance **out, size_t *n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
