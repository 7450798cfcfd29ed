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
#include "generate/machine/account.h"

/* A character device below /dev, by lstat. */
struct machine_node {
    const char *path;      /* in the container: "/dev/nvidia0" */
    const char *host_path; /* with the dev root before it */
    uint32_t major, minor;
    uint32_t mode; /* permission bits */
    uint32_t gid;
    bool bare; /* named by its paths alone: the engine takes the rest from the host */
};

/* A file or directory of the host that a container gets read-only. */
struct machine_mount {
    const char *host_path;
    const char *path;
};

/* A symlink to create in the container. */
struct machine_link {
    const char *target; /* its text */
    const char *path;
};

/* An environment variable of the container. */
struct machine_env {
    const char *name;
    const char *value;
};

/* A call of the vendor's hook program. */
struct machine_hook {
    const char *name; /* one of the vendor's */
    const char **args;
    size_t n_args;
};

/* Hooks in the order in which they run. */
struct machine_hooks {
    struct machine_hook *items;
    size_t n;
};

/* Where a device is on the PCI bus. */
struct pci_address {
    uint32_t domain;
    uint8_t bus, device, function;
};

/* The index of a GPU that its driver does not use, or of what is not known. */
#define MACHINE_NO_INDEX SIZE_MAX

/* What a device is. */
enum machine_kind {
    MACHINE_GPU,   /* a whole GPU */
    MACHINE_MIG,   /* a MIG device: a compute instance on a GPU */
    MACHINE_OTHER, /* something with a name of its own */
};

/* Whether a GPU's memory is coherent with the machine's (addressing by ATS). */
enum machine_coherence {
    MACHINE_COHERENCE_UNKNOWN,
    MACHINE_COHERENT,
    MACHINE_NONCOHERENT,
};

/* A device of the machine; each of its names becomes a device of the document. */
struct machine_device {
    enum machine_kind kind;

    /* The GPU that this is, or that it is on. */
    struct pci_address address;
    const char *pci_name; /* "0000:3b:00.0", NULL if it is on no PCI bus, or that is unknown */
    size_t index;         /* place among those in use, by PCI address; or MACHINE_NO_INDEX */
    int64_t minor;        /* of /dev/nvidia<minor>, -1 if unknown */
    const char *model;    /* NULL if unknown */
    enum machine_coherence coherence;

    /* MACHINE_MIG */
    size_t mig_index; /* on its GPU; MACHINE_NO_INDEX: stands for all that could not be listed */
    uint32_t gi, ci;  /* GPU instance, compute instance */
    bool graphics;    /* can do graphics, and so needs the GPU's DRM devices */

    const char *uuid; /* NULL if unknown */

    struct machine_node *nodes;
    size_t n_nodes;
    struct machine_link *links; /* /dev/dri/by-path */
    size_t n_links;
    struct machine_mount *mounts;
    size_t n_mounts;
    struct machine_hooks hooks; /* that a container with this device needs */

    const char **names; /* of its devices in the document, one each naming strategy */
    size_t n_names;
    bool nameless;       /* it has no UUID and no address, and nothing is wrong with that */
    bool unlisted;       /* "all" does not mean it: only its id does */
    bool selected;       /* asked for */
    const char *problem; /* why it, or a name of it, is not in the document; NULL: nothing */
    bool unusable;       /* because of the problem it is not in the document at all */
};

/* Something worth knowing; nothing that was asked for is missing, unless it is a warning. */
struct machine_note {
    const char *subject;
    const char *text;
    bool warning;
};

struct machine {
    struct arena *arena;
    struct machine_device *devices;
    size_t n_devices;
    struct machine_node *control_nodes; /* those that every GPU of the vendor needs */
    size_t n_control_nodes;
    struct driver driver;
    struct machine_hooks hooks; /* these and the rest: what every container with a GPU needs */
    struct machine_env *env;
    size_t n_env;

    struct account account; /* of what is not in driver.looked */

    struct machine_note *notes;
    size_t n_notes;
    bool empty_device; /* the device "none" was asked for */
    bool by_id;        /* the selected devices were asked for one by one */
};

/* Adds a zeroed device. NULL without memory. */
struct machine_device *machine_add(struct machine *machine, struct cdi_error *err);

/*
 * Adds a selected device with the one name, which is not copied: it is no GPU, and has no index.
 * NULL without memory.
 */
struct machine_device *machine_add_named(struct machine *machine, const char *name,
                                         struct cdi_error *err);

/* The device cannot be described: `problem` says why, and lives as long as the machine. */
void machine_reject(struct machine_device *device, const char *problem);

/* Adds a note with a printf-formatted text; `subject` is copied. */
int machine_note(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...) CDI_PRINTF(4, 5) CDI_MUST_CHECK;

/* The same for what was asked for and is of no use. */
int machine_warn(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...) CDI_PRINTF(4, 5) CDI_MUST_CHECK;

#endif
