/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldscan.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/sort.h"
#include "hooks/lddirectory.h"
#include "hooks/ldview.h"

#define HWCAPS "glibc-hwcaps"

/* A directory that was looked at: for libraries, or as a glibc-hwcaps for subdirectories. */
struct seen {
    dev_t dev;
    ino_t ino;
    bool is_hwcaps;
};

struct scan {
    const struct ldview *view;
    const struct ldmachine *machine;
    struct arena *arena;
    struct ldscan *out;
    struct seen *seen;
    size_t n_seen, subdirectories, entries_left, bytes;
};

/* Notes a directory; false if it was there already. */
static int see(struct scan *scan, const struct ldview_directory *directory, bool is_hwcaps,
               struct cdi_error *err)
{
    for (size_t i = 0; i < scan->n_seen; i++)
        if (scan->seen[i].ino == directory->ino && scan->seen[i].dev == directory->dev &&
            scan->seen[i].is_hwcaps == is_hwcaps)
            return 0;
    if (scan->n_seen == LDSCAN_MOST_DIRECTORIES) {
        scan->out->cut = true;
        return 0;
    }
    scan->seen = arena_grow(scan->arena, scan->seen, scan->n_seen, sizeof *scan->seen);
    if (!scan->seen)
        return cdi_error_nomem(err);
    scan->seen[scan->n_seen++] = (struct seen){directory->dev, directory->ino, is_hwcaps};
    return 1;
}

/* True if the cache has room for one more library; if not, nothing else is looked at. */
static bool has_room(struct scan *scan, const struct lddirectory_library *library, const char *dir)
{
    scan->bytes += sizeof(struct ldcache_entry) + strlen(dir) + 1 + strlen(library->file) + 1;
    if (library->file != library->name)
        scan->bytes += strlen(library->name) + 1;
    if (scan->bytes <= LDSCAN_MOST_BYTES)
        return true;
    scan->entries_left = 0;
    scan->out->cut = true;
    return false;
}

static int add_to_cache(struct scan *scan, const struct lddirectory_library *library,
                        const char *dir, const char *hwcaps, struct cdi_error *err)
{
    struct ldcache *cache = &scan->out->cache;
    struct ldcache_entry *entry;

    cache->entries = arena_grow(scan->arena, cache->entries, cache->n, sizeof *cache->entries);
    if (!cache->entries)
        return cdi_error_nomem(err);
    entry = &cache->entries[cache->n];
    *entry = (struct ldcache_entry){
        .path = arena_printf(scan->arena, "%s/%s", dir, library->file),
        .hwcaps = hwcaps,
        .flags = library->flags,
        .isa_level = hwcaps ? library->isa_level : 0,
    };
    if (!entry->path)
        return cdi_error_nomem(err);
    if (strcmp(library->file, library->name) == 0)
        entry->name = entry->path + strlen(dir) + 1;
    else if (!(entry->name = arena_strdup(scan->arena, library->name)))
        return cdi_error_nomem(err);
    cache->n++;
    return 0;
}

static int note_unlinked(struct scan *scan, const struct lddirectory *found, const char *dir,
                         struct cdi_error *err)
{
    struct ldscan *out = scan->out;

    if (found->n_unlinked && !out->n_unlinked) {
        out->unlinked = arena_printf(scan->arena, "%s/%s", dir, found->unlinked);
        out->unlinked_errno = found->unlinked_errno;
        if (!out->unlinked)
            return cdi_error_nomem(err);
    }
    out->n_unlinked += found->n_unlinked;
    return 0;
}

static int scan_open(struct scan *scan, const struct ldview_directory *directory,
                     const char *hwcaps, bool *has_hwcaps, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *scratch = arena_new();
    struct lddirectory found;
    int r;

    if (!scratch)
        return cdi_error_nomem(err);
    r = lddirectory_read(scan->view, scan->machine, directory, hwcaps != NULL, &scan->entries_left,
                         scratch, &found, err);
    if (r < 0)
        return r;
    scan->out->cut |= found.cut;
    *has_hwcaps = found.has_hwcaps;
    for (size_t i = 0;
         r == 0 && i < found.n && has_room(scan, &found.libraries[i], directory->path); i++)
        r = add_to_cache(scan, &found.libraries[i], directory->path, hwcaps, err);
    return r < 0 ? r : note_unlinked(scan, &found, directory->path, err);
}

