/* SPDX-License-Identifier: Apache-2.0 */
/* The loader cache of a driver root, which a container image may have written. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct ldcache cache;

    if (arena && ldcache_parse(data, size, arena, &cache, NULL) == 0)
        for (size_t i = 0; i < cache.n; i++)
            if (!*cache.entries[i].name || !strlen(cache.entries[i].path))
                __builtin_trap();
    arena_free(arena);
    return 0;
}
