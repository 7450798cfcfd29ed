/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: reading them without surprises, replacing them atomically. */
#ifndef CDIKIT_BASE_FILE_H
#define CDIKIT_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include <cdikit/error.h>

/*
 * Reads a regular file beneath directory `dirfd` (or AT_FDCWD) into *data: malloc'ed, with a
 * NUL after its *len bytes. A FIFO, a device or a directory is an error and never blocks; more
 * than `limit` bytes is CDI_ERR_LIMIT. The error carries `path` as its file.
 */
int file_read(int dirfd, const char *path, size_t limit, char **data, size_t *len,
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
 * not followed. The temporary file is removed on failure.
 */
int file_replace(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* Makes a directory and its missing parents, mode 0755 less the umask. */
int file_mkdirs(const char *path, struct cdi_error *err) CDI_MUST_CHECK;

#endif
