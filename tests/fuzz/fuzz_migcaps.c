/* SPDX-License-Identifier: Apache-2.0 */
/* mig-minors: what was read is sorted, without doubles, and no larger than the text. */
#include <stdint.h>

#include "base/arena.h"
#include "generate/machine/migcaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct migcaps caps;

    if (!arena || migcaps_parse((const char *)data, size, arena, &caps, NULL) < 0) {
        arena_free(arena);
        return 0;
    }
    if (caps.n > size)
        __builtin_trap();
    for (size_t i = 0; i < caps.n; i++) {
        if (i && caps.entries[i - 1].key >= caps.entries[i].key)
            __builtin_trap();
        if (caps.entries[i].minor >= 1U << 20)
            __builtin_trap();
    }
    for (uint32_t i = 0; i < 4; i++) {
        (void)migcaps_gpu_instance(&caps, i, i);
        (void)migcaps_compute_instance(&caps, i, i, UINT32_MAX - i);
    }
    if (migcaps_config(&caps) >= 0 && migcaps_config(&caps) != caps.entries[0].minor)
        __builtin_trap();
    arena_free(arena);
    return 0;
}
