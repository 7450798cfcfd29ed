/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/ldcache.h"
#include "tests/unit/ldcachedata.h"

static const struct ldcachedata entries[] = {
    {LDCACHE_X86_64, "libz.so.1", "/lib/x86_64-linux-gnu/libz.so.1"},
    {LDCACHE_I386, "libcuda.so.1", "/usr/lib/i386-linux-gnu/libcuda.so.1"},
    {LDCACHE_X86_64, "libcuda.so.1", "/opt/driver/libcuda.so.1"},
    {LDCACHE_X32, "libc.so.6", "/libx32/libc.so.6"},
    {LDCACHE_AARCH64, "libcuda.so.1", "/usr/lib/aarch64-linux-gnu/libcuda.so.1"},
    {LDCACHE_ARMHF, "libc.so.6", "/lib/arm-linux-gnueabihf/libc.so.6"},
    {LDCACHE_PPC64LE, "libcuda.so.1", "/usr/lib/powerpc64le-linux-gnu/libcuda.so.1"},
    {0x0300, "libno-elf.so", "/lib/libno-elf.so"}, /* the bit "ELF" is missing */
    {0x0301, "libelf.so", "/lib/libelf.so"},       /* ELF, not of libc6 */
    {LDCACHE_X86_64, "", "/lib/no-name"},
    {LDCACHE_X86_64, "no-path", ""},
};

static const char *const expected[] = {
    "/lib/x86_64-linux-gnu/libz.so.1",
    "/opt/driver/libcuda.so.1",
    "/usr/lib/aarch64-linux-gnu/libcuda.so.1",
    "/usr/lib/powerpc64le-linux-gnu/libcuda.so.1",
    "/lib/libelf.so",
};

Test(ldcache, reads_all_kinds_in_order)
{
    /* Without an old part, and with ones that need and do not need padding. */
    static const int old_parts[] = {-1, 0, 1, 2, 3};

    for (size_t k = 0; k < ARRAY_SIZE(old_parts); k++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        size_t len;
        _cleanup_free_ void *data = ldcachedata_new(entries, ARRAY_SIZE(entries), old_parts[k],
                                                    &len);
        struct ldcache cache;
        size_t n = 0;

        cr_assert_eq(ldcache_parse(data, len, arena, &cache, &err), 0, "%s", err.message);
        cr_assert_eq(cache.n, ARRAY_SIZE(entries) - 2, "without the empty ones");
        for (size_t i = 0; i < cache.n; i++) {
            cr_expect_eq(cache.entries[i].flags, (uint32_t)entries[i].flags);
            cr_expect_str_eq(cache.entries[i].name, entries[i].name);
            cr_expect_str_eq(cache.entries[i].path, entries[i].path);
            if (ldcache_is_64bit(&cache.entries[i]) && n < ARRAY_SIZE(expected))
                cr_expect_str_eq(cache.entries[i].path, expected[n++]);
        }
        cr_expect_eq(n, ARRAY_SIZE(expected));
    }
}

/* The kernel opens nothing by a longer path, and many entries may lead into one string. */
Test(ldcache, strings_are_no_longer_than_paths)
{
    static const size_t lengths[] = {PATH_MAX - 1, PATH_MAX, 100000};

    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_free_ char *path = calloc(1, lengths[i] + 1);
        struct ldcachedata entry = {LDCACHE_X86_64, "libcuda.so.1", path};
        size_t len;
        _cleanup_free_ void *data = NULL;
        struct ldcache cache;

        cr_assert(path);
        memset(path, '/', lengths[i]);
        data = ldcachedata_new(&entry, 1, -1, &len);
        cr_assert_eq(ldcache_parse(data, len, arena, &cache, NULL), 0);
        cr_expect_eq(cache.n, lengths[i] < PATH_MAX, "%zu", lengths[i]);
    }
}

static void expect_invalid(const void *data, size_t len, const char *what)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    /* In a block of its size, so that a sanitizer sees a read behind it. */
    _cleanup_free_ char *copy = malloc(len + !len);
    struct ldcache cache;

    memcpy(copy, data, len);
    cr_expect_eq(ldcache_parse(copy, len, arena, &cache, &err), -CDI_ERR_INVALID, "%s", what);
}

Test(ldcache, refuses_what_is_truncated)
{
    size_t len;
    _cleanup_free_ char *data = ldcachedata_new(entries, ARRAY_SIZE(entries), 1, &len);

    for (size_t i = 0; i < len; i++)
        expect_invalid(data, i, "truncated");
}

Test(ldcache, refuses_other_formats)
{
    static const struct {
        const char *what;
        size_t offset;
        const char *bytes;
        size_t n;
    } cases[] = {
        {"magic", 0, "x", 1},
        {"version", 17, "1.0", 3},
        {"more entries than there is room for", 20, "\xff\xff\xff\xff", 4},
        {"more strings than there are bytes", 24, "\xff\xff\xff\xff", 4},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t len;
        _cleanup_free_ char *data = ldcachedata_new(entries, ARRAY_SIZE(entries), -1, &len);

        memcpy(data + cases[i].offset, cases[i].bytes, cases[i].n);
        expect_invalid(data, len, cases[i].what);
    }
    expect_invalid("", 0, "empty");
    expect_invalid("ld.so-1.7.0\0\0\0\0\0", 16, "old format only");
    expect_invalid("ld.so-1.7.0\0\xff\xff\xff\xff", 16, "old format, too many entries");
}

Test(ldcache, skips_strings_outside_the_data)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    size_t len;
    _cleanup_free_ char *data = ldcachedata_new(entries, 1, -1, &len);
    struct ldcache cache;
    uint32_t offset = (uint32_t)len;

    memcpy(data + 48 + 8, &offset, sizeof offset);
    cr_assert_eq(ldcache_parse(data, len, arena, &cache, NULL), 0);
    cr_expect_eq(cache.n, 0);

    /* What follows the data is no part of it, although it could be read. */
    static const char behind[] = "/lib/behind";
    _cleanup_free_ char *more = malloc(len + sizeof behind);

    cr_assert_not_null(more);
    memcpy(more + len, behind, sizeof behind);
    for (uint32_t i = 0; i < 3; i++) {
        offset = (uint32_t)len + i;
        memcpy(data + 48 + 8, &offset, sizeof offset);
        memcpy(more, data, len);
        cr_assert_eq(ldcache_parse(more, len, arena, &cache, NULL), 0);
        cr_expect_eq(cache.n, 0, "%u bytes behind", i);
    }

    /* The last string does not end. */
    offset = (uint32_t)len - 1;
    memcpy(data + 48 + 8, &offset, sizeof offset);
    data[len - 1] = 'x';
    cr_assert_eq(ldcache_parse(data, len, arena, &cache, NULL), 0);
    cr_expect_eq(cache.n, 0);
}

Test(ldcache, reads_the_cache_of_this_machine)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_free_ char *data = NULL;
    struct ldcache cache;
    size_t len, hits = 0;

    if (file_read(AT_FDCWD, "/etc/ld.so.cache", 64U << 20, &data, &len, NULL) < 0)
        cr_skip_test("there is no loader cache here");
    cr_assert_eq(ldcache_parse(data, len, arena, &cache, NULL), 0);
    for (size_t i = 0; i < cache.n; i++)
        hits += strcmp(cache.entries[i].name, "libc.so.6") == 0;
    if (sizeof(void *) == 8)
        cr_expect_geq(hits, 1);
}
