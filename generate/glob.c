/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/glob.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/listing.h"

#define N_BUCKETS 1024

/* A directory that was read; one may be reached by many paths. */
struct read_dir {
    dev_t dev;
    ino_t ino;
    struct listing listing;
    struct read_dir *next;
};

/* A search under way. */
struct search {
    const struct root *root;
    struct arena *arena;
    const char *pattern;
    struct read_dir *buckets[N_BUCKETS];
};

static int add_hit(struct search *search, struct glob_hits *hits, const char *dir, const char *name,
                   struct cdi_error *err)
{
    if (hits->n == GLOB_MOST_HITS)
        return cdi_error_set(err, CDI_ERR_LIMIT, "the pattern %s fits more than %d paths",
                             search->pattern, GLOB_MOST_HITS);
    hits->items = arena_grow(search->arena, hits->items, hits->n, sizeof *hits->items);
    if (!hits->items || !(hits->items[hits->n] = arena_printf(search->arena, "%s/%s", dir, name)))
        return cdi_error_nomem(err);
    hits->n++;
    return 0;
}

/* The listing of a directory; NULL in *out if it cannot be read. */
static int get_listing(struct search *search, const char *dir, const struct listing **out,
                       struct cdi_error *err)
{
    _cleanup_close_ int fd = root_openat(search->root, *dir ? dir : "/", O_RDONLY | O_DIRECTORY);
    struct read_dir *found, **bucket;
    struct stat st;

    *out = NULL;
    if (fd < 0 || fstat(fd, &st) < 0)
        return 0;
    bucket = &search->buckets[st.st_ino % N_BUCKETS];
    for (found = *bucket; found; found = found->next) {
        *out = &found->listing;
        if (found->ino == st.st_ino && found->dev == st.st_dev)
            return 0;
    }
    if (!(found = arena_alloc(search->arena, sizeof *found)))
        return cdi_error_nomem(err);
    *found = (struct read_dir){.dev = st.st_dev, .ino = st.st_ino, .next = *bucket};
    *bucket = found;
    *out = &found->listing;
    return listing_read(TAKE_FD(fd), search->arena, &found->listing, err);
}

/* Adds what fits in a directory; only what may be one itself, if more components follow. */
static int match_in(struct search *search, const char *dir, const char *component, bool last,
                    struct glob_hits *out, struct cdi_error *err)
{
    const struct listing_entry *entry;
    const struct listing *listing;
    struct listing_walk walk;
    int r = get_listing(search, dir, &listing, err);

    if (r < 0 || !listing)
        return r;
    walk = listing_match(listing, component);
    while (r == 0 && (entry = listing_next(&walk)))
        if (last || entry->type == DT_DIR || entry->type == DT_LNK || entry->type == DT_UNKNOWN)
            r = add_hit(search, out, dir, entry->name, err);
    return r;
}

/* What the paths become with one component more. */
static int step(struct search *search, const struct glob_hits *from, const char *component,
                bool last, struct glob_hits *out, struct cdi_error *err)
{
    bool special = strpbrk(component, GLOB_SPECIAL) != NULL;

    *out = (struct glob_hits){0};
    for (size_t i = 0; i < from->n; i++) {
        struct stat st;
        int r = special ? match_in(search, from->items[i], component, last, out, err)
                        : add_hit(search, out, from->items[i], component, err);

        if (r < 0)
            return r;
        if (!special && last && root_lstat(search->root, out->items[out->n - 1], &st) < 0)
            out->n--;
    }
    return 0;
}

int glob_paths(const struct root *root, const char *pattern, struct arena *arena,
               struct glob_hits *out, struct cdi_error *err)
{
    static const char *top[] = {""};
    struct search search = {.root = root, .arena = arena, .pattern = pattern};
    struct glob_hits hits = {top, 1};
    const char *p = pattern + strspn(pattern, "/");

    *out = (struct glob_hits){0};
    while (*p) {
        size_t len = strcspn(p, "/");
        const char *component = arena_strndup(arena, p, len);
        int r;

        p += len;
        p += strspn(p, "/");
        if (!component)
            return cdi_error_nomem(err);
        if ((r = step(&search, &hits, component, !*p, out, err)) < 0)
            return r;
        hits = *out;
    }
    return 0;
}
