/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Room for a file whose size is not known, e.g. one of /proc. */
static const size_t GUESS = 64U << 10;

static int too_large(const char *name, size_t limit, struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_LIMIT, name, (struct cdi_position){0, 0},
                            "larger than %zu MiB, the most that is read", limit >> 20);
}

static int io_error(const char *name, int os_errno, const char *what, struct cdi_error *err)
{
    int r = cdi_error_set_errno(err, os_errno, "%s", what);

    cdi_error_set_file(err, name);
    return r;
}

/* Reads to the end of fd, with room for `guess` bytes to begin with. */
static int read_to_end(int fd, const char *name, size_t guess, size_t limit, char **data,
                       size_t *len, struct cdi_error *err)
{
    size_t size = guess + 1, used = 0;
    _cleanup_free_ char *buf = malloc(size + 1);

    if (!buf)
        return cdi_error_nomem(err);
    for (;;) {
        ssize_t n = read(fd, buf + used, size - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_error(name, errno, "cannot read", err);
        if (n == 0)
            break;
        used += (size_t)n;
        if (used > limit)
            return too_large(name, limit, err);
        if (used == size) {
            char *bigger = realloc(buf, 2 * size + 1);

            if (!bigger)
                return cdi_error_nomem(err);
            (void)TAKE_PTR(buf);
            buf = bigger;
            size *= 2;
        }
    }
    buf[used] = '\0';
    *data = TAKE_PTR(buf);
    *len = used;
    return 0;
}

int file_read_fd(int fd, const char *name, size_t limit, char **data, size_t *len,
                 struct cdi_error *err)
{
    return read_to_end(fd, name, GUESS, limit, data, len, err);
}

int file_read(int dirfd, const char *path, size_t limit, char **data, size_t *len,
              struct cdi_error *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    _cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return io_error(path, errno, "cannot open", err);
    if (fstat(fd, &st) < 0)
        return io_error(path, errno, "cannot stat", err);
    if (S_ISDIR(st.st_mode))
        return io_error(path, EISDIR, "cannot read", err);
    if (!S_ISREG(st.st_mode))
        return cdi_error_set_at(err, CDI_ERR_INVALID, path, (struct cdi_position){0, 0},
                                "not a regular file");
    if (st.st_size > 0 && (size_t)st.st_size > limit)
        return too_large(path, limit, err);
    return read_to_end(fd, path, (size_t)st.st_size, limit, data, len, err);
}

int file_write_all(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Creates a file with a name that nobody else has in directory dirfd; the name is in *name. */
static int open_temporary(int dirfd, char name[static 32], mode_t mode)
{
    for (int tries = 0; tries < 100; tries++) {
        unsigned long long number;
        int fd;

        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return -errno;
        (void)snprintf(name, 32, ".cdikit.%016llx.tmp", number);
        fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode & 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : -errno;
    }
    return -EEXIST;
}

/* Fills the open temporary file and gives it its mode and owner. Returns 0 or -errno. */
static int fill_temporary(int fd, int dirfd, const char *base, const void *data, size_t len,
                          mode_t mode, unsigned flags)
{
    struct stat old;
    int r = file_write_all(fd, data, len);

    if (r < 0)
        return r;
    if ((flags & FILE_REPLACE_KEEP_OWNER) && fstatat(dirfd, base, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(old.st_mode)) {
        mode = old.st_mode & 07777;
        if ((old.st_uid != geteuid() || old.st_gid != getegid()) &&
            fchown(fd, old.st_uid, old.st_gid) < 0)
            return -errno;
    }
    if (fchmod(fd, mode) < 0)
        return -errno;
    if ((flags & FILE_REPLACE_SYNC) && fsync(fd) < 0)
        return -errno;
    return 0;
}

/* Splits a path into an open directory and the name in it. */
static int open_parent(const char *path, const char **base, struct cdi_error *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *dir = NULL;
    int fd;

    *base = slash ? slash + 1 : path;
    if (!**base || strcmp(*base, ".") == 0 || strcmp(*base, "..") == 0)
        return cdi_error_set(err, CDI_ERR_USAGE, "%s: not the name of a file", path);
    dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!dir)
        return cdi_error_nomem(err);
    fd = open(dir, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
    return fd >= 0 ? fd : io_error(dir, errno, "cannot open directory", err);
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
                 struct cdi_error *err)
{
    _cleanup_close_ int dirfd = -1;
    _cleanup_close_ int fd = -1;
    const char *base;
    char name[32];
    int r;

    dirfd = open_parent(path, &base, err);
    if (dirfd < 0)
        return dirfd;
    fd = open_temporary(dirfd, name, mode);
    if (fd < 0)
        return io_error(path, -fd, "cannot create a temporary file beside it", err);
    r = fill_temporary(fd, dirfd, base, data, len, mode, flags);
    if (r == 0 && renameat2(dirfd, name, dirfd, base,
                            (flags & FILE_REPLACE_EXCLUSIVE) ? RENAME_NOREPLACE : 0) < 0)
        r = -errno;
    if (r < 0) {
        (void)unlinkat(dirfd, name, 0);
        if (r == -EEXIST && (flags & FILE_REPLACE_EXCLUSIVE))
            return cdi_error_set_at(err, CDI_ERR_EXISTS, path, (struct cdi_position){0, 0},
                                    "exists already");
        return io_error(path, -r, "cannot replace", err);
    }
    if (flags & FILE_REPLACE_SYNC)
        (void)fsync(dirfd); /* the content is safe; the name may come back as the old one */
    return 0;
}

int file_mkdirs(const char *path, struct cdi_error *err)
{
    _cleanup_free_ char *copy = strdup(path);

    if (!copy)
        return cdi_error_nomem(err);
    for (char *p = copy; *p; p++) {
        char kept;

        if (p[1] && p[1] != '/')
            continue;
        kept = p[1];
        p[1] = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            return io_error(copy, errno, "cannot create directory", err);
        p[1] = kept;
    }
    return 0;
}
