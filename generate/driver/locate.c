/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/locate.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/root.h"
#include "generate/listing.h"

/* What is known of a path that was taken for a directory. */
struct locate_dir {
    const char *path;
    uint32_t hash;
    bool there;
    bool listed;
    const char *canonical; /* once it is listed */
    const struct listing *listing;
};

void locate_init(struct locate *locate, const struct root *root, const char *prefix,
                 struct arena *arena)
{
    *locate = (struct locate){.root = root, .prefix = prefix, .arena = arena};
}

const char *locate_join(const struct locate *locate, const char *dir, const char *name)
{
    size_t dir_len = strcmp(dir, "/") == 0 ? 0 : strlen(dir), name_len = strlen(name);
    char *path = arena_bytes(locate->arena, dir_len + name_len + 2), *end = path;

    if (!path)
        return NULL;
    end = mempcpy(end, dir, dir_len);
    *end++ = '/';
    memcpy(end, name, name_len + 1);
    return path;
}

int locate_realpath(const struct locate *locate, const char *path, const char **out,
                    struct cdi_error *err)
{
    struct stat st;

    *out = root_realpath(locate->root, path, locate->arena);
    return !*out && root_stat(locate->root, path, &st) == 0 ? cdi_error_nomem(err) : 0;
}

static uint32_t hash_path(const char *path, size_t len)
{
    return hash_bytes(0, path, len);
}

int locate_add(struct locate *locate, struct locate_paths *paths, const char *path, bool resolved,
               struct cdi_error *err)
{
    struct locate_path added = {locate, path, resolved, hash_path(path, strlen(path))};

    for (size_t i = 0; i < paths->n; i++) {
        const struct locate_path *old = &paths->items[i];

        if (old->hash == added.hash && old->in == locate && strcmp(old->path, path) == 0)
            return 0;
    }
    paths->items = arena_grow(locate->arena, paths->items, paths->n, sizeof *paths->items);
    if (!paths->items) {
        paths->n = 0;
        return cdi_error_nomem(err);
    }
    paths->items[paths->n++] = added;
    return 0;
}

static struct locate_dir *find_dir(const struct locate *locate, const char *path, size_t len)
{
    uint32_t hash = hash_path(path, len);

    for (size_t i = 0; i < locate->n_dirs; i++) {
        struct locate_dir *dir = locate->dirs[i];

        if (dir->hash == hash && strncmp(dir->path, path, len) == 0 && !dir->path[len])
            return dir;
    }
    return NULL;
}

/* Remembers that a directory is there, or is not; NULL without memory. */
static struct locate_dir *remember(struct locate *locate, const char *path, size_t len, bool there)
{
    struct locate_dir *dir = arena_alloc(locate->arena, sizeof *dir);
    struct locate_dir **dirs = arena_grow(locate->arena, locate->dirs, locate->n_dirs,
                                          sizeof *dirs);

    if (!dir || !dirs)
        return NULL;
    locate->dirs = dirs;
    *dir = (struct locate_dir){.path = arena_strndup(locate->arena, path, len),
                               .hash = hash_path(path, len),
                               .there = there};
    if (!dir->path)
        return NULL;
    return locate->dirs[locate->n_dirs++] = dir;
}

enum answer {
    ABSENT,
    PERHAPS,
    PRESENT,
};

/* What the listing of a directory, if it was read, says of a directory in it. */
static enum answer dir_in(const struct locate_dir *dir, const char *name)
{
    const struct listing_entry *entry;

    if (!dir->listed || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return PERHAPS;
    entry = dir->listing ? listing_find(dir->listing, name) : NULL;
    if (!entry)
        return ABSENT;
    if (entry->type == DT_DIR)
        return PRESENT;
    return entry->type == DT_LNK || entry->type == DT_UNKNOWN ? PERHAPS : ABSENT;
}

/*
 * What is known of the directory at the first `len` bytes of `path`, learnt from the top down:
 * most of the places that are looked at are missing on any one machine, and many together. NULL
 * without memory.
 */
static struct locate_dir *get_dir(struct locate *locate, const char *path, size_t len)
{
    _cleanup_free_ char *text = NULL;
    enum answer there = PRESENT;
    struct locate_dir *known, *parent;
    char *slash;