/* Scans a directory, unless it was already. `hwcaps` is the subdirectory's name, or NULL. */
static int scan_directory(struct scan *scan, const char *path, const char *hwcaps, bool *has_hwcaps,
                          struct cdi_error *err)
{
    struct ldview_directory directory;
    int r;

    *has_hwcaps = false;
    if (scan->n_seen == LDSCAN_MOST_DIRECTORIES) {
        scan->out->cut = true;
        return 0;
    }
    if (scan->view->open(scan->view, path, &directory) < 0)
        return 0;
    r = see(scan, &directory, false, err);
    if (r > 0)
        r = scan_open(scan, &directory, hwcaps, has_hwcaps, err);
    scan->view->close(scan->view, &directory);
    return r;
}

/* ---- glibc-hwcaps ---- */

struct names {
    struct scan *scan;
    const void **items;
    size_t n;
};

static int take_name(void *context, const char *name, unsigned char type)
{
    struct names *names = context;
    struct arena *arena = names->scan->arena;

    if (names->scan->entries_left == 0)
        return -E2BIG;
    names->scan->entries_left--;
    /* A loader cannot look for a name with a colon. */
    if (name[0] == '.' || type == DT_REG || strchr(name, ':'))
        return 0;
    if (names->scan->subdirectories == LDSCAN_MOST_DIRECTORIES)
        return -E2BIG;
    names->scan->subdirectories++;
    names->items = arena_grow(arena, names->items, names->n, sizeof *names->items);
    if (!names->items || !(names->items[names->n] = arena_strdup(arena, name)))
        return -ENOMEM;
    names->n++;
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The subdirectories of a glibc-hwcaps, which may be that of other directories, too. */
static int list_hwcaps(struct names *names, const char *path, struct cdi_error *err)
{
    struct scan *scan = names->scan;
    struct ldview_directory directory;
    int r, listed = 0;

    if (scan->view->open(scan->view, path, &directory) < 0)
        return 0;
    r = see(scan, &directory, true, err);
    if (r > 0)
        listed = scan->view->list(scan->view, &directory, take_name, names);
    scan->view->close(scan->view, &directory);
    if (r < 0)
        return r;
    if (listed == -ENOMEM)
        return cdi_error_nomem(err);
    scan->out->cut |= listed == -E2BIG;
    return sort_pointers(names->items, names->n, compare_names, err);
}

static int scan_hwcaps(struct scan *scan, const char *dir, struct cdi_error *err)
{
    struct names names = {.scan = scan};
    const char *path = arena_printf(scan->arena, "%s/" HWCAPS, dir);
    int r = path ? list_hwcaps(&names, path, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < names.n; i++) {
        const char *subdir = arena_printf(scan->arena, "%s/%s", path, (const char *)names.items[i]);
        bool nested;

        r = subdir ? scan_directory(scan, subdir, names.items[i], &nested, err)
                   : cdi_error_nomem(err);
    }
    return r;
}

int ldscan_run(const struct ldview *view, const struct ldmachine *machine,
               const char *const *directories, size_t n, struct arena *arena, struct ldscan *out,
               struct cdi_error *err)
{
    struct scan scan = {.view = view,
                        .machine = machine,
                        .arena = arena,
                        .out = out,
                        .entries_left = LDSCAN_MOST_ENTRIES};

    *out = (struct ldscan){.n_unlinked = 0};
    for (size_t i = 0; i < n; i++) {
        bool has_hwcaps;
        int r = scan_directory(&scan, directories[i], NULL, &has_hwcaps, err);

        if (r == 0 && has_hwcaps)
            r = scan_hwcaps(&scan, directories[i], err);
        if (r < 0)
            return r;
    }
    return ldcache_sort(&out->cache, err);
}
