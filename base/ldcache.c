/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ldcache.h"

#include <endian.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

#define OLD_MAGIC      "ld.so-1.7.0"
#define NEW_MAGIC      "glibc-ld.so.cache1.1"
#define OLD_HEADER     16
#define OLD_ENTRY      12
#define NEW_HEADER     48
#define NEW_ENTRY      24
#define NEW_NLIBS      20
#define NEW_LEN_STRING 24

#define FLAG_ELF       0x0001U
#define FLAG_ARCH_MASK 0xff00U

/* FLAG_X8664_LIB64, FLAG_POWERPC_LIB64, FLAG_AARCH64_LIB64: machines that have GPU drivers. */
static const uint32_t arches[] = {0x0300, 0x0500, 0x0a00};

static uint32_t get_u32(const unsigned char *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return le32toh(value);
}

/* Steps over the old format, which old versions of ldconfig put first for older loaders. */
static size_t new_format_offset(const unsigned char *data, size_t len)
{
    uint64_t end;

    if (len < OLD_HEADER || memcmp(data, OLD_MAGIC, sizeof OLD_MAGIC - 1) != 0)
        return 0;
    end = OLD_HEADER + (uint64_t)get_u32(data + 12) * OLD_ENTRY;
    end = (end + 7) & ~(uint64_t)7;
    return end < len ? (size_t)end : len;
}

/* A non-empty string that ends inside the data, and can be a path; or NULL. */
static const char *string_at(const unsigned char *cache, size_t len, uint32_t offset)
{
    size_t most;

    if (offset >= len || cache[offset] == '\0')
        return NULL;
    most = len - offset < PATH_MAX ? len - offset : PATH_MAX;
    return memchr(cache + offset, '\0', most) ? (const char *)cache + offset : NULL;
}

static bool is_wanted(uint32_t flags)
{
    if (!(flags & FLAG_ELF))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
        if ((flags & FLAG_ARCH_MASK) == arches[i])
            return true;
    return false;
}

int ldcache_parse(const void *data, size_t len, struct arena *arena, struct ldcache *out,
                  struct cdi_error *err)
{
    size_t start = new_format_offset(data, len);
    const unsigned char *cache = (const unsigned char *)data + start;
    uint64_t n_libs, strings_end;

    len -= start;
    if (len < NEW_HEADER || memcmp(cache, NEW_MAGIC, sizeof NEW_MAGIC - 1) != 0)
        return cdi_error_set(err, CDI_ERR_INVALID, "not a loader cache of format 1.1");
    n_libs = get_u32(cache + NEW_NLIBS);
    strings_end = NEW_HEADER + n_libs * NEW_ENTRY + get_u32(cache + NEW_LEN_STRING);
    if (strings_end > len)
        return cdi_error_set(err, CDI_ERR_INVALID, "the loader cache is truncated");

    *out = (struct ldcache){.entries = arena_calloc(arena, (size_t)n_libs, sizeof *out->entries)};
    if (!out->entries)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n_libs; i++) {
        const unsigned char *entry = cache + NEW_HEADER + i * NEW_ENTRY;
        const char *name = string_at(cache, len, get_u32(entry + 4));
        const char *path = string_at(cache, len, get_u32(entry + 8));

        if (name && path && is_wanted(get_u32(entry)))
            out->entries[out->n++] = (struct ldcache_entry){name, path};
    }
    return 0;
}
