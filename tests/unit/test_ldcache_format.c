/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/ldcache.h"

#define GENERATOR "a test"

/* As glibc compares: 1 if the first name is the greater one. */
static const struct {
    const char *a, *b;
    int order;
} names[] = {
    {"libx.so.1", "libx.so.1", 0},
    {"libx.so.10", "libx.so.9", 1},
    {"libx.so.1.10", "libx.so.1.2", 1},
    {"libx.so.1.2.3", "libx.so.1.2", 1},
    {"libx.so.01", "libx.so.1", 0},
    {"libx.so", "libx-2.so", 1}, /* '.' is above '-' */
    {"libx2.so", "libx.so", 1},  /* a digit is above anything else */
    {"libx2.so", "libxy.so", 1},
    {"liba.so", "libb.so", -1},
    {"libx", "libx0", -1},
    {"", "a", -1},
    {"libx.so.4294967297", "libx.so.1", 0}, /* 32 bits */
    {"libx.so.2147483648", "libx.so.1", 1},
    {"libx.so.4294967295", "libx.so.1", -1}, /* the difference is that of 32 bits, with a sign */
};

Test(ldcache_format, names_are_compared_as_by_the_loader)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        int there = ldcache_compare_names(names[i].a, names[i].b);
        int back = ldcache_compare_names(names[i].b, names[i].a);

        cr_expect_eq((there > 0) - (there < 0), names[i].order, "%s %s", names[i].a, names[i].b);
        cr_expect_eq((back > 0) - (back < 0), -names[i].order, "%s %s", names[i].b, names[i].a);
    }
}

#define ENTRY(n, p, f, h)                             \
    {                                                 \
        .name = n, .path = p, .flags = f, .hwcaps = h \
    }

/* In the order of the cache; 7 and 6 are alike, and came in this order. */
static const struct ldcache_entry sorted[] = {
    ENTRY("libz.so.10", "/lib/libz.so.10", 0x303, NULL),
    ENTRY("libz.so.9", "/lib/libz.so.9", 0x303, NULL),
    ENTRY("libc.so.6", "/libx32/libc.so.6", 0x803, NULL),
    ENTRY("libc.so.6", "/lib/glibc-hwcaps/x86-64-v2/libc-2.36.so", 0x303, "x86-64-v2"),
    ENTRY("libc.so.6", "/lib/glibc-hwcaps/x86-64-v3/libc.so.6", 0x303, "x86-64-v3"),
    ENTRY("libc.so.6", "/opt/lib/libc.so.6", 0x303, NULL),
    ENTRY("libc.so.6", "/lib/libc.so.6", 0x303, NULL),
    ENTRY("libc.so.6", "/lib32/libc.so.6", 0x003, NULL),
    ENTRY("liba.so", "/lib/liba.so", 0x303, NULL),
};

Test(ldcache_format, sorts_as_the_loader_searches)
{
    static const size_t orders[][ARRAY_SIZE(sorted)] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8},
        {8, 7, 5, 6, 4, 3, 2, 1, 0},
        {5, 3, 8, 1, 6, 0, 7, 4, 2},
    };

    for (size_t k = 0; k < ARRAY_SIZE(orders); k++) {
        struct ldcache_entry entries[ARRAY_SIZE(sorted)];
        struct ldcache cache = {entries, ARRAY_SIZE(sorted)};

        for (size_t i = 0; i < cache.n; i++)
            entries[i] = sorted[orders[k][i]];
        cr_assert_eq(ldcache_sort(&cache, NULL), 0);
        for (size_t i = 0; i < cache.n; i++)
            cr_expect_str_eq(entries[i].path, sorted[i].path, "order %zu", k);
    }
}

static void copy_sorted(struct ldcache *cache, struct ldcache_entry *entries)
{
    memcpy(entries, sorted, sizeof sorted);
    *cache = (struct ldcache){entries, ARRAY_SIZE(sorted)};
}

