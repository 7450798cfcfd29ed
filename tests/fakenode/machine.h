/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a machine description, as structs. */
#ifndef FAKENODE_MACHINE_H
#define FAKENODE_MACHINE_H

#include "tests/fakenode/desc.h"

/* Their order is that of the description, which is NVML's. */
/* Holds a PCI address as the kernel writes it: a domain takes four digits, or those it needs. */
#define MACHINE_BDF_SIZE 20

struct gpu {
    unsigned minor;
    unsigned irq;
    const char *uuid;
    const char *name;
    bool has_pci;
    bool has_proc; /* a directory in /proc/driver/nvidia/gpus */
    char bdf[MACHINE_BDF_SIZE];
    bool mig_capable;
    bool mig_on;
};

struct pci_device {
    char bdf[MACHINE_BDF_SIZE];
    unsigned vendor;
    unsigned device;
    unsigned subsys_vendor;
    unsigned subsys_device;
    unsigned class_code;
    unsigned irq;
    const char *driver; /* NULL: none is bound */
    const char *drm;    /* list of DRM minors, may be empty */
};

struct mig_device {
    const struct gpu *gpu;
    unsigned gi;
    unsigned ci;
};

struct machine {
    struct desc desc;
    const char *driver_version; /* "" without a driver */
    bool loaded;                /* the kernel driver is there */
    bool open_modules;
    bool mig_capable;
    unsigned modify_device_files;
    const char *firmware_path; /* of module firmware_class */
    bool ld_cache;             /* it has an /etc/ld.so.cache */
    unsigned nvml_level;       /* the driver that its NVML is of */
    const char *stubs;         /* directory of the stub libraries, or NULL */
    struct gpu *gpus;
    size_t n_gpus;
    struct mig_device *migs;
    size_t n_migs;
    struct pci_device *pci; /* the GPUs and all others, by address */
    size_t n_pci;
};

/*
 * Reads the description at `path`; what is wrong with it ends the program. `stubs` is the
 * directory of the stub libraries, or NULL for libraries without content.
 */
void machine_read(struct machine *machine, const char *path, const char *stubs);

void machine_free(struct machine *machine);

/* Device minors of a GPU instance and of a compute instance, as in nvidia-caps/mig-minors. */
unsigned mig_gi_minor(unsigned gpu_minor, unsigned gi);
unsigned mig_ci_minor(unsigned gpu_minor, unsigned gi, unsigned ci);

#define MIG_MAX_GPUS 32
#define MIG_MAX_GIS  15
#define MIG_MAX_CIS  8

#endif
