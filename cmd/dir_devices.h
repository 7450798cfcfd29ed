/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that the documents of directories define, of those that engines load there. */
#ifndef CDIKIT_CMD_DIR_DEVICES_H
#define CDIKIT_CMD_DIR_DEVICES_H

#include <stdbool.h>

#include <cdikit/spec.h>

struct arena;

/* Begins with its arena and zero; all text in it is of the arena. */
struct dir_devices {
    struct arena *arena;
    void *names; /* tsearch() tree of directories, and of devices in them */
};

/*
 * Takes the names of a document's devices in a directory. False if one of them is taken, or the
 * documents there cannot be known; none of them is taken then. The directory is listed, and its
 * documents are read, once. Errors: NOMEM.
 */
int dir_devices_take(struct dir_devices *devices, const char *dir, const struct cdi_spec *spec,
                     bool *taken, struct cdi_error *err) CDI_MUST_CHECK;

void dir_devices_close(struct dir_devices *devices);

#endif
