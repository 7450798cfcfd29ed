/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries that a root's /etc/ld.so.cache knows, read when they are first asked for. */
#ifndef CDIKIT_GENERATE_DRIVER_CACHE_H
#define CDIKIT_GENERATE_DRIVER_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "generate/driver/locate.h"

struct cache_library;

struct cache {
    struct cache_library *libraries;
    size_t n;
    bool loaded;
    const char *problem; /* why it is empty; NULL if it was read, or not yet */
};

/*
 * Adds the canonical paths of libraries that fit a pattern, in the order of the cache. The names
 * that count are those of the path in the cache, of the links on the way, and of what these lead
 * to. A library is passed over if its name in the cache begins otherwise than the pattern, up to
 * ".so": to resolve all of them would cost more than all else. Errors: NOMEM.
 */
int cache_search(struct cache *cache, struct locate *locate, const char *pattern,
                 struct locate_paths *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
