/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root handle: a directory that stands for "/". Everything that reads the machine goes
 * through one, so that a simulated node is a directory. Paths are absolute or relative to the
 * root, and their symlinks, absolute ones too, are resolved inside it (openat2(2),
 * RESOLVE_IN_ROOT), so that nothing beneath a root can lead out of it.
 */
#ifndef CDIKIT_BASE_ROOT_H
#define CDIKIT_BASE_ROOT_H

#include <stddef.h>
#include <sys/stat.h>

#include <cdikit/error.h>

struct arena;

struct root;

/* Somebody who wants to know what is looked at: called before each look at a path. */
struct root_watch {
    void (*looks)(struct root_watch *watch, const struct root *root, const char *path, int flags);
};

struct root {
    int fd;
    const char *path;         /* as given, "/" for the host; not owned */
    struct root_watch *watch; /* NULL: nobody; not owned */
};

#define ROOT_INIT      \
    {                  \
        -1, NULL, NULL \
    }
#define _cleanup_root_ __attribute__((cleanup(root_close)))

/*
 * Opens a root; `path` (NULL, "" and "/" mean the host's) must outlive it. Without openat2(2) it
 * is CDI_ERR_UNSUPPORTED.
 */
int root_open(struct root *root, const char *path, struct cdi_error *err) CDI_MUST_CHECK;
void root_close(struct root *root);

/* openat(2) beneath the root; O_CLOEXEC is added. Returns a descriptor or -errno. */
int root_openat(const struct root *root, const char *path, int flags) CDI_MUST_CHECK;

/* stat(2) and lstat(2) beneath the root. Return 0 or -errno. */
int root_stat(const struct root *root, const char *path, struct stat *st) CDI_MUST_CHECK;
int root_lstat(const struct root *root, const char *path, struct stat *st) CDI_MUST_CHECK;

/* The text of a symlink, from the arena; NULL if `path` is none (or without memory). */
const char *root_readlink(const struct root *root, const char *path, struct arena *arena);

/*
 * The canonical path of `path` inside the root: absolute, without symlinks, "." and "..",
 * from the arena; NULL if it does not exist.
 */
const char *root_realpath(const struct root *root, const char *path, struct arena *arena);

/* A whole file of at most `limit` bytes, as file_read(); also files of /proc and /sys. */
int root_read(const struct root *root, const char *path, size_t limit, char **data, size_t *len,
              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The names in a directory without "." and "..", sorted bytewise, from the arena. Returns 0 or
 * -errno (-ENOMEM among them).
 */
int root_list(const struct root *root, const char *path, struct arena *arena, const char ***names,
              size_t *n) CDI_MUST_CHECK;

#endif
