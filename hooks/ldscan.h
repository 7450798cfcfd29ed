/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ldconfig(8) finds in the directories of libraries: an entry of the loader's cache for each
 * library, and the links by its SONAME that a loader looks for. All libraries are looked at, the
 * image's cache is not believed: it may be older than the image, and knows nothing of what is
 * mounted into the container. Source: ldconfig(8); glibc, elf/ldconfig.c.
 */
#ifndef CDIKIT_HOOKS_LDSCAN_H
#define CDIKIT_HOOKS_LDSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#include "base/ldcache.h"

#define LDSCAN_MOST_ENTRIES     (1U << 22) /* of all directories together */
#define LDSCAN_MOST_DIRECTORIES 4096
#define LDSCAN_MOST_BYTES       (16U << 20) /* of the cache's entries and their strings */

struct arena;
struct ldmachine;
struct ldview;

/* Stands in caches for who wrote them. */
#define LDSCAN_GENERATOR "cdikit " CDIKIT_VERSION

struct ldscan {
    struct ldcache cache; /* in the loader's order */
    bool cut;             /* something was left out, because there is too much of it */
    size_t n_unlinked;    /* links that could not be made, those of mounted directories apart */
    const char *unlinked; /* the path of the first one */
    int unlinked_errno;
};

/*
 * Looks at directories, one after the other, and at their glibc-hwcaps subdirectories; what is the
 * same directory by another path counts once. Missing links are made, and those that lead to an
 * older library replaced; where that fails, the cache has the path of the library itself. Files
 * that are none of the machine's libraries are passed over. Strings come from the arena. Errors:
 * NOMEM.
 */
int ldscan_run(const struct ldview *view, const struct ldmachine *machine,
               const char *const *directories, size_t n, struct arena *arena, struct ldscan *out,
               struct cdi_error *err) CDI_MUST_CHECK;

#endif