    while (len > 1 && path[len - 1] == '/')
        len--;
    if ((known = find_dir(locate, path, len)))
        return known;
    if (!(text = strndup(path, len)))
        return NULL;
    slash = strrchr(text, '/');
    if (len >= PATH_MAX) {
        there = ABSENT;
    } else if (slash && len > 1) {
        if (!(parent = get_dir(locate, path, slash == text ? 1 : (size_t)(slash - text))))
            return NULL;
        there = parent->there ? dir_in(parent, slash + 1) : ABSENT;
    }
    if (there == PERHAPS) {
        _cleanup_close_ int fd = root_openat(locate->root, text, O_PATH | O_DIRECTORY);

        there = fd >= 0 ? PRESENT : ABSENT;
    }
    return remember(locate, path, len, there == PRESENT);
}

/* Reads a directory, unless another path to the same one was read before. */
static int read_dir(struct locate *locate, struct locate_dir *dir, struct cdi_error *err)
{
    struct listing *listing;
    int fd, r = locate_realpath(locate, dir->path, &dir->canonical, err);

    dir->listed = r == 0;
    if (r < 0 || !dir->canonical)
        return r;
    for (size_t i = 0; i < locate->n_dirs; i++) {
        const struct locate_dir *other = locate->dirs[i];

        if (other == dir || !other->canonical || strcmp(other->canonical, dir->canonical) != 0)
            continue;
        dir->listing = other->listing;
        return 0;
    }
    if (!(listing = arena_alloc(locate->arena, sizeof *listing)))
        return cdi_error_nomem(err);
    fd = root_openat(locate->root, dir->canonical, O_RDONLY | O_DIRECTORY);
    if (fd >= 0 && (r = listing_read(fd, locate->arena, listing, err)) == 0)
        dir->listing = listing;
    return r;
}

/* A directory with its listing in *out; NULL if there is none. */
static int list_dir(struct locate *locate, const char *path, struct locate_dir **out,
                    struct cdi_error *err)
{
    struct locate_dir *dir = get_dir(locate, path, strlen(path));
    int r;

    *out = NULL;
    if (!dir)
        return cdi_error_nomem(err);
    r = dir->there && !dir->listed ? read_dir(locate, dir, err) : 0;
    if (r == 0 && dir->listing)
        *out = dir;
    return r;
}

static bool fits(const struct stat *st, enum locate_type type)
{
    return type == LOCATE_ANY ||
           (!S_ISDIR(st->st_mode) && (type == LOCATE_FILE || (st->st_mode & 0111)));
}

int locate_is(struct locate *locate, const char *path, enum locate_type type, bool *out,
              struct cdi_error *err)
{
    const char *slash = strrchr(path, '/');
    struct locate_dir *parent;
    struct stat st;

    *out = false;
    if (slash && slash > path) {
        if (!(parent = get_dir(locate, path, (size_t)(slash - path))))
            return cdi_error_nomem(err);
        if (!parent->there || (parent->listing && !listing_find(parent->listing, slash + 1)))
            return 0;
    }
    *out = root_stat(locate->root, path, &st) == 0 && fits(&st, type);
    return 0;
}

/*
 * The path of an entry: below `dir`, or canonical where that is NULL. NULL in *out if it is a
 * directory or leads nowhere.
 */
static int entry_path(struct locate *locate, const struct locate_dir *listed, const char *dir,
                      const struct listing_entry *entry, const char **out, struct cdi_error *err)
{
    struct stat st;

    *out = NULL;
    if (entry->type == DT_DIR)
        return 0;
    if (!(*out = locate_join(locate, dir ? dir : listed->canonical, entry->name)))
        return cdi_error_nomem(err);
    if (entry->type == DT_REG)
        return 0;
    if (root_stat(locate->root, *out, &st) < 0 || !fits(&st, LOCATE_FILE))
        *out = NULL;
    else if (!dir)
        return locate_realpath(locate, *out, out, err);
    return 0;
}

int locate_in_dir(struct locate *locate, const char *dir, const char *pattern, bool resolve,
                  struct locate_paths *out, struct cdi_error *err)
{
    const struct listing_entry *entry;
    struct listing_walk walk;
    struct locate_dir *listed;
    int r = list_dir(locate, dir, &listed, err);

    if (r < 0 || !listed)
        return r;
    walk = listing_match(listed->listing, pattern);
    while (r == 0 && (entry = listing_next(&walk))) {
        const char *path;

        r = entry_path(locate, listed, resolve ? NULL : dir, entry, &path, err);
        if (r == 0 && path)
            r = locate_add(locate, out, path, resolve, err);
    }
    return r;
}

int locate_is_link(struct locate *locate, const char *dir, const char *name, bool *out,
                   struct cdi_error *err)
{
    const struct listing_entry *entry;
    struct locate_dir *listed;
    const char *path;
    struct stat st;
    int r = list_dir(locate, dir, &listed, err);

    *out = false;
    if (r < 0 || !listed || !(entry = listing_find(listed->listing, name)))
        return r;
    *out = entry->type == DT_LNK;
    if (entry->type != DT_UNKNOWN)
        return 0;
    if (!(path = locate_join(locate, listed->canonical, name)))
        return cdi_error_nomem(err);
    *out = root_lstat(locate->root, path, &st) == 0 && S_ISLNK(st.st_mode);
    return 0;
}
