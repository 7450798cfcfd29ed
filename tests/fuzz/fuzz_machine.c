/* SPDX-License-Identifier: Apache-2.0 */
/* What is read from /proc and /sys, which in a container may be somebody else's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "generate/machine/migcaps.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An address that can be read is the same when it was written and read again. */
static void check_address(const char *text, struct arena *arena)
{
    struct pci_address address, again;
    const char *written;

    if (!text || !pci_address_parse(text, &address))
        return;
    written = pci_address_format(address, arena);
    if (!written || !pci_address_parse(written, &again) || pci_address_compare(address, again) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct arena *arena = arena_new();
    struct procfs_gpu gpu;
    struct migcaps caps;
    const char *version;

    if (!arena)
        return 0;
    check_address(arena_strndup(arena, text, size), arena);
    if (procfs_parse_information(text, size, arena, &gpu) && gpu.uuid && !*gpu.uuid)
        abort();
    if (procfs_parse_version(text, size, arena, &version) && version && !strchr(version, '.'))
        abort();
    if (migcaps_parse(text, size, arena, &caps, NULL) == 0)
        for (size_t i = 1; i < caps.n; i++)
            if (caps.entries[i - 1].key >= caps.entries[i].key)
                abort();
    arena_free(arena);
    return 0;
}
