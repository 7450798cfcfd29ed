/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ldcache.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/ldcache_layout.h"

/* The data of one cache. */
struct bytes {
    const unsigned char *start;
    size_t len;
};

static uint32_t get_u32(const unsigned char *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return le32toh(value);
}

static uint64_t get_u64(const unsigned char *p)
{
    uint64_t value;

    memcpy(&value, p, sizeof value);
    return le64toh(value);
}

/* Steps over the old format, which old versions of ldconfig put first for older loaders. */
static size_t new_format_offset(const unsigned char *data, size_t len)
{
    uint64_t end;

    if (len < OLD_HEADER || memcmp(data, OLD_MAGIC, sizeof OLD_MAGIC - 1) != 0)
        return 0;
    end = OLD_HEADER + (uint64_t)get_u32(data + OLD_NLIBS) * OLD_ENTRY;
    end = (end + 7) & ~(uint64_t)7;
    return end < len ? (size_t)end : len;
}

/* A non-empty string that ends inside the data, and can be a path; or NULL. */
static const char *string_at(struct bytes data, uint32_t offset)
{
    size_t most;

    if (offset >= data.len || data.start[offset] == '\0')
        return NULL;
    most = data.len - offset < PATH_MAX ? data.len - offset : PATH_MAX;
    return memchr(data.start + offset, '\0', most) ? (const char *)data.start + offset : NULL;
}

/*
 * The names of the subdirectories of glibc-hwcaps: u32 offsets, from the beginning of the file.
 * An extension that is malformed is none.
 */
static struct bytes find_hwcaps(struct bytes file, uint32_t offset)
{
    const struct bytes none = {NULL, 0};
    const unsigned char *extension = file.start + offset;
    uint64_t n;

    if (offset == 0 || offset % 4 != 0 || (uint64_t)offset + EXTENSION_HEADER > file.len ||
        get_u32(extension) != EXTENSION_MAGIC)
        return none;
    n = get_u32(extension + 4);
    if (offset + EXTENSION_HEADER + n * SECTION > file.len)
        return none;
    for (const unsigned char *section = extension + EXTENSION_HEADER; n--; section += SECTION) {
        uint64_t at = get_u32(section + SECTION_OFFSET), size = get_u32(section + SECTION_SIZE);

        if (at + size > file.len)
            return none;
        if (get_u32(section + SECTION_TAG) == TAG_GLIBC_HWCAPS)
            return (struct bytes){file.start + at, size};
    }
    return none;
}

/* What an entry's hwcap means: a subdirectory, if the cache names it. */
static void read_hwcap(struct bytes file, struct bytes hwcaps, struct ldcache_entry *entry)
{
    uint64_t index = entry->hwcap & UINT32_MAX;

    if (((entry->hwcap >> 32) & ~(uint64_t)HWCAP_ISA_LEVEL_MASK) != HWCAP_EXTENSION >> 32 ||
        index >= hwcaps.len / 4)
        return;
    entry->hwcaps = string_at(file, get_u32(hwcaps.start + 4 * index));
    if (!entry->hwcaps)
        return;
    entry->isa_level = (unsigned)(entry->hwcap >> 32) & HWCAP_ISA_LEVEL_MASK;
    entry->hwcap = 0;
}

static int check_header(struct bytes cache, struct cdi_error *err)
{
    if (cache.len < NEW_HEADER || memcmp(cache.start, NEW_MAGIC, sizeof NEW_MAGIC - 1) != 0)
        return cdi_error_set(err, CDI_ERR_INVALID, "not a loader cache of format 1.1");
    if ((cache.start[NEW_FLAGS] & ENDIAN_MASK) == ENDIAN_BIG)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                             "the loader cache is that of a big-endian machine");
    if (NEW_HEADER + (uint64_t)get_u32(cache.start + NEW_NLIBS) * NEW_ENTRY +
            get_u32(cache.start + NEW_LEN_STRINGS) >
        cache.len)
        return cdi_error_set(err, CDI_ERR_INVALID, "the loader cache is truncated");
    return 0;
}

int ldcache_parse(const void *data, size_t len, struct arena *arena, struct ldcache *out,
                  struct cdi_error *err)
{
    struct bytes file = {data, len}, cache, hwcaps;
    size_t start = new_format_offset(data, len), n_libs;
    int r;

    cache = (struct bytes){file.start + start, len - start};
    if ((r = check_header(cache, err)) < 0)
        return r;
    n_libs = get_u32(cache.start + NEW_NLIBS);
    hwcaps = find_hwcaps(file, get_u32(cache.start + NEW_EXTENSION_OFFSET));
    *out = (struct ldcache){.entries = arena_calloc(arena, n_libs, sizeof *out->entries)};
    if (!out->entries)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n_libs; i++) {
        const unsigned char *p = cache.start + NEW_HEADER + i * NEW_ENTRY;
        struct ldcache_entry entry = {
            .name = string_at(cache, get_u32(p + ENTRY_KEY)),
            .path = string_at(cache, get_u32(p + ENTRY_VALUE)),
            .hwcap = get_u64(p + ENTRY_HWCAP),
            .flags = get_u32(p + ENTRY_FLAGS),
            .osversion = get_u32(p + ENTRY_OSVERSION),
        };

        if (!entry.name || !entry.path)
            continue;
        read_hwcap(file, hwcaps, &entry);
        out->entries[out->n++] = entry;
    }
    return 0;
}

bool ldcache_is_64bit(const struct ldcache_entry *entry)
{
    static const uint32_t arches[] = {LDCACHE_X86_64, LDCACHE_POWERPC64, LDCACHE_AARCH64};

    if (!(entry->flags & LDCACHE_ELF))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
        if ((entry->flags & LDCACHE_ARCH_MASK) == arches[i])
            return true;
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool ldcache_equal(const struct ldcache *a, const struct ldcache *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct ldcache_entry *x = &a->entries[i], *y = &b->entries[i];

        if (strcmp(x->name, y->name) != 0 || strcmp(x->path, y->path) != 0 ||
            !same_text(x->hwcaps, y->hwcaps) || x->hwcap != y->hwcap || x->flags != y->flags ||
            x->osversion != y->osversion || x->isa_level != y->isa_level)
            return false;
    }
    return true;
}
