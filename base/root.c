/* SPDX-License-Identifier: Apache-2.0 */
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"

#define MOST_TRIES 32

int root_open(struct root *root, const char *path, struct cdi_error *err)
{
    /* As openat2(2), for whoever cannot have that to learn it here. */
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC};

    root->path = path && *path ? path : "/";
    root->watch = NULL;
    root->fd = (int)syscall(SYS_openat2, AT_FDCWD, root->path, &how, sizeof how);
    if (root->fd >= 0)
        return 0;
    root->fd = -1;
    /* EPERM: a seccomp filter that does not know the call. */
    if (errno == ENOSYS || errno == EPERM) {
        int os_errno = errno;

        (void)cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                            "cannot open the root directory %s: this needs openat2(2), which came "
                            "with Linux 5.6, and which a seccomp filter may forbid",
                            root->path);
        if (err)
            err->os_errno = os_errno;
        return -CDI_ERR_UNSUPPORTED;
    }
    return cdi_error_set_errno(err, errno, "cannot open the root directory %s", root->path);
}

void root_close(struct root *root)
{
    if (root->fd >= 0)
        (void)close(root->fd);
    *root = (struct root)ROOT_INIT;
}

int root_openat(const struct root *root, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long fd = -1;

    if (root->watch)
        root->watch->looks(root->watch, root, path, flags);
    /* EAGAIN: a rename or mount raced with a ".." of the path (openat2(2)); perhaps for ever. */
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        fd = syscall(SYS_openat2, root->fd, *path ? path : ".", &how, sizeof how);
        if (fd >= 0 || (errno != EINTR && errno != EAGAIN))
            break;
    }
    return fd >= 0 ? (int)fd : -errno;
}

static int stat_with(const struct root *root, const char *path, int flags, struct stat *st)
{
    _cleanup_close_ int fd = root_openat(root, path, O_PATH | flags);

    if (fd < 0)
        return fd;
    return fstat(fd, st) < 0 ? -errno : 0;
}

int root_stat(const struct root *root, const char *path, struct stat *st)
{
    return stat_with(root, path, 0, st);
}

int root_lstat(const struct root *root, const char *path, struct stat *st)
{
    return stat_with(root, path, O_NOFOLLOW, st);
}

const char *root_readlink(const struct root *root, const char *path, struct arena *arena)
{
    _cleanup_close_ int fd = root_openat(root, path, O_PATH | O_NOFOLLOW);
    char text[4096];
    ssize_t len;

    if (fd < 0)
        return NULL;
    len = readlinkat(fd, "", text, sizeof text);
    return len > 0 ? arena_strndup(arena, text, (size_t)len) : NULL;
}

/* The path of an open descriptor as the kernel tells it. */
static ssize_t descriptor_path(int fd, char *buf, size_t size)
{
    char link[64];
    ssize_t len;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, buf, size);
    return len >= (ssize_t)size ? -1 : len;
}

const char *root_realpath(const struct root *root, const char *path, struct arena *arena)
{
    _cleanup_close_ int fd = root_openat(root, path, O_PATH);
    char top[4096], full[4096];
    ssize_t n_top, n;

    if (fd < 0)
        return NULL;
    n = descriptor_path(fd, full, sizeof full);
    n_top = descriptor_path(root->fd, top, sizeof top);
    if (n <= 0 || n_top <= 0)
        return NULL;
    if (n_top == 1)
        return arena_strndup(arena, full, (size_t)n);
    if (n < n_top || memcmp(full, top, (size_t)n_top) != 0)
        return NULL;
    if (n == n_top)
        return arena_strdup(arena, "/");
    return full[n_top] == '/' ? arena_strndup(arena, full + n_top, (size_t)(n - n_top)) : NULL;
}

int root_read(const struct root *root, const char *path, size_t limit, char **data, size_t *len,
              struct cdi_error *err)
{
    _cleanup_close_ int fd = root_openat(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0) {
        r = cdi_error_set_errno(err, fd < 0 ? -fd : errno, "cannot open");
    } else if (!S_ISREG(st.st_mode)) {
        r = cdi_error_set(err, CDI_ERR_IO, "not a regular file");
    } else {
        return file_read_fd(fd, path, limit, data, len, err);
    }
    cdi_error_set_file(err, path);
    return r;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int root_list(const struct root *root, const char *path, struct arena *arena, const char ***names,
              size_t *n)
{
    int fd = root_openat(root, path, O_RDONLY | O_DIRECTORY);
    _cleanup_dir_ DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const char **list = NULL;
    size_t count = 0;

    if (!dir)
        return fd >= 0 ? (close(fd), -ENOMEM) : fd;
    for (;;) {
        struct dirent *entry;

        errno = 0;
        entry = readdir(dir);
        if (!entry && errno)
            return -errno;
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        list = arena_grow(arena, list, count, sizeof *list);
        if (!list || !(list[count] = arena_strdup(arena, entry->d_name)))
            return -ENOMEM;
        count++;
    }
    if (count)
        qsort(list, count, sizeof *list, compare_names);
    *names = list;
    *n = count;
    return 0;
}
