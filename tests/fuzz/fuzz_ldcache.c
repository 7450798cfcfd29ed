/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader cache of a driver root or a container, which an image may have written; and what is
 * written of its entries.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ldcache *cache, struct arena *arena)
{
    struct ldcache again;
    const char *data;
    size_t len;

    for (size_t i = 0; i < cache->n; i++) {
        if (!*cache->entries[i].name || !*cache->entries[i].path)
            __builtin_trap();
        /* It may get a meaning beside entries that have subdirectories. */
        if (!cache->entries[i].hwcaps)
            cache->entries[i].hwcap = 0;
    }
    if (ldcache_format(cache, "fuzz", arena, &data, &len, NULL) == 0 &&
        ldcache_parse(data, len, arena, &again, NULL) == 0 && !ldcache_equal(cache, &again))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct ldcache cache;

    /* Many entries may have one long path, and each is written. */
    if (arena && ldcache_parse(data, size, arena, &cache, NULL) == 0 && cache.n < 4096 &&
        ldcache_sort(&cache, NULL) == 0)
        check(&cache, arena);
    arena_free(arena);
    return 0;
}
