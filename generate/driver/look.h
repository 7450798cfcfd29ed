/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for files in several directories, and keeps account of that. */
#ifndef CDIKIT_GENERATE_DRIVER_LOOK_H
#define CDIKIT_GENERATE_DRIVER_LOOK_H

#include "generate/driver/find.h"

/* One question to a finder. */
struct look {
    struct driver_finder *finder;
    struct driver *driver;        /* the answer */
    struct driver_looked *looked; /* the account of it; NULL if nobody wants one */
};

/* Adds a directory, or a file, to the account. Errors: NOMEM. */
int look_note(struct look *look, const struct locate_path *place,
              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * All hits of a pattern, which may begin with a path below each of the directories. Errors:
 * NOMEM.
 */
int look_in_dirs(struct look *look, const struct locate_paths *dirs, const char *pattern,
                 bool resolve, struct locate_paths *hits, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The libraries that fit: all in the loader's directories or, if there is none, in ld.so.cache;
 * at last where some systems have them besides. Errors: NOMEM.
 */
int look_for_libraries(struct look *look, const char *pattern, struct locate_paths *hits,
                       struct cdi_error *err) CDI_MUST_CHECK;

/* What was found in the system at a canonical path in the driver root is a part of that. */
void look_claim(struct driver_finder *finder, struct locate_paths *hits);

/*
 * The system's path of a file. In a driver root, symlinks mean what they mean inside it; where
 * the system, following them from its own top, would end elsewhere, the file is named without
 * them. Errors: NOMEM.
 */
int look_host_path(struct driver_finder *finder, const struct locate_path *hit, const char **out,
                   struct cdi_error *err) CDI_MUST_CHECK;

#endif
