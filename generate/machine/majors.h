/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The major numbers that the driver's kernel modules were given. Source: proc(5),
 * "/proc/devices", and NVIDIA's kernel module, which called its device "nvidia-frontend" before
 * release 550.
 */
#ifndef CDIKIT_GENERATE_MACHINE_MAJORS_H
#define CDIKIT_GENERATE_MACHINE_MAJORS_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct root;

/* -1 where a module is not loaded, or too old to have one. */
struct majors {
    int gpu; /* also of /dev/nvidiactl and /dev/nvidia-modeset */
    int uvm;
    int caps;
};

/*
 * Reads the text of /proc/devices, of whose lines the last of a name counts. False if there is
 * no character device of the driver.
 */
bool majors_parse(const char *text, size_t len, struct majors *out);

/* Reads the file beneath a root. Errors: NOTFOUND (no device of the driver), IO, NOMEM. */
int majors_read(const struct root *root, struct majors *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