Test(ldcache_format, what_is_written_is_read)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldcache_entry entries[ARRAY_SIZE(sorted)];
    struct ldcache cache, again;
    const char *data;
    size_t len;

    copy_sorted(&cache, entries);
    entries[4].isa_level = 2;
    entries[8].hwcap = 0x8001;
    entries[8].osversion = 0x020600;
    cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
    /* In a block of its size, so that a sanitizer sees what is behind it. */
    _cleanup_free_ char *copy = malloc(len);
    memcpy(copy, data, len);
    cr_assert_eq(ldcache_parse(copy, len, arena, &again, NULL), 0);
    cr_expect(ldcache_equal(&cache, &again));
}

/* The extension once more at the end: a loader reads it only where it is aligned. */
Test(ldcache_format, an_extension_that_is_not_aligned_is_none)
{
    for (uint32_t shift = 0; shift < 8; shift++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct ldcache_entry entries[ARRAY_SIZE(sorted)];
        struct ldcache cache, again;
        const char *data;
        char *copy;
        uint32_t extension, at;
        size_t len;

        copy_sorted(&cache, entries);
        cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
        memcpy(&extension, data + 32, sizeof extension);
        at = ((uint32_t)len + 3) / 4 * 4 + shift;
        cr_assert_not_null(copy = calloc(1, at + len - extension));
        memcpy(copy, data, len);
        memcpy(copy + at, data + extension, len - extension);
        memcpy(copy + 32, &at, sizeof at);
        cr_assert_eq(ldcache_parse(copy, at + len - extension, arena, &again, NULL), 0);
        cr_assert_eq(again.n, ARRAY_SIZE(sorted));
        cr_expect_eq(again.entries[3].hwcaps != NULL, shift % 4 == 0, "%u", shift);
        free(copy);
    }
}

Test(ldcache_format, an_empty_cache)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldcache cache = {NULL, 0}, again;
    const char *data;
    size_t len;

    cr_assert_eq(ldcache_sort(&cache, NULL), 0);
    cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
    cr_assert_eq(ldcache_parse(data, len, arena, &again, NULL), 0);
    cr_expect_eq(again.n, 0);
}

static uint32_t u32(const char *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return value;
}

/* struct cache_file_new, struct file_entry_new and struct cache_extension of dl-cache.h. */
Test(ldcache_format, the_fields_are_where_glibc_has_them)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldcache_entry entries[] = {
        {.name = "libc.so.6", .path = "/l/v3/c", .flags = 0x303, .hwcaps = "v3", .isa_level = 2},
        {.name = "libc.so.6", .path = "/l/v4/c", .flags = 0x303, .hwcaps = "v4", .isa_level = 3},
        {.name = "libc.so.6", .path = "/l/libc.so.6", .flags = 0x303},
    };
    struct ldcache cache = {entries, ARRAY_SIZE(entries)};
    const char *data, *extension;
    size_t len;

    cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
    cr_expect_eq(memcmp(data, "glibc-ld.so.cache1.1", 20), 0);
    cr_expect_eq(u32(data + 20), 3, "entries");
    cr_expect_eq(u32(data + 24), 8 + 10 + 8 + 10 + 13 + 3 + 3, "bytes of strings");
    cr_expect_eq(data[28], 2, "little-endian");
    for (size_t i = 0; i < 3; i++) {
        const char *entry = data + 48 + 24 * i;

        cr_expect_eq(u32(entry), 0x303);
        cr_expect_str_eq(data + u32(entry + 4), "libc.so.6");
        cr_expect_str_eq(data + u32(entry + 8), entries[i].path);
        cr_expect_eq(u32(entry + 12), 0, "osversion");
        cr_expect_eq(u32(entry + 16), i == 1 ? 1 : 0, "index of the subdirectory");
        cr_expect_eq(u32(entry + 20), i == 2 ? 0 : (1U << 30) | (i + 2), "extension, ISA level");
    }
    extension = data + u32(data + 32);
    cr_expect_eq(u32(data + 32) % 4, 0, "aligned");
    cr_expect_eq(u32(data + 32), (48 + 3 * 24 + 55 + 3) / 4 * 4, "right behind the strings");
    cr_expect_eq(u32(extension), (uint32_t)-358342284);
    cr_expect_eq(u32(extension + 4), 2, "sections");
    cr_expect_eq(u32(extension + 8), 0, "generator");
    cr_expect_eq(memcmp(data + u32(extension + 16), GENERATOR, strlen(GENERATOR)), 0);
    cr_expect_eq(u32(extension + 20), strlen(GENERATOR));
    cr_expect_eq(u32(extension + 24), 1, "glibc-hwcaps");
    cr_expect_eq(u32(extension + 36), 8, "two names");
    cr_expect_str_eq(data + u32(data + u32(extension + 32)), "v3");
    cr_expect_str_eq(data + u32(data + u32(extension + 32) + 4), "v4");
    cr_expect_eq(u32(extension + 32) % 4, 0, "aligned");
}

