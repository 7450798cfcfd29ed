/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of an installed driver, as images require them. */
#ifndef CDIKIT_GENERATE_DRIVER_FACTS_H
#define CDIKIT_GENERATE_DRIVER_FACTS_H

#include "generate/generate.h"

struct generate_driver_facts {
    const char *cuda;   /* "12.8"; NULL if unknown */
    const char *arch;   /* compute capability of the first GPU, "9.0"; NULL if unknown */
    const char *driver; /* "570.133.20"; NULL if unknown */
};

/*
 * Asks libcuda of the options' driver root, where it may be loaded, and /proc. All of *out is
 * from the arena. Errors: as generate() for the roots; NOMEM.
 */
int generate_driver_facts(const struct generate_options *options, struct arena *arena,
                          struct generate_driver_facts *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
