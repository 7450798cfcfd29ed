/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: reading them without surprises, replacing them atomically. */
#ifndef CDIKIT_BASE_FILE_H
#define CDIKIT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cdikit/error.h>

/*
 * Reads a regular file beneath directory `dirfd` (or AT_FDCWD) into *data: malloc'ed, with a
 * NUL after its *len bytes. A FIFO, a device or a directory is CDI_ERR_IO and never blocks; more
 * than `limit` bytes is CDI_ERR_LIMIT. The error carries `path` as its file.
 */
int file_read(int dirfd, const char *path, size_t limit, char **data, size_t *len,
              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As file_read(), for a file that a person named: also a pipe, a terminal or a device, and then
 * it waits for what comes from there.
 */
int file_read_stream(const char *path, size_t limit, char **data, size_t *len,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* As file_read(), from an open descriptor of any kind, e.g. standard input; `name` for messages. */
int file_read_fd(int fd, const char *name, size_t limit, char **data, size_t *len,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* Writes all of it, over short writes and EINTR. Returns 0 or a negative errno. */
int file_write_all(int fd, const void *data, size_t len) CDI_MUST_CHECK;

/* What file_replace() does with the file that is there, and with the disk. */
enum file_replace_flags {
    FILE_REPLACE_KEEP_OWNER = 1 << 0, /* mode and owner of the old file, if there is one */
    FILE_REPLACE_EXCLUSIVE = 1 << 1,  /* an existing file is CDI_ERR_EXISTS */
    FILE_REPLACE_SYNC = 1 << 2,       /* on the disk before the rename */
};

/*
 * Writes a temporary file in the directory of `path` and renames it over `path`, so that at any
 * moment the old or the new content is there and nothing else. A symlink at `path` is replaced,
 * not followed. The temporary file is removed on failure. Access control lists and other
 * extended attributes of the old file are not kept.
 */
int file_replace(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The same for entry `name` of directory `dirfd`, whatever has become of its path; the errors
 * carry `path`.
 */
int file_replace_at(int dirfd, const char *name, const char *path, const void *data, size_t len,
                    mode_t mode, unsigned flags, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * A file that was read in order to be replaced: the directory that its path led to, the entry
 * in it and the file behind that. So one file is read, judged and replaced, whatever somebody
 * who owns the directory does to the names meanwhile.
 */
struct file_place {
    int dirfd;
    const char *path;  /* as given, not owned */
    const char *base;  /* last part of path */
    struct stat entry; /* the entry: the file, or a symlink to it */
    struct stat file;  /* what was read */
};

#define FILE_PLACE_INIT \
    {                   \
        .dirfd = -1     \
    }
#define _cleanup_file_place_ __attribute__((cleanup(file_place_close)))

/* As file_read(), for `path`, which must outlive *place. Close *place also after a failure. */
int file_place_read(struct file_place *place, const char *path, size_t limit, char **data,
                    size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Replaces the entry as file_replace() does; the new file gets the permissions and the owner of
 * what was read. If the entry is not the same any more that is CDI_ERR_IO.
 */
int file_place_replace(const struct file_place *place, const void *data, size_t len,
                       struct cdi_error *err) CDI_MUST_CHECK;

/*
 * True if what was read is still there and nobody has written to it since, as far as its size and
 * times tell.
 */
bool file_place_unchanged(const struct file_place *place);

/*
 * Gives the entry another name in its directory, which nothing may have yet (CDI_ERR_EXISTS). If
 * the entry is not the same any more that is CDI_ERR_IO.
 */
int file_place_rename(const struct file_place *place, const char *name,
                      struct cdi_error *err) CDI_MUST_CHECK;

void file_place_close(struct file_place *place);

/*
 * Makes a directory and its missing parents, mode 0755 less the umask. What exists already must
 * be a directory.
 */
int file_mkdirs(const char *path, struct cdi_error *err) CDI_MUST_CHECK;

#endif
