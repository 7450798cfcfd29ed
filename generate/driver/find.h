/* SPDX-License-Identifier: Apache-2.0 */
/* Finds an installed driver: its version, its directories and the files of driver_rules(). */
#ifndef CDIKIT_GENERATE_DRIVER_FIND_H
#define CDIKIT_GENERATE_DRIVER_FIND_H

#include <cdikit/error.h>

#include "generate/driver/driver.h"

struct arena;
struct root;

/* Programs are looked for here, after the directories that were asked for. */
extern const char *const driver_program_dirs[];

/* Where to look. */
struct driver_search {
    const struct root *system;  /* holds /proc and /sys */
    const struct root *root;    /* holds the driver */
    const char *prefix;         /* path of the driver root in `system`, "" for its top */
    const char *kernel_version; /* of the loaded module; NULL if unknown */
    const char *search_path;    /* directories of programs, joined with ':'; NULL: none */
    const char *data_dirs;      /* directories of data, joined with ':'; NULL: the usual ones */
};

/*
 * Fills *out from the arena. Errors: NOTFOUND (no driver library, or only libraries of another
 * version than the loaded module's), NOMEM. What else is missing is simply not in *out.
 */
int driver_find(const struct driver_search *search, struct arena *arena, struct driver *out,
                struct cdi_error *err) CDI_MUST_CHECK;

#endif
