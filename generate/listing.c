/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct listing_entry *)a)->name, ((const struct listing_entry *)b)->name);
}

int listing_read(int fd, struct arena *arena, struct listing *out, struct cdi_error *err)
{
    _cleanup_dir_ DIR *stream = fdopendir(fd);
    const struct dirent *found;

    *out = (struct listing){0};
    if (!stream)
        return close(fd), cdi_error_nomem(err);
    while ((found = readdir(stream))) {
        const char *name = found->d_name;
        struct listing_entry *entry;

        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
            continue;
        out->entries = arena_grow(arena, out->entries, out->n, sizeof *out->entries);
        if (!out->entries)
            return cdi_error_nomem(err);
        entry = &out->entries[out->n++];
        *entry = (struct listing_entry){arena_strdup(arena, name), found->d_type};
        if (!entry->name)
            return cdi_error_nomem(err);
    }
    if (out->n)
        qsort(out->entries, out->n, sizeof *out->entries, compare_entries);
    return 0;
}

size_t listing_first(const struct listing *listing, const char *name, size_t len)
{
    size_t low = 0, high = listing->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(listing->entries[middle].name, name, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct listing_entry *listing_find(const struct listing *listing, const char *name)
{
    size_t i = listing_first(listing, name, strlen(name) + 1);

    return i < listing->n && strcmp(listing->entries[i].name, name) == 0 ? &listing->entries[i]
                                                                         : NULL;
}
