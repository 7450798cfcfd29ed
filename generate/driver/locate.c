/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/driver/ldcache.h"

#define LDCACHE_PATH  "/etc/ld.so.cache"
#define LDCACHE_LIMIT (64U << 20)

/* Where distributions keep libraries for 64-bit programs. */
static const char *const library_dirs[] = {
    "/",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu/nvidia/current",
    "/usr/lib/aarch64-linux-gnu/nvidia/current",
    "/lib64",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/lib/x86_64-linux-gnu/nvidia/current",
    "/lib/aarch64-linux-gnu/nvidia/current",
};

/* A name in a directory, and what readdir(3) says it is. */
struct entry {
    const char *name;
    unsigned char type;
};

/* A directory that was read; its entries are sorted by name. */
struct locate_dir {
    const char *path; /* canonical */
    struct entry *entries;
    size_t n;
};

struct locate_request {
    const char *path;
    struct locate_dir *dir; /* NULL: there is no such directory */
};

/* A library of ld.so.cache; resolving all of them would cost more than all else. */
struct locate_cached {
    const char *path;
    const char *canonical; /* once resolved; NULL if it leads nowhere */
    bool resolved;
};

void locate_init(struct locate *locate, const struct root *root, struct arena *arena)
{
    *locate = (struct locate){.root = root, .arena = arena};
}

