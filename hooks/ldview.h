/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the dynamic loader's files of a container are looked at, by ldconf.h and ldscan.h: they do
 * not know how its root comes about. Paths are those of the container, and symlinks in them are
 * resolved inside it. Functions return 0 or more, or a negative errno.
 */
#ifndef CDIKIT_HOOKS_LDVIEW_H
#define CDIKIT_HOOKS_LDVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cdikit/macros.h>

struct rootfs;

struct ldview_directory {
    int fd;           /* of the view's own use */
    const char *path; /* as it was asked for; not owned */
    dev_t dev;        /* two directories are the same if these are */
    ino_t ino;
};

/* Is given an entry of a directory, and DT_REG, DT_LNK, DT_DIR or another. Not 0: no more of them.
 */
typedef int ldview_entry(void *context, const char *name, unsigned char type);

struct ldview {
    /* A directory, whose path must outlive it. What is another kind of file is -ENOTDIR. */
    int (*open)(const struct ldview *view, const char *path, struct ldview_directory *directory);
    void (*close)(const struct ldview *view, struct ldview_directory *directory);

    /* Its entries but "." and "..". Returns what `entry` returned last. */
    int (*list)(const struct ldview *view, const struct ldview_directory *directory,
                ldview_entry *entry, void *context);

    /* The text of a symlink in it, with a NUL; its length. -EINVAL: it is none. */
    int (*read_link)(const struct ldview *view, const struct ldview_directory *directory,
                     const char *name, char *text, size_t size);

    /* A descriptor of a regular file in it, for reading: `follow`, what a symlink leads to. */
    int (*open_file)(const struct ldview *view, const struct ldview_directory *directory,
                     const char *name, bool follow, struct stat *st);

    /* Makes a symlink in it, or replaces one. -EXDEV: nothing is made in what is mounted there. */
    int (*make_link)(const struct ldview *view, const struct ldview_directory *directory,
                     const char *name, const char *target);

    /* A whole regular file: malloc'ed, with a NUL behind it. -EFBIG: larger than `limit`. */
    int (*read)(const struct ldview *view, const char *path, size_t limit, char **data,
                size_t *len);
};

/* The list() of a directory that is open for reading, once. */
int ldview_list_open(int fd, ldview_entry *entry, void *context);

/* The files beneath a root that is there. */
struct ldview_rootfs {
    struct ldview view;
    const struct rootfs *root; /* not owned */
};

void ldview_rootfs_init(struct ldview_rootfs *view, const struct rootfs *root);

#endif
