/* SPDX-License-Identifier: Apache-2.0 */
/* The directories that a document is generated from. */
#ifndef CDIKIT_GENERATE_ROOTS_H
#define CDIKIT_GENERATE_ROOTS_H

#include "base/root.h"
#include "generate/generate.h"

/*
 * `system` stands for the machine's "/". The driver root and the dev root are directories in
 * it, opened by their canonical path: a symlink or a trailing slash in what was asked for does
 * not show in the document.
 */
struct roots {
    struct root system, driver, dev;
    const char *driver_prefix; /* put before paths in the driver root; "" for "/" */
    const char *dev_prefix;
    bool foreign; /* `system` is another directory than the host's "/" */
};

#define ROOTS_INIT                                         \
    {                                                      \
        ROOT_INIT, ROOT_INIT, ROOT_INIT, NULL, NULL, false \
    }
#define _cleanup_roots_ __attribute__((cleanup(roots_close)))

/* Opens the roots that the options ask for. The strings are from the arena or the options. */
int roots_open(struct roots *roots, const struct generate_options *options, struct arena *arena,
               struct cdi_error *err) CDI_MUST_CHECK;
void roots_close(struct roots *roots);

/* The first root that roots_open() could not open, as it was asked for; NULL if it has all. */
const char *roots_missing(const struct roots *roots, const struct generate_options *options);

#endif
