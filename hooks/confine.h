/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The confinement of the hooks that act inside a container: whatever the image, its environment
 * or a process that shares a directory with it does, they reach nothing beyond the container's
 * root. All of it is in confine.c and, what concerns the process, confine_process.c.
 *
 * A hook runs as root of the host (or of the user namespace), in the container's namespaces but
 * with the host's root directory, its working directory being of the runtime's choice: runc's is
 * the image (OCI runtime-spec, config.md, "CreateContainer Hooks"). So:
 *
 *  1. confine_start() leaves nothing of what the process was given but its arguments and
 *     descriptors 0 to 2.
 *  2. rootfs_open() opens the container's root once. After that a path is only used together
 *     with its descriptor, and its symlinks, absolute ones and ".." too, are resolved beneath it
 *     (openat2(2), RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS; where the kernel or a seccomp
 *     filter lacks that, component by component, O_NOFOLLOW).
 *  3. What is read is a regular file when it is opened, and of limited size.
 *  4. What is written is complete under a name that nobody had (O_TMPFILE or O_EXCL), in an open
 *     directory, and renamed; nothing is opened for writing by the name that it shall have.
 *  5. confine_drop() gives up all capabilities but those that override permissions of files, and
 *     all system calls but those of such work. Nothing is executed or loaded.
 *
 * Functions return 0 or a descriptor, or a negative errno, unless they take a struct cdi_error.
 */
#ifndef CDIKIT_HOOKS_CONFINE_H
#define CDIKIT_HOOKS_CONFINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cdikit/error.h>

#define CONFINE_FCHMODAT2 452 /* the system call, on all machines; Linux 6.6 */

/* ---- The process ---- */

/*
 * Empties the environment, resets the umask (to 022) and the signals, closes all descriptors but
 * the standard ones, and keeps other processes of the container, which may see this one in a
 * shared pid namespace, from its /proc (PR_SET_DUMPABLE). The first thing that a hook does.
 */
int confine_start(struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Gives up for good every capability but CAP_DAC_OVERRIDE and CAP_FOWNER, the right to gain any
 * (PR_SET_NO_NEW_PRIVS), and system calls beyond reading, making and renaming files (seccomp(2);
 * where that is missing, nothing changes). What needs more is done before.
 */
int confine_drop(struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The same before the execveat(2) of a static program that works on files: it keeps the calls of
 * such a program's start.
 */
int confine_drop_for_program(struct cdi_error *err) CDI_MUST_CHECK;

/* ---- The container's root ---- */

struct rootfs {
    int fd;        /* O_PATH */
    bool by_steps; /* there is no openat2(2) */
};

#define ROOTFS_INIT \
    {               \
        -1, false   \
    }
#define _cleanup_rootfs_ __attribute__((cleanup(rootfs_close)))

/*
 * Opens the root. `path` is the runtime's, not the image's: symlinks in it are followed. Refuses
 * "" and what is the same directory as "/", which is not a container's.
 */
int rootfs_open(struct rootfs *root, const char *path, struct cdi_error *err) CDI_MUST_CHECK;
void rootfs_close(struct rootfs *root);

/*
 * Some runtimes make a root read-only before its hooks run. If it is, replaces root->fd by a
 * private copy of the mount that can be written (open_tree(2), mount_setattr(2); needs
 * CAP_SYS_ADMIN). Returns true if the root can be written now, as far as the mount is concerned.
 */
bool rootfs_make_writable(struct rootfs *root);

/* A directory beneath the root, O_PATH, or O_RDONLY for listing it. Its last symlink is followed.
 */
int rootfs_directory(const struct rootfs *root, const char *path, int flags) CDI_MUST_CHECK;

/*
 * The same, and makes what is missing of it, with this mode whatever the umask. A dangling symlink
 * on the way is -ENOTDIR. O_PATH.
 */
int rootfs_make_directory(const struct rootfs *root, const char *path, mode_t mode) CDI_MUST_CHECK;

/* The path of a directory inside the root, without symlinks, "." and "..". */
int rootfs_real_path(const struct rootfs *root, const char *path,
                     char real[static PATH_MAX]) CDI_MUST_CHECK;

/* True if an open file is on the mount of the root: what is mounted there may be the host's. */
bool rootfs_owns(const struct rootfs *root, int fd);

/* Where something is: its directory, open (O_PATH), and what it is called there. */
struct rootfs_entry {
    int dirfd;
    char name[NAME_MAX + 1];
    struct stat st; /* of itself, not of what it links to */
};

/*
 * Finds what a path leads to, over its symlinks. The caller closes entry->dirfd, which is -1
 * after a failure. A path that ends in "/", "." or ".." is -EISDIR or a failure to get there.
 */
int rootfs_find(const struct rootfs *root, const char *path,
                struct rootfs_entry *entry) CDI_MUST_CHECK;

/*
 * Opens a regular file for reading, over its symlinks; anything else is -EINVAL (a directory
 * -EISDIR), and is not opened: a device would notice, a FIFO would block.
 */
int rootfs_open_file(const struct rootfs *root, const char *path, struct stat *st) CDI_MUST_CHECK;

/*
 * The same for the entry of an open directory, without following it. `st` is what fstatat(2) has
 * told of it; the file must be that one still.
 */
int confine_open_file(int dirfd, const char *name, const struct stat *st) CDI_MUST_CHECK;

/* A whole regular file: malloc'ed, with a NUL behind it. -EFBIG if it is larger than `limit`. */
int rootfs_read(const struct rootfs *root, const char *path, size_t limit, char **data,
                size_t *len) CDI_MUST_CHECK;

/* ---- What is made, in an open directory ---- */

/*
 * Makes a symlink, in place of another one or of a file that has the name, at once. Nothing
 * changes if it is there already. -EISDIR if a directory is in the way, -EINVAL for a name that
 * is none. True in *made if something was done; it may be NULL.
 */
int confine_symlink(int dirfd, const char *name, const char *target, bool *made) CDI_MUST_CHECK;

/*
 * Changes the mode of an entry, which is no symlink. -EXDEV if it is neither on the mount of the
 * root nor on that of the container's /dev: then it is somebody else's, perhaps the host's. Devices
 * are not opened.
 */
int confine_chmod(const struct rootfs *root, const struct rootfs_entry *entry,
                  mode_t mode) CDI_MUST_CHECK;

/*
 * Makes a file with this mode, in place of what has the name, at once; `path` is for messages.
 * Nothing changes if a regular file with this content and mode is there.
 */
int confine_replace(int dirfd, const char *name, const char *path, const char *data, size_t len,
                    mode_t mode, struct cdi_error *err) CDI_MUST_CHECK;

#endif
