/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hooks/confine.h"
#include "hooks/ldview.h"

#define LISTING_SIZE 16384

static const struct rootfs *root_of(const struct ldview *view)
{
    return ((const struct ldview_rootfs *)(const void *)view)->root;
}

static void view_close(const struct ldview *view, struct ldview_directory *directory)
{
    (void)view;
    (void)close(directory->fd);
    directory->fd = -1;
}

static int view_open(const struct ldview *view, const char *path,
                     struct ldview_directory *directory)
{
    struct stat st;
    int fd = rootfs_directory(root_of(view), path, O_RDONLY);

    *directory = (struct ldview_directory){.fd = fd, .path = path};
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0) {
        int r = -errno;

        view_close(view, directory);
        return r;
    }
    directory->dev = st.st_dev;
    directory->ino = st.st_ino;
    return 0;
}

/* Some filesystems leave it to the reader to find out what an entry is. */
static unsigned char find_type(int dirfd, const char *name)
{
    struct stat st;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return (unsigned char)IFTODT(st.st_mode);
}

int ldview_list_open(int fd, ldview_entry *entry, void *context)
{
    _Alignas(struct dirent64) char listing[LISTING_SIZE];

    for (;;) {
        long n = syscall(SYS_getdents64, fd, listing, sizeof listing);

        if (n <= 0)
            return n == 0 ? 0 : -errno;
        for (long at = 0; at < n;) {
            const struct dirent64 *e = (const void *)(listing + at);
            unsigned char type = e->d_type;
            int r;

            at += e->d_reclen;
            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
                continue;
            if (type == DT_UNKNOWN)
                type = find_type(fd, e->d_name);
            if ((r = entry(context, e->d_name, type)) != 0)
                return r;
        }
    }
}

static int view_list(const struct ldview *view, const struct ldview_directory *directory,
                     ldview_entry *entry, void *context)
{
    (void)view;
    return ldview_list_open(directory->fd, entry, context);
}

static int view_read_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, char *text, size_t size)
{
    ssize_t len = readlinkat(directory->fd, name, text, size);

    (void)view;
    if (len < 0)
        return -errno;
    if ((size_t)len >= size)
        return -ENAMETOOLONG;
    text[len] = '\0';
    return (int)len;
}

static int view_open_file(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, bool follow, struct stat *st)
{
    char path[PATH_MAX];

    if (!follow)
        return fstatat(directory->fd, name, st, AT_SYMLINK_NOFOLLOW) < 0
                   ? -errno
                   : confine_open_file(directory->fd, name, st);
    if (snprintf(path, sizeof path, "%s/%s", directory->path, name) >= (int)sizeof path)
        return -ENAMETOOLONG;
    return rootfs_open_file(root_of(view), path, st);
}

static int view_make_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, const char *target)
{
    if (!rootfs_owns(root_of(view), directory->fd))
        return -EXDEV;
    return confine_symlink(directory->fd, name, target, NULL);
}

static int view_read(const struct ldview *view, const char *path, size_t limit, char **data,
                     size_t *len)
{
    return rootfs_read(root_of(view), path, limit, data, len);
}

void ldview_rootfs_init(struct ldview_rootfs *view, const struct rootfs *root)
{
    *view = (struct ldview_rootfs){
        .view = {.open = view_open,
                 .close = view_close,
                 .list = view_list,
                 .read_link = view_read_link,
                 .open_file = view_open_file,
                 .make_link = view_make_link,
                 .read = view_read},
        .root = root,
    };
}