Test(ldcache_format, without_subdirectories_there_is_no_section_of_them)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldcache_entry entry = ENTRY("liba.so", "/lib/liba.so", 0x303, NULL);
    struct ldcache cache = {&entry, 1};
    const char *data;
    size_t len;

    cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
    cr_expect_eq(u32(data + u32(data + 32) + 4), 1);
}

Test(ldcache_format, equal_means_every_field)
{
    struct ldcache_entry entries[ARRAY_SIZE(sorted)], others[ARRAY_SIZE(sorted)];
    struct ldcache a, b;

    copy_sorted(&a, entries);
    copy_sorted(&b, others);
    cr_expect(ldcache_equal(&a, &b));
    for (int field = 0; field < 7; field++) {
        copy_sorted(&b, others);
        switch (field) {
        case 0:
            others[3].name = "libd.so.6";
            break;
        case 1:
            others[3].path = "/lib/other";
            break;
        case 2:
            others[3].hwcaps = NULL;
            break;
        case 3:
            others[3].hwcap = 1;
            break;
        case 4:
            others[3].flags = 3;
            break;
        case 5:
            others[3].osversion = 1;
            break;
        default:
            others[3].isa_level = 1;
            break;
        }
        cr_expect_not(ldcache_equal(&a, &b), "field %d", field);
    }
    copy_sorted(&b, others);
    b.n--;
    cr_expect_not(ldcache_equal(&a, &b));
}

/* Extensions that are malformed, or of no known kind, are as if there were none. */
Test(ldcache_format, malformed_extensions_name_nothing)
{
    static const struct {
        const char *what;
        size_t offset; /* in the extension */
        uint32_t value;
    } cases[] = {
        {"magic", 0, 1},
        {"more sections than there are bytes", 4, 0xffffffff},
        {"section behind the end", 32, 0xfffffff0},
        {"longer than the file", 36, 0xffffffff},
        {"too short for the index", 36, 0},
        {"another tag", 24, 7},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct ldcache_entry entries[ARRAY_SIZE(sorted)];
        struct ldcache cache, again;
        const char *data;
        size_t len;

        copy_sorted(&cache, entries);
        cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
        _cleanup_free_ char *copy = malloc(len);
        memcpy(copy, data, len);
        memcpy(copy + u32(copy + 32) + cases[i].offset, &cases[i].value, 4);
        cr_assert_eq(ldcache_parse(copy, len, arena, &again, NULL), 0, "%s", cases[i].what);
        cr_expect_eq(again.n, cache.n);
        cr_expect_null(again.entries[3].hwcaps, "%s", cases[i].what);
        cr_expect_eq(again.entries[3].hwcap, 1ULL << 62, "%s", cases[i].what);
    }
}

Test(ldcache_format, a_cache_of_the_other_byte_order_is_told_apart)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldcache cache = {NULL, 0};
    const char *data;
    size_t len;

    cr_assert_eq(ldcache_format(&cache, GENERATOR, arena, &data, &len, NULL), 0);
    _cleanup_free_ char *copy = malloc(len);
    memcpy(copy, data, len);
    copy[28] = 3;
    cr_expect_eq(ldcache_parse(copy, len, arena, &cache, NULL), -CDI_ERR_UNSUPPORTED);
    copy[28] = 0; /* old versions did not tell */
    cr_expect_eq(ldcache_parse(copy, len, arena, &cache, NULL), 0);
}
