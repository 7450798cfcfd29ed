/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration mounts: files, and directories that are not looked into. */
#ifndef CDIKIT_HOOKLESS_MOUNTS_H
#define CDIKIT_HOOKLESS_MOUNTS_H

#include <stddef.h>

#include <cdikit/oci.h>

struct arena;
struct overlay;

struct hookless_covers {
    const char **items; /* the container's directories that something is mounted on, real paths */
    size_t n;
};

/*
 * Puts the regular files that are bind mounted into the overlay. A source that is not absolute is
 * below the bundle (OCI runtime-spec, config.md, "Mounts"); that of a mount of another type is no
 * file, whatever it says. All mounts but those of files and devices are `covers`. Errors: INVALID,
 * NOMEM.
 */
int hookless_mounts_add(struct overlay *overlay, struct cdi_oci *oci, const char *bundle,
                        struct arena *arena, struct hookless_covers *covers,
                        struct cdi_error *err) CDI_MUST_CHECK;

/* The one of them that a directory is in, or is; NULL if there is none. */
const char *hookless_covers_find(const struct hookless_covers *covers, struct overlay *overlay,
                                 const char *directory);

#endif
