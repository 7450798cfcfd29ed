/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files make up NVIDIA's driver, as tables: what is looked for, where, and what it is
 * good for. Source: the driver's README, "Installed Components", and the documents that
 * nvidia-ctk writes.
 */
#ifndef CDIKIT_GENERATE_DRIVER_FILES_H
#define CDIKIT_GENERATE_DRIVER_FILES_H

#include <stddef.h>

#include "generate/driver/driver.h"

/* Where files are looked for. */
enum driver_where {
    DRIVER_IN_LIBRARY_DIRS, /* the directories of the versioned libraries, all hits */
    DRIVER_IN_32BIT_DIRS,   /* wherever distributions keep 32-bit libraries, all of those */
    DRIVER_IN_LOADER_DIRS,  /* wherever the loader looks, all hits */
    DRIVER_IN_XORG_DIRS,    /* modules of the X server, first hit */
    DRIVER_IN_SHARE,        /* configuration, mounted below /usr/share, first hit */
    DRIVER_IN_ETC,          /* configuration, mounted below /etc, first hit */
    DRIVER_IN_ETC_OR_TOP,   /* as IN_ETC, then below the driver root itself */
    DRIVER_IN_RUN,          /* /run, /var/run, first hit */
    DRIVER_IN_TMP,          /* /tmp */
    DRIVER_IN_FIRMWARE,     /* where the kernel looks for firmware, all hits */
    DRIVER_IN_PATH,         /* programs, first hit */
    DRIVER_N_WHERE,
};

/* What can be asked for, or not, on its own. */
enum driver_part {
    DRIVER_PART_LIBRARIES,
    DRIVER_PART_EXPLICIT, /* libraries that programs link, by the name for that */
    DRIVER_PART_COMPAT32,
    DRIVER_PART_GRAPHICS,
    DRIVER_PART_IPC,
    DRIVER_PART_FIRMWARE,
    DRIVER_PART_BINARIES,
};

/*
 * A row: a path below each of the directories, in whose last component '*' may stand where all
 * hits are taken; "%V" means the version.
 */
struct driver_rule {
    enum driver_part part;
    enum driver_capability capability;
    enum driver_kind kind;
    enum driver_where where;
    const char *pattern;
};

/* The rules, in the order of the edits that follow from them; *n is their number. */
const struct driver_rule *driver_rules(size_t *n);

/* What a library is good for, by the name of its file; `otherwise` if it is in no table. */
enum driver_capability driver_library_capability(const char *file_name,
                                                 enum driver_capability otherwise);

/* "compute", "utility", ... */
const char *driver_capability_name(enum driver_capability capability);

#endif
