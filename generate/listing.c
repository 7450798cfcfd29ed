/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/listing.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/glob.h"

/* Most comparisons of a sort end here, and need not go and fetch a name. */
static uint64_t head_of(const char *name, size_t len)
{
    uint64_t head = 0;

    memcpy(&head, name, len < sizeof head ? len : sizeof head);
    return be64toh(head);
}

static int compare_entries(const void *a, const void *b)
{
    const struct listing_entry *x = a, *y = b;

    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return strcmp(x->name, y->name);
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
        size_t len = strlen(name);
        struct listing_entry *entry;

        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
            continue;
        out->entries = arena_grow(arena, out->entries, out->n, sizeof *out->entries);
        if (!out->entries)
            return cdi_error_nomem(err);
        entry = &out->entries[out->n++];
        *entry = (struct listing_entry){arena_strndup(arena, name, len), head_of(name, len),
                                        (unsigned short)len, found->d_type};
        if (!entry->name)
            return cdi_error_nomem(err);
    }
    if (out->n)
        qsort(out->entries, out->n, sizeof *out->entries, compare_entries);
    return 0;
}

/* The first entry that is not before the first `len` bytes of `name`. */
static size_t first_entry(const struct listing *listing, const char *name, size_t len)
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
    size_t i = first_entry(listing, name, strlen(name) + 1);

    return i < listing->n && strcmp(listing->entries[i].name, name) == 0 ? &listing->entries[i]
                                                                         : NULL;
}

struct listing_walk listing_match(const struct listing *listing, const char *pattern)
{
    size_t len = strlen(pattern), end = len, n_first = strcspn(pattern, GLOB_SPECIAL);

    while (end && !strchr(GLOB_SPECIAL "]", pattern[end - 1]))
        end--;
    return (struct listing_walk){listing,       pattern,   n_first,
                                 pattern + end, len - end, first_entry(listing, pattern, n_first)};
}

/* Most names are told apart by the ends of the pattern, which often are a stem and a version. */
const struct listing_entry *listing_next(struct listing_walk *walk)
{
    while (walk->next < walk->listing->n) {
        const struct listing_entry *entry = &walk->listing->entries[walk->next++];

        if (strncmp(entry->name, walk->pattern, walk->n_first) != 0)
            return NULL;
        if (entry->len >= walk->n_end &&
            memcmp(entry->name + entry->len - walk->n_end, walk->end, walk->n_end) == 0 &&
            glob_match(walk->pattern, entry->name))
            return entry;
    }
    return NULL;
}
