/* SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/ldcache.h"
#include "base/ldcache_layout.h"
#include "base/sort.h"

/*
 * The number at *text, which moves behind it. It wraps as loaders let it: they find only what is
 * sorted as they compare, whatever the number.
 */
static uint32_t take_number(const char **text)
{
    uint32_t value = 0;

    for (; ascii_isdigit(**text); ++*text)
        value = value * 10 + (uint32_t)(**text - '0');
    return value;
}

int ldcache_compare_names(const char *a, const char *b)
{
    while (*a) {
        if (ascii_isdigit(*a) && ascii_isdigit(*b)) {
            uint32_t x = take_number(&a), y = take_number(&b);

            if (x != y)
                return (int)(x - y);
        } else if (ascii_isdigit(*a) || ascii_isdigit(*b)) {
            return ascii_isdigit(*a) ? 1 : -1;
        } else if (*a != *b) {
            break;
        } else {
            a++;
            b++;
        }
    }
    /* Loaders compare plain char, which has a sign on x86 and none on Arm. */
    return *a - *b;
}

static int compare_entries(const void *first, const void *second)
{
    const struct ldcache_entry *a = first, *b = second;
    int order = ldcache_compare_names(b->name, a->name);

    if (order)
        return order;
    if (a->flags != b->flags)
        return (int32_t)a->flags < (int32_t)b->flags ? 1 : -1;
    if (!a->hwcaps || !b->hwcaps)
        return (a->hwcaps == NULL) - (b->hwcaps == NULL);
    return strcmp(a->hwcaps, b->hwcaps);
}

int ldcache_sort(struct ldcache *cache, struct cdi_error *err)
{
    _cleanup_free_ const void **order = NULL;
    _cleanup_free_ struct ldcache_entry *sorted = NULL;
    int r;

    if (cache->n < 2)
        return 0;
    order = calloc(cache->n, sizeof *order);
    sorted = calloc(cache->n, sizeof *sorted);
    if (!order || !sorted)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < cache->n; i++)
        order[i] = &cache->entries[i];
    if ((r = sort_pointers(order, cache->n, compare_entries, err)) < 0)
        return r;
    for (size_t i = 0; i < cache->n; i++)
        sorted[i] = *(const struct ldcache_entry *)order[i];
    memcpy(cache->entries, sorted, cache->n * sizeof *sorted);
    return 0;
}

/* ---- The bytes ---- */

/* The names of the subdirectories of glibc-hwcaps, sorted, each once. */
struct names {
    const void **items;
    size_t n;
};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int take_names(const struct ldcache *cache, struct arena *arena, struct names *names,
                      struct cdi_error *err)
{
    size_t n = 0;
    int r;

