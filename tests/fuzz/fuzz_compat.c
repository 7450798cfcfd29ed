/* SPDX-License-Identifier: Apache-2.0 */
/* The note of a CUDA compatibility library: as a file, and what is in the note alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "hooks/compat_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int r, const struct compat_note *note)
{
    struct compat_facts facts = {
        .library = "575.57.08", .host_driver = "", .host_cuda = "12.8", .note = *note};
    uint64_t sum = 0;

    if (r < 0)
        return;
    if (!note->there && (note->n_drivers || *note->cuda))
        __builtin_trap();
    for (size_t i = 0; i < note->n_drivers; i++)
        sum += note->drivers[i];
    if (compat_wanted(&facts) && !strlen(note->cuda))
        __builtin_trap();
    facts.host_driver = "535.1";
    if (compat_wanted(&facts) && note->there && sum < 535)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct arena *arena = arena_new();
    char *text = arena ? arena_bytes(arena, size + 1) : NULL;
    struct compat_note note;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (text) {
        check(compat_note_read(fd, arena, &note, NULL), &note);
        memcpy(text, data, size);
        check(compat_note_parse(text, size, arena, &note, NULL), &note);
    }
    arena_free(arena);
    return 0;
}
