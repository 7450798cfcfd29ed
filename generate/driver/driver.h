/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an installed GPU driver, as plain data. */
#ifndef CDIKIT_GENERATE_DRIVER_DRIVER_H
#define CDIKIT_GENERATE_DRIVER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

/* What a driver file is good for. */
enum driver_capability {
    DRIVER_COMPUTE,
    DRIVER_UTILITY,
    DRIVER_GRAPHICS,
    DRIVER_VIDEO,
    DRIVER_DISPLAY,
    DRIVER_NGX,
    DRIVER_COMPAT32, /* any of them, for 32-bit programs */
    DRIVER_FIRMWARE,
    DRIVER_IPC,
    DRIVER_BINARIES,
    DRIVER_N_CAPABILITIES,
};

/* What a file becomes in a container. */
enum driver_kind {
    DRIVER_LIBRARY,          /* mounted; its links and its directory matter to the loader */
    DRIVER_GRAPHICS_LIBRARY, /* mounted; has links of its own */
    DRIVER_LINK_SOURCE,      /* mounted by another row: only its link is wanted here */
    DRIVER_FILE,             /* mounted read-only */
    DRIVER_SOCKET,           /* mounted read-write */
};

struct driver_file {
    enum driver_capability capability;
    enum driver_kind kind;
    const char *host_path; /* what the system knows it as: with the driver root before it */
    const char *path;      /* in the container */

    /* DRIVER_LIBRARY whose name has two dots or more: the facts that its links follow from. */
    const char *soname;    /* DT_SONAME, or the file name where that is absent; NULL if unknown */
    bool soname_is_link;   /* <dir>/<soname> is a symlink */
    const char *dev_name;  /* soname up to ".so", NULL if there is none */
    bool dev_name_is_link; /* <dir>/<dev_name> is a symlink */
    const char *problem;   /* why soname is unknown, NULL if nothing went wrong */
};

/* What was done for one rule, for whoever wants to know why a file is there or is not. */
struct driver_looked {
    enum driver_capability capability; /* of the rule; a library's own may be another */
    const char *pattern;               /* "*.so.580.65.06" */
    const char **places; /* host paths of the directories, and of ld.so.cache, in order */
    size_t n_places;
    size_t first_file, n_files; /* the hits: a part of driver.files */
};

struct driver {
    const char *version;       /* "580.65.06" */
    const char **library_dirs; /* in the container, in order of finding */
    size_t n_library_dirs;
    struct driver_file *files;
    size_t n_files;
    struct driver_looked *looked; /* in order of the rules; none unless it was asked for */
    size_t n_looked;
};

#endif
