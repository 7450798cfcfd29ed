/* SPDX-License-Identifier: Apache-2.0 */
/* The directories that driver files are looked for in. */
#ifndef CDIKIT_GENERATE_DRIVER_PLACES_H
#define CDIKIT_GENERATE_DRIVER_PLACES_H

#include "generate/driver/files.h"
#include "generate/driver/locate.h"

struct driver_search;

/* Programs are looked for here, after the directories that were asked for. */
extern const char *const driver_program_dirs[];

/* One list for each place of a rule. */
struct places {
    struct locate_paths dirs[DRIVER_N_WHERE];
    struct locate_paths last_resort; /* for libraries that neither dirs nor ld.so.cache have */
    bool only_given; /* libraries are in the directories that were given, and nowhere else */
};

/*
 * Fills the lists that do not depend on the driver's libraries. `driver` and `system` may be the
 * same. Errors: NOMEM.
 */
int places_init(struct places *places, const struct driver_search *search, struct locate *driver,
                struct locate *system, struct cdi_error *err) CDI_MUST_CHECK;

/* Empties the lists that follow from the libraries' directories and fills them. Errors: NOMEM. */
int places_set_library_dirs(struct places *places, const struct locate_paths *library_dirs,
                            struct locate *driver, struct cdi_error *err) CDI_MUST_CHECK;

#endif
