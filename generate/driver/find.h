/* SPDX-License-Identifier: Apache-2.0 */
/* Finds an installed driver: its version, its directories and the files of driver_rules(). */
#ifndef CDIKIT_GENERATE_DRIVER_FIND_H
#define CDIKIT_GENERATE_DRIVER_FIND_H

#include <cdikit/error.h>

#include "generate/driver/cache.h"
#include "generate/driver/driver.h"
#include "generate/driver/locate.h"
#include "generate/driver/places.h"

/* A list of strings that the caller owns. */
struct driver_strings {
    const char *const *items;
    size_t n;
};

/* Where to look, and for what. Zeroed fields mean the default. */
struct driver_search {
    const struct root *system; /* holds /proc and /sys */
    const struct root *root;   /* holds the driver; may be `system` */
    const char *prefix;        /* path of the driver root in `system`, "" for its top */
    const char *search_path;   /* directories of programs, joined with ':'; NULL: none */
    const char *data_dirs;     /* directories of data, joined with ':'; NULL: the usual ones */

    /*
     * Absolute directories of `system`, each a list joined with ':'; what is not absolute is
     * passed over. Libraries are looked for in library_paths alone, without ld.so.cache;
     * configuration in config_paths alone. n == 0: the usual directories of the driver root.
     */
    struct driver_strings library_paths;
    struct driver_strings config_paths;

    bool explicit_libraries; /* also the libraries that programs link, as libGL.so */
    bool compat32;           /* also the driver's libraries for 32-bit programs */
    bool no_ipc;             /* without sockets of the driver's daemons */
    bool explain;            /* fill driver.looked */
};

enum driver_scope {
    DRIVER_EVERYTHING,
    DRIVER_MANAGEMENT,     /* libraries, sockets, firmware, programs: nothing for a display */
    DRIVER_GRAPHICS_STACK, /* only what is for graphics and displays beside the driver's libraries
                            */
    DRIVER_VERSION_ONLY,   /* no files */
};

/*
 * A search under way: ld.so.cache and each directory are read once in its life, whatever is
 * asked. It needs no end; all is in the arena.
 */
struct driver_finder {
    const struct driver_search *search;
    struct arena *arena;
    struct locate driver; /* in the driver root */
    struct locate system; /* in the system, where that is another */
    struct cache cache;
    struct places places;
};

/*
 * Starts a search; `search`, what it points to, and the arena must outlive it, and the finder
 * must stay where it is. Errors: NOMEM.
 */
int driver_finder_init(struct driver_finder *finder, const struct driver_search *search,
                       struct arena *arena, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The library with a file name ("libnvidia-ml.so.1"), or one that its pattern fits, for
 * dlopen(3): its resolved path in `system`, from the arena; NULL in *path if there is none.
 * Needs no version. Errors: NOMEM.
 */
int driver_finder_library(struct driver_finder *finder, const char *name, const char **path,
                          struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Fills *out from the arena. `version` is what the kernel module or a library of the driver
 * reports; NULL if it is unknown: then it is that of the first library found. Errors: NOTFOUND
 * (no driver library, or only libraries of another version), INVALID (a version that is none),
 * NOMEM. What else is missing is simply not in *out.
 */
int driver_find(struct driver_finder *finder, const char *version, enum driver_scope scope,
                struct driver *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
