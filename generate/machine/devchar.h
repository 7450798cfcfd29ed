/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's character devices by number, for /dev/char/MAJOR:MINOR. systemd, where it is the
 * cgroup driver of containers, knows devices by these links only, and udev makes none for nodes
 * that it did not make itself.
 */
#ifndef CDIKIT_GENERATE_MACHINE_DEVCHAR_H
#define CDIKIT_GENERATE_MACHINE_DEVCHAR_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct majors;
struct migcaps;
struct root;

struct devchar {
    const char *path; /* "/dev/nvidia0" */
    unsigned major, minor;
};

/* A growing list in an arena. */
struct devchars {
    struct arena *arena;
    struct devchar *items;
    size_t n;
};

/* The control devices, which the driver has once: names beneath /dev. */
extern const char *const devchar_control[4];

/*
 * The number of a control device. Errors: NOTFOUND (its module is not loaded).
 */
int devchar_control_number(const char *name, const struct majors *majors, struct devchar *out,
                           struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds those that are in /dev/nvidia* and /dev/nvidia-caps/nvidia-*, by name: no links, and
 * neither nvidia-fs, nvidia-nvswitch nor nvidia-nvlink. Errors: IO, NOMEM.
 */
int devchars_add_present(const struct root *root, struct devchars *out,
                         struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds those that a machine with so many GPUs has or can get: control devices, a node for each
 * GPU, and with `caps` (else NULL) the capabilities of MIG. Errors: NOTFOUND (a module is not
 * loaded), NOMEM.
 */
int devchars_add_all(const struct majors *majors, const struct migcaps *caps, size_t n_gpus,
                     struct devchars *out, struct cdi_error *err) CDI_MUST_CHECK;

/* How many GPUs the PCI bus has, without virtual functions. Errors: those of pci_displays(). */
int devchars_count_gpus(const struct root *root, struct arena *arena, size_t *n,
                        struct cdi_error *err) CDI_MUST_CHECK;

#endif
