/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/ld.so.cache. Source: glibc, sysdeps/generic/dl-cache.h (struct cache_file_new, which may
 * follow a struct cache_file, and the FLAG_* values).
 */
#ifndef CDIKIT_BASE_LDCACHE_H
#define CDIKIT_BASE_LDCACHE_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;

/* A library for 64-bit programs. The strings are parts of the data that was parsed. */
struct ldcache_entry {
    const char *name; /* "libcuda.so.1" */
    const char *path; /* "/usr/lib/x86_64-linux-gnu/libcuda.so.1" */
};

struct ldcache {
    struct ldcache_entry *entries; /* in the order of the cache */
    size_t n;
};

/*
 * Reads a cache, little-endian. Entries of other kinds, and those whose strings lie outside
 * the data, are empty or have PATH_MAX bytes or more, are skipped. Errors: INVALID (no or a
 * truncated cache), NOMEM.
 */
int ldcache_parse(const void *data, size_t len, struct arena *arena, struct ldcache *out,
                  struct cdi_error *err) CDI_MUST_CHECK;

#endif
