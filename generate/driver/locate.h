/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for driver files beneath a root. Each directory is read at most once in the life of a
 * struct locate, and what is known to be missing is not looked for again. All paths are those
 * inside the root; symlinks are resolved inside it, absolute ones too.
 */
#ifndef CDIKIT_GENERATE_DRIVER_LOCATE_H
#define CDIKIT_GENERATE_DRIVER_LOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;
struct root;
struct locate_dir;

struct locate {
    const struct root *root;
    const char *prefix; /* path of the root in the system, "" for its top */
    struct arena *arena;
    struct locate_dir **dirs; /* asked for so far */
    size_t n_dirs;
};

/* A place inside a root. */
struct locate_path {
    struct locate *in;
    const char *path;
    bool resolved; /* path is canonical */
    uint32_t hash;
};

/* A list of different places, in order of finding. */
struct locate_paths {
    struct locate_path *items;
    size_t n;
};

/* Starts a search; what it is given must outlive it. */
void locate_init(struct locate *locate, const struct root *root, const char *prefix,
                 struct arena *arena);

/* dir/name, where dir may be "/"; NULL without memory. */
const char *locate_join(const struct locate *locate, const char *dir, const char *name);

/*
 * The canonical path of `path` in *out, NULL if it leads nowhere; unlike root_realpath() it tells
 * that from a lack of memory.
 */
int locate_realpath(const struct locate *locate, const char *path, const char **out,
                    struct cdi_error *err) CDI_MUST_CHECK;

/* Adds a place to a list, once; the text must outlive the list. Errors: NOMEM. */
int locate_add(struct locate *locate, struct locate_paths *paths, const char *path, bool resolved,
               struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds the files in a directory whose name fits the pattern (see generate/glob.h), sorted by that
 * name: their canonical paths, or dir/name where they are not to be resolved. What is not there,
 * and directories, are not added. Errors: NOMEM.
 */
int locate_in_dir(struct locate *locate, const char *dir, const char *pattern, bool resolve,
                  struct locate_paths *out, struct cdi_error *err) CDI_MUST_CHECK;

/* What locate_is() asks of a file. */
enum locate_type {
    LOCATE_FILE,       /* anything but a directory */
    LOCATE_EXECUTABLE, /* as LOCATE_FILE, with an x bit */
    LOCATE_ANY,
};

/* Whether `path` leads to something of the type. Errors: NOMEM. */
int locate_is(struct locate *locate, const char *path, enum locate_type type, bool *out,
              struct cdi_error *err) CDI_MUST_CHECK;

/* Whether dir/name is a symlink; the answer comes from the listing. Errors: NOMEM. */
int locate_is_link(struct locate *locate, const char *dir, const char *name, bool *out,
                   struct cdi_error *err) CDI_MUST_CHECK;

#endif
