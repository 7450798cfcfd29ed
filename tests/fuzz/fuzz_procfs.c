/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of the driver in /proc, which a tree given as --root may hold in any form. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "generate/machine/procfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *text = (const char *)data, *version;
    struct procfs_gpu gpu;

    if (arena && procfs_parse_information(text, size, arena, &gpu)) {
        if (gpu.minor < -1 || gpu.minor > 9999999)
            __builtin_trap();
        if (gpu.uuid && strspn(gpu.uuid, "-0123456789abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(gpu.uuid))
            __builtin_trap();
    }
    if (arena && procfs_parse_version(text, size, arena, &version) && version &&
        (!strchr(version, '.') || strspn(version, ".0123456789") != strlen(version)))
        __builtin_trap();
    arena_free(arena);
    return 0;
}
