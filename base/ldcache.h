/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/ld.so.cache, in which the dynamic loader looks libraries up by name. Source: glibc,
 * sysdeps/generic/dl-cache.h (struct cache_file_new, which may follow a struct cache_file, and
 * the extensions behind it) and ldconfig.h (FLAG_*); ldconfig(8).
 */
#ifndef CDIKIT_BASE_LDCACHE_H
#define CDIKIT_BASE_LDCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;

#define LDCACHE_PATH "/etc/ld.so.cache"

/* ldcache_entry.flags: what kind of library it is, and for which programs. */
enum {
    LDCACHE_ELF = 0x0001,
    LDCACHE_LIBC6 = 0x0003, /* alone: i386, and arm whose float ABI is not told */
    LDCACHE_ARCH_MASK = 0xff00,
    LDCACHE_X86_64 = 0x0300,
    LDCACHE_POWERPC64 = 0x0500,
    LDCACHE_X32 = 0x0800,
    LDCACHE_ARM_HARD_FLOAT = 0x0900,
    LDCACHE_AARCH64 = 0x0a00,
    LDCACHE_ARM_SOFT_FLOAT = 0x0b00,
};

struct ldcache_entry {
    const char *name;   /* "libcuda.so.1" */
    const char *path;   /* "/usr/lib/x86_64-linux-gnu/libcuda.so.1" */
    const char *hwcaps; /* subdirectory of glibc-hwcaps that it is for, "x86-64-v3"; NULL: none */
    uint64_t hwcap;     /* else capabilities, as of glibc before 2.37 */
    uint32_t flags;
    uint32_t osversion; /* kernel that it needs; glibc since 2.36 does not know it */
    unsigned isa_level; /* that it needs (struct elf_facts); only if hwcaps is not NULL */
};

struct ldcache {
    struct ldcache_entry *entries; /* in the order of the cache */
    size_t n;
};

/* True for libraries of 64-bit programs, of machines that have GPU drivers. */
bool ldcache_is_64bit(const struct ldcache_entry *entry) CDI_PURE;

/*
 * Reads a cache of a little-endian machine. The strings are parts of the data. Entries whose
 * strings lie outside the data, are empty or have PATH_MAX bytes or more are skipped. Errors:
 * INVALID (no or a truncated cache), UNSUPPORTED (one of a big-endian machine), NOMEM.
 */
int ldcache_parse(const void *data, size_t len, struct arena *arena, struct ldcache *out,
                  struct cdi_error *err) CDI_MUST_CHECK;

/* ---- Writing ---- */

/*
 * The loader's order of names, in which digits are compared as numbers: "libx.so.10" is after
 * "libx.so.9".
 */
int ldcache_compare_names(const char *a, const char *b) CDI_PURE;

/*
 * Puts the entries in the order by which the loader searches: by name, descending, then by flags,
 * descending, then those of glibc-hwcaps by its subdirectory and before the others; for what is
 * alike in all that the order stays. Errors: NOMEM.
 */
int ldcache_sort(struct ldcache *cache, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The bytes of a cache with these entries, which are sorted: the new format alone, with the
 * extensions that glibc since 2.33 reads, and earlier ones pass over. `generator` says who wrote
 * it. *data is from the arena. Errors: LIMIT (4 GiB), NOMEM.
 */
int ldcache_format(const struct ldcache *cache, const char *generator, struct arena *arena,
                   const char **data, size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/* True if both have the same entries, in the same order. */
bool ldcache_equal(const struct ldcache *a, const struct ldcache *b) CDI_PURE;

#endif
