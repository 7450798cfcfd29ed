/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine as plain data: what probing fills and what building a document reads. All strings
 * and arrays belong to the machine's arena (or are literals).
 */
#ifndef CDIKIT_GENERATE_MACHINE_MACHINE_H
#define CDIKIT_GENERATE_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generate/driver/driver.h"

/* A character device below /dev, by lstat. */
struct machine_node {
    const char *path;      /* in the container: "/dev/nvidia0" */
    const char *host_path; /* with the dev root before it */
    uint32_t major, minor;
    uint32_t mode; /* permission bits */
    uint32_t gid;
};

/* A symlink to create in the container. */
struct machine_link {
    const char *target; /* its text */
    const char *path;
};

/* Where a device is on the PCI bus. */
struct pci_address {
    uint32_t domain;
    uint8_t bus, device, function;
};

/* The index of a GPU that its driver does not use. */
#define MACHINE_NO_INDEX SIZE_MAX

/* A GPU. */
struct machine_gpu {
    struct pci_address address;
    const char *pci_name; /* "0000:3b:00.0" */
    size_t index;         /* place among those in use, by PCI address; or MACHINE_NO_INDEX */
    int64_t minor;        /* of /dev/nvidia<minor>, -1 if unknown */
    const char *uuid;     /* NULL if unknown */
    const char *model;    /* NULL if unknown */

    struct machine_node *nodes;
    size_t n_nodes;
    struct machine_link *links; /* /dev/dri/by-path */
    size_t n_links;

    const char **names; /* of its devices in the document, one each naming strategy */
    size_t n_names;
    bool selected;       /* asked for */
    const char *problem; /* why it, or a name of it, is not in the document; NULL: nothing */
    bool unusable;       /* because of the problem it is not in the document at all */
};

/* Something worth telling that costs no device. */
struct machine_note {
    const char *subject;
    const char *text;
};

struct machine {
    struct arena *arena;
    struct machine_gpu *gpus;
    size_t n_gpus;
    struct machine_node *control_nodes; /* those that every GPU of the vendor needs */
    size_t n_control_nodes;
    struct driver driver;
    struct machine_note *notes;
    size_t n_notes;
    bool empty_device; /* the device "none" was asked for */
};

/* Adds a note with a printf-formatted text; `subject` is copied. */
int machine_note(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...) CDI_PRINTF(4, 5) CDI_MUST_CHECK;

#endif
