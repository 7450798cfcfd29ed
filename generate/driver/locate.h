/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for driver files beneath a driver root. Each directory, and ld.so.cache, is read once
 * in the life of a struct locate. All paths are those inside the root; symlinks are resolved
 * inside it, absolute ones too.
 */
#ifndef CDIKIT_GENERATE_DRIVER_LOCATE_H
#define CDIKIT_GENERATE_DRIVER_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct root;
struct locate_dir;
struct locate_request;
struct locate_cached;

/* A list of different paths, in order of finding. */
struct locate_paths {
    const char **items;
    size_t n;
};

struct locate {
    const struct root *root;
    struct arena *arena;
    struct locate_dir **dirs; /* read so far, by canonical path */
    size_t n_dirs;
    struct locate_request *requests; /* asked for so far, by the path asked for */
    size_t n_requests;
    struct locate_cached *cached; /* libraries of ld.so.cache */
    size_t n_cached;
    bool cache_loaded;
    const char *cache_problem; /* why there is nothing in it, NULL if it was read */
};

/* Starts a search; `root` and `arena` must outlive it. */
void locate_init(struct locate *locate, const struct root *root, struct arena *arena);

/* True if a file name fits a pattern, in which '*' stands for any characters. */
bool locate_match(const char *pattern, const char *name) CDI_PURE;

/*
 * The canonical path of `path` in *out, NULL if it leads nowhere; unlike root_realpath() it tells
 * that from a lack of memory.
 */
int locate_realpath(const struct root *root, const char *path, struct arena *arena,
                    const char **out, struct cdi_error *err) CDI_MUST_CHECK;

/* Adds a path to a list, once. Errors: NOMEM. */
int locate_add(struct locate *locate, struct locate_paths *paths, const char *path,
               struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds the canonical paths of the files in a directory whose name fits the pattern, sorted by
 * that name. What is not there, and directories, are not added. Errors: NOMEM.
 */
int locate_in_dir(struct locate *locate, const char *dir, const char *pattern,
                  struct locate_paths *out, struct cdi_error *err) CDI_MUST_CHECK;

/* As locate_in_dir(), but adds the paths as they were found, dir/name, not resolved. */
int locate_in_dir_plain(struct locate *locate, const char *dir, const char *pattern,
                        struct locate_paths *out, struct cdi_error *err) CDI_MUST_CHECK;

/* What locate_is() asks of a file. */
enum locate_type {
    LOCATE_FILE,       /* anything but a directory */
    LOCATE_EXECUTABLE, /* as LOCATE_FILE, with an x bit */
    LOCATE_ANY,
};

/* True if `path` leads to something of the type. */
bool locate_is(const struct locate *locate, const char *path, enum locate_type type);

/*
 * Adds the canonical paths of the libraries that fit the pattern: all in the directories where
 * distributions keep libraries for 64-bit programs or, if none is there, in ld.so.cache.
 */
int locate_library(struct locate *locate, const char *pattern, struct locate_paths *out,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* Whether dir/name is a symlink; the answer comes from the listing. Errors: NOMEM. */
int locate_is_link(struct locate *locate, const char *dir, const char *name, bool *out,
                   struct cdi_error *err) CDI_MUST_CHECK;

#endif