bool locate_match(const char *pattern, const char *name)
{
    const char *star = NULL, *retry = NULL;

    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            retry = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

int locate_realpath(const struct root *root, const char *path, struct arena *arena,
                    const char **out, struct cdi_error *err)
{
    struct stat st;

    *out = root_realpath(root, path, arena);
    return !*out && root_stat(root, path, &st) == 0 ? cdi_error_nomem(err) : 0;
}

int locate_add(struct locate *locate, struct locate_paths *paths, const char *path,
               struct cdi_error *err)
{
    for (size_t i = 0; i < paths->n; i++)
        if (strcmp(paths->items[i], path) == 0)
            return 0;
    paths->items = arena_grow(locate->arena, paths->items, paths->n, sizeof *paths->items);
    if (!paths->items)
        return cdi_error_nomem(err);
    paths->items[paths->n++] = path;
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Reads the entries of an open directory; what readdir(3) cannot give is not there for us. */
static int read_entries(struct locate *locate, struct locate_dir *dir, struct cdi_error *err)
{
    int fd = root_openat(locate->root, dir->path, O_RDONLY | O_DIRECTORY);
    _cleanup_dir_ DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *found;

    if (!stream)
        return fd >= 0 ? (close(fd), cdi_error_nomem(err)) : 0;
    while ((found = readdir(stream))) {
        struct entry *entry;

        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        dir->entries = arena_grow(locate->arena, dir->entries, dir->n, sizeof *dir->entries);
        if (!dir->entries)
            return cdi_error_nomem(err);
        entry = &dir->entries[dir->n++];
        *entry = (struct entry){arena_strdup(locate->arena, found->d_name), found->d_type};
        if (!entry->name)
            return cdi_error_nomem(err);
    }
    if (dir->n)
        qsort(dir->entries, dir->n, sizeof *dir->entries, compare_entries);
    return 0;
}

/* The directory with a canonical path, read now if it was not before. */
static int open_dir(struct locate *locate, const char *canonical, struct locate_dir **out,
                    struct cdi_error *err)
{
    struct locate_dir *dir;

    for (size_t i = 0; i < locate->n_dirs; i++) {
        *out = locate->dirs[i];
        if (strcmp((*out)->path, canonical) == 0)
            return 0;
    }
    dir = arena_alloc(locate->arena, sizeof *dir);
    locate->dirs = dir ? arena_grow(locate->arena, locate->dirs, locate->n_dirs,
                                    sizeof(struct locate_dir *))
                       : NULL;
    if (!locate->dirs) {
        locate->n_dirs = 0;
        return cdi_error_nomem(err);
    }
    dir->path = canonical;
    *out = locate->dirs[locate->n_dirs++] = dir;
    return read_entries(locate, dir, err);
}

/* The listing of a directory in *out, NULL if there is none. */
static int get_dir(struct locate *locate, const char *path, struct locate_dir **out,
                   struct cdi_error *err)
{
    struct locate_request *request;
    const char *canonical;
    int r;

    for (size_t i = 0; i < locate->n_requests; i++) {
        *out = locate->requests[i].dir;
        if (strcmp(locate->requests[i].path, path) == 0)
            return 0;
    }
    *out = NULL;
    if ((r = locate_realpath(locate->root, path, locate->arena, &canonical, err)) < 0)
        return r;
    if (canonical && (r = open_dir(locate, canonical, out, err)) < 0)
        return r;
    locate->requests = arena_grow(locate->arena, locate->requests, locate->n_requests,
                                  sizeof *request);
    if (!locate->requests) {
        locate->n_requests = 0;
        return cdi_error_nomem(err);
    }
    request = &locate->requests[locate->n_requests++];
    *request = (struct locate_request){arena_strdup(locate->arena, path), *out};
    return request->path ? 0 : cdi_error_nomem(err);
}

/* The first entry that is not before the first `len` bytes of `name`. */
static size_t first_entry(const struct locate_dir *dir, const char *name, size_t len)
{
    size_t low = 0, high = dir->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(dir->entries[middle].name, name, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const char *join(struct locate *locate, const char *dir, const char *name)
{
    return arena_printf(locate->arena, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name);
}

bool locate_is(const struct locate *locate, const char *path, enum locate_type type)
{
    struct stat st;

    if (root_stat(locate->root, path, &st) < 0)
        return false;
    return type == LOCATE_ANY ||
           (!S_ISDIR(st.st_mode) && (type == LOCATE_FILE || (st.st_mode & 0111)));
}

/*
 * The path of an entry: as found below `dir` or, where that is NULL, canonical. NULL in *out if
 * it is a directory or leads nowhere.
 */
static int entry_path(struct locate *locate, const struct locate_dir *listing, const char *dir,
                      const struct entry *entry, const char **out, struct cdi_error *err)
{
    *out = NULL;
    if (entry->type == DT_DIR)
        return 0;
    if (!(*out = join(locate, dir ? dir : listing->path, entry->name)))
        return cdi_error_nomem(err);
    if (entry->type == DT_REG)
        return 0;
    if (!locate_is(locate, *out, LOCATE_FILE))
        *out = NULL;
    else if (!dir)
        return locate_realpath(locate->root, *out, locate->arena, out, err);
    return 0;
}

static int search_dir(struct locate *locate, const char *dir, const char *pattern, bool resolve,
                      struct locate_paths *out, struct cdi_error *err)
{
    size_t literal = strcspn(pattern, "*");
    struct locate_dir *listing;
    int r = get_dir(locate, dir, &listing, err);

    if (r < 0 || !listing)
        return r;
    for (size_t i = first_entry(listing, pattern, literal); i < listing->n; i++) {
        const struct entry *entry = &listing->entries[i];
        const char *path;

        if (strncmp(entry->name, pattern, literal) != 0)
            break;
        if (!locate_match(pattern, entry->name))
            continue;
        r = entry_path(locate, listing, resolve ? NULL : dir, entry, &path, err);
        if (r == 0 && path)
            r = locate_add(locate, out, path, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int locate_in_dir(struct locate *locate, const char *dir, const char *pattern,
                  struct locate_paths *out, struct cdi_error *err)
{
    return search_dir(locate, dir, pattern, true, out, err);
}

int locate_in_dir_plain(struct locate *locate, const char *dir, const char *pattern,
                        struct locate_paths *out, struct cdi_error *err)
{
    return search_dir(locate, dir, pattern, false, out, err);
}

int locate_is_link(struct locate *locate, const char *dir, const char *name, bool *out,
                   struct cdi_error *err)
{
    struct locate_dir *listing;
    const char *path;
    struct stat st;
    size_t i;
    int r = get_dir(locate, dir, &listing, err);

    *out = false;
    if (r < 0 || !listing)
        return r;
    i = first_entry(listing, name, strlen(name) + 1);
    if (i >= listing->n || strcmp(listing->entries[i].name, name) != 0)
        return 0;
    *out = listing->entries[i].type == DT_LNK;
    if (listing->entries[i].type != DT_UNKNOWN)
        return 0;
    if (!(path = join(locate, listing->path, name)))
        return cdi_error_nomem(err);
    *out = root_lstat(locate->root, path, &st) == 0 && S_ISLNK(st.st_mode);
    return 0;
}

/* Fills locate->cached. A cache that is absent or broken is an empty one. */
static int load_cache(struct locate *locate, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_free_ char *data = NULL;
    struct ldcache cache = {0};
    size_t len;
    int r;

    locate->cache_loaded = true;
    r = root_read(locate->root, LDCACHE_PATH, LDCACHE_LIMIT, &data, &len, &problem);
    if (r == 0)
        r = ldcache_parse(data, len, locate->arena, &cache, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        locate->cache_problem = arena_strdup(locate->arena, problem.message);
        return locate->cache_problem ? 0 : cdi_error_nomem(err);
    }
    locate->cached = arena_calloc(locate->arena, cache.n, sizeof *locate->cached);
    if (!locate->cached)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < cache.n; i++) {
        const char *path = arena_strdup(locate->arena, cache.entries[i].path);

        if (!path)
            return cdi_error_nomem(err);
        locate->cached[locate->n_cached++].path = path;
    }
    return 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* How much of a pattern is the library's name: up to ".so" or the first '*'. */
static size_t stem_length(const char *pattern)
{
    const char *end = strstr(pattern, ".so");
    size_t literal = strcspn(pattern, "*");

    return end && (size_t)(end - pattern) < literal ? (size_t)(end - pattern) : literal;
}

/*
 * Adds the libraries of the cache that fit. Their canonical names are what counts, because the
 * one the loader goes by ("libcuda.so.1") leads to that with the version; both begin alike.
 */
static int search_cache(struct locate *locate, const char *pattern, struct locate_paths *out,
                        struct cdi_error *err)
{
    size_t stem = stem_length(pattern);

    for (size_t i = 0; i < locate->n_cached; i++) {
        struct locate_cached *library = &locate->cached[i];
        int r = 0;

        if (strncmp(base_name(library->path), pattern, stem) != 0)
            continue;
        if (!library->resolved)
            r = locate_realpath(locate->root, library->path, locate->arena, &library->canonical,
                                err);
        library->resolved = r == 0;
        if (r == 0 && library->canonical && locate_match(pattern, base_name(library->canonical)))
            r = locate_add(locate, out, library->canonical, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int locate_library(struct locate *locate, const char *pattern, struct locate_paths *out,
                   struct cdi_error *err)
{
    size_t before = out->n;
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(library_dirs); i++)
        if ((r = locate_in_dir(locate, library_dirs[i], pattern, out, err)) < 0)
            return r;
    if (out->n > before)
        return 0;
    if (!locate->cache_loaded && (r = load_cache(locate, err)) < 0)
        return r;
    return search_cache(locate, pattern, out, err);
}
