/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of CDI hooks, done before the container is created and without touching its root: what
 * hooks would write into it becomes files of a private directory, mounted in their places. For
 * engines and runtimes that start no hooks, and for roots that cannot be written to.
 */
#ifndef CDIKIT_HOOKLESS_HOOKLESS_H
#define CDIKIT_HOOKLESS_HOOKLESS_H

#include <cdikit/oci.h>

struct arena;

struct hookless_options {
    const char *bundle;      /* what a relative root.path of the configuration is below */
    const char *private_dir; /* made where it is missing; lives as long as the container */
    bool pretend;            /* no file is written */
};

/* What could not be done so, and what is done nevertheless: sentences from the arena. */
struct hookless_notes {
    const char **items;
    size_t n;
};

/*
 * Takes the hooks of cdikit-hook and nvidia-cdi-hook out of a configuration that devices have been
 * given to, and adds mounts instead: each link to a mounted file becomes a mount of that file;
 * the loader's cache, an application profile and musl's list of paths become files of the private
 * directory. A mount's source is never a file of the container's root. Permissions, and mounts
 * below /proc, cannot be had so: a note tells. On failure the configuration is not to be written.
 * Errors: USAGE (a hook with wrong options), INVALID, IO, UNSUPPORTED, LIMIT, NOMEM.
 */
int hookless_apply(struct cdi_oci *oci, const struct hookless_options *options, struct arena *arena,
                   struct hookless_notes *notes, struct cdi_error *err) CDI_MUST_CHECK;

#endif
