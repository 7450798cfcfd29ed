/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The symlinks that a driver's files need in a container, each as one argument of the hook
 * create-symlinks: "TARGET::LINK". Functions of the facts in struct driver alone.
 */
#ifndef CDIKIT_GENERATE_DRIVER_LINKS_H
#define CDIKIT_GENERATE_DRIVER_LINKS_H

#include <stddef.h>

#include "generate/driver/driver.h"

struct arena;

struct driver_links {
    const char **items; /* all different, in order of the files */
    size_t n;
};

/* Links to the libraries by SONAME and by development name. False without memory. */
bool driver_library_links(const struct driver *driver, struct arena *arena,
                          struct driver_links *out);

/* Links that graphics stacks look for: GBM's back end, the X server's GLX module. */
bool driver_graphics_links(const struct driver *driver, struct arena *arena,
                           struct driver_links *out);

#endif
