/* SPDX-License-Identifier: Apache-2.0 */
/* Building the node of a machine in a tree: one function for each part of it. */
#ifndef FAKENODE_BUILD_H
#define FAKENODE_BUILD_H

#include "tests/fakenode/machine.h"
#include "tests/fakenode/tree.h"

/* Everything but /proc/devices and the loader cache. */
void build_node(const struct tree *tree, const struct machine *machine);

/* The driver's user space: libraries, programs, configuration, firmware; filler libraries. */
void build_driver(const struct tree *tree, const struct machine *machine);

/* /proc/driver */
void build_proc_driver(const struct tree *tree, const struct machine *machine);

/* What /proc/devices says, as a file at `path`. */
void build_proc_devices(const struct tree *tree, const struct machine *machine, const char *path);

/* PCI bus, DRM class and modules below /sys */
void build_sys(const struct tree *tree, const struct machine *machine);

/* Device nodes of the machine */
void build_dev(const struct tree *tree, const struct machine *machine);

/* /dev/null and the like, which every Linux has; devpts and shm are not among them. */
void build_dev_base(const struct tree *tree);

/*
 * Makes /etc/ld.so.cache of the node, whose root directory is `top`, and of its driver roots with
 * the system's ldconfig, if it has one; or removes it, if the machine is to be without.
 */
void build_ld_caches(const struct tree *tree, const struct machine *machine, const char *top);

/* A shared object of 64 or 32 bits: the stub library of that SONAME, else one without content. */
void build_library(const struct tree *tree, const struct machine *machine, const char *path,
                   const char *soname, unsigned bits);

/* Major numbers of the machine's character devices */
#define MAJOR_DRM         226
#define MAJOR_NVIDIA      195
#define MAJOR_NVIDIA_CAPS 236
#define MAJOR_NVIDIA_UVM  511

/* Minor number in the name of a DRM device: 128 of renderD128. */
unsigned drm_minor(const char *name);

#endif
