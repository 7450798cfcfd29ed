/* SPDX-License-Identifier: Apache-2.0 */
/* Builds loader caches as glibc's ldconfig does (sysdeps/generic/dl-cache.h). */
#ifndef CDIKIT_TESTS_LDCACHEDATA_H
#define CDIKIT_TESTS_LDCACHEDATA_H

#include <stddef.h>
#include <stdint.h>

#define LDCACHE_X86_64  0x0303 /* FLAG_X8664_LIB64 | FLAG_ELF_LIBC6 */
#define LDCACHE_AARCH64 0x0a03
#define LDCACHE_PPC64LE 0x0503
#define LDCACHE_I386    0x0003
#define LDCACHE_X32     0x0803
#define LDCACHE_ARMHF   0x0903

struct ldcachedata {
    int32_t flags;
    const char *name;
    const char *path;
};

/*
 * A cache of n entries in a malloc'ed block, with *len bytes; n_old entries of the old format
 * before it where that is not negative.
 */
void *ldcachedata_new(const struct ldcachedata *entries, size_t n, int n_old, size_t *len);

/* Offset of the new header in such a cache. */
size_t ldcachedata_start(int n_old);

#endif