    *names = (struct names){.items = NULL};
    for (size_t i = 0; i < cache->n; i++) {
        const char *name = cache->entries[i].hwcaps;

        if (!name || (n && strcmp(names->items[n - 1], name) == 0))
            continue;
        if (!(names->items = arena_grow(arena, names->items, n, sizeof *names->items)))
            return cdi_error_nomem(err);
        names->items[n++] = name;
    }
    if (n && (r = sort_pointers(names->items, n, compare_texts, err)) < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        if (!names->n || strcmp(names->items[names->n - 1], names->items[i]) != 0)
            names->items[names->n++] = names->items[i];
    return 0;
}

static uint32_t index_of(const struct names *names, const char *name)
{
    size_t low = 0, high = names->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(names->items[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* True if the path ends in the name, which then needs no bytes of its own. */
static bool ends_in_name(const struct ldcache_entry *entry)
{
    size_t n_path = strlen(entry->path), n_name = strlen(entry->name);

    return n_path >= n_name && strcmp(entry->path + n_path - n_name, entry->name) == 0;
}

/* Where things are in the file. */
struct layout {
    uint64_t strings, extension, hwcaps, generator, end;
    uint32_t n_sections;
};

static struct layout lay_out(const struct ldcache *cache, const struct names *names,
                             const char *generator)
{
    struct layout at = {.strings = NEW_HEADER + (uint64_t)cache->n * NEW_ENTRY,
                        .n_sections = names->n ? 2 : 1};

    at.extension = at.strings;
    for (size_t i = 0; i < cache->n; i++) {
        const struct ldcache_entry *entry = &cache->entries[i];

        at.extension += strlen(entry->path) + 1;
        if (!ends_in_name(entry))
            at.extension += strlen(entry->name) + 1;
    }
    for (size_t i = 0; i < names->n; i++)
        at.extension += strlen(names->items[i]) + 1;
    at.extension = (at.extension + 3) & ~(uint64_t)3;
    at.hwcaps = at.extension + EXTENSION_HEADER + (uint64_t)at.n_sections * SECTION;
    at.generator = at.hwcaps + 4 * names->n;
    at.end = at.generator + strlen(generator);
    return at;
}

static void put_u32(char *p, uint64_t value)
{
    uint32_t raw = htole32((uint32_t)value);

    memcpy(p, &raw, sizeof raw);
}

static void put_section(char *p, uint32_t tag, uint64_t offset, uint64_t size)
{
    put_u32(p + SECTION_TAG, tag);
    put_u32(p + SECTION_OFFSET, offset);
    put_u32(p + SECTION_SIZE, size);
}

/* Copies a string, with its NUL, to *string, which moves behind it. Returns its offset. */
static uint64_t put_string(const char *file, char **string, const char *text)
{
    size_t size = strlen(text) + 1;
    char *p = memcpy(*string, text, size);

    *string += size;
    return (uint64_t)(p - file);
}

static void put_entry(char *file, char *p, char **string, const struct ldcache_entry *entry,
                      const struct names *names)
{
    uint64_t path = put_string(file, string, entry->path), name, hwcap = entry->hwcap;

    if (ends_in_name(entry))
        name = path + strlen(entry->path) - strlen(entry->name);
    else
        name = put_string(file, string, entry->name);
    if (entry->hwcaps)
        hwcap = HWCAP_EXTENSION | (uint64_t)(entry->isa_level & HWCAP_ISA_LEVEL_MASK) << 32 |
                index_of(names, entry->hwcaps);
    put_u32(p + ENTRY_FLAGS, entry->flags);
    put_u32(p + ENTRY_KEY, name);
    put_u32(p + ENTRY_VALUE, path);
    put_u32(p + ENTRY_OSVERSION, entry->osversion);
    put_u32(p + ENTRY_HWCAP, hwcap);
    put_u32(p + ENTRY_HWCAP + 4, hwcap >> 32);
}

static void put_all(char *file, const struct layout *at, const struct ldcache *cache,
                    const struct names *names, const char *generator)
{
    char *string = file + at->strings, *extension = file + at->extension;

    memcpy(file, NEW_MAGIC, sizeof NEW_MAGIC - 1);
    put_u32(file + NEW_NLIBS, cache->n);
    file[NEW_FLAGS] = ENDIAN_LITTLE;
    put_u32(file + NEW_EXTENSION_OFFSET, at->extension);
    for (size_t i = 0; i < cache->n; i++)
        put_entry(file, file + NEW_HEADER + i * NEW_ENTRY, &string, &cache->entries[i], names);
    for (size_t i = 0; i < names->n; i++)
        put_u32(file + at->hwcaps + 4 * i, put_string(file, &string, names->items[i]));
    put_u32(file + NEW_LEN_STRINGS, (uint64_t)(string - file) - at->strings);

    put_u32(extension, EXTENSION_MAGIC);
    put_u32(extension + 4, at->n_sections);
    extension += EXTENSION_HEADER;
    put_section(extension, TAG_GENERATOR, at->generator, at->end - at->generator);
    if (names->n)
        put_section(extension + SECTION, TAG_GLIBC_HWCAPS, at->hwcaps, 4 * names->n);
    memcpy(file + at->generator, generator, (size_t)(at->end - at->generator));
}

int ldcache_format(const struct ldcache *cache, const char *generator, struct arena *arena,
                   const char **data, size_t *len, struct cdi_error *err)
{
    struct names names;
    struct layout at;
    char *file;
    int r = take_names(cache, arena, &names, err);

    if (r < 0)
        return r;
    at = lay_out(cache, &names, generator);
    if (at.end > UINT32_MAX)
        return cdi_error_set(err, CDI_ERR_LIMIT, "there are too many libraries for a loader cache");
    if (!(file = arena_alloc(arena, (size_t)at.end)))
        return cdi_error_nomem(err);
    put_all(file, &at, cache, &names, generator);
    *data = file;
    *len = (size_t)at.end;
    return 0;
}
