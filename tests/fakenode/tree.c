/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a tree of files beneath a directory. */
#include "tests/fakenode/tree.h"

#include "tests/fakenode/desc.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define _cleanup_close_ __attribute__((cleanup(close_fd)))

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

void tree_open(struct tree *tree, const char *top)
{
    *tree = (struct tree){.fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (tree->fd < 0)
        err(FAKENODE_FAILED, "cannot open the directory %s", top);
}

void tree_close(struct tree *tree)
{
    close_fd(&tree->fd);
}

struct tree_path tree_path(const char *format, ...)
{
    struct tree_path path;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(path.text, sizeof(path.text), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(path.text))
        errx(FAKENODE_FAILED, "a path is too long: %s", path.text);
    return path;
}

static int open_beneath(const struct tree *tree, const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };

    return (int)syscall(SYS_openat2, tree->fd, path, &how, sizeof(how));
}

static int open_parent(const struct tree *tree, const char *path, const char **name);

/* Opens a directory, making it and those above it where they lack. */
static int open_dir(const struct tree *tree, const char *path)
{
    int fd = open_beneath(tree, *path ? path : "/");
    const char *name;

    if (fd >= 0)
        return fd;
    if (errno == ENOENT) {
        _cleanup_close_ int parent = open_parent(tree, path, &name);

        if (mkdirat(parent, name, 0755) < 0)
            err(FAKENODE_FAILED, "cannot make the directory %s", path);
        fd = open_beneath(tree, path);
    }
    if (fd < 0)
        err(FAKENODE_FAILED, "cannot open the directory %s", path);
    return fd;
}

static int open_parent(const struct tree *tree, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    struct tree_path parent;

    if (!slash)
        errx(FAKENODE_FAILED, "%s is not an absolute path", path);
    parent = tree_path("%.*s", (int)(slash - path), path);
    *name = slash + 1;
    return open_dir(tree, parent.text);
}

/* As open_parent(), and removes what is in the place of the new file. */
static int open_place(const struct tree *tree, const char *path, const char **name)
{
    int parent = open_parent(tree, path, name);

    if (unlinkat(parent, *name, 0) < 0 && errno != ENOENT)
        err(FAKENODE_FAILED, "cannot replace %s", path);
    return parent;
}

void tree_open_beneath(struct tree *tree, const struct tree *above, const char *path)
{
    *tree = (struct tree){.fd = open_dir(above, path), .stand_ins = above->stand_ins};
}

void tree_dir(const struct tree *tree, const char *path, mode_t mode)
{
    _cleanup_close_ int dir = open_dir(tree, path);
    _cleanup_close_ int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fchmod(fd, mode) < 0)
        err(FAKENODE_FAILED, "cannot set the mode of the directory %s", path);
}

void tree_file(const struct tree *tree, const char *path, mode_t mode, const void *data,
               size_t size)
{
    const char *name, *rest = data;
    _cleanup_close_ int parent = open_place(tree, path, &name);
    _cleanup_close_ int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

    if (fd < 0)
        err(FAKENODE_FAILED, "cannot create %s", path);
    while (size > 0) {
        ssize_t n = write(fd, rest, size);

        if (n < 0)
            err(FAKENODE_FAILED, "cannot write %s", path);
        rest += n;
        size -= (size_t)n;
    }
}

void tree_printf(const struct tree *tree, const char *path, mode_t mode, const char *format, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        err(FAKENODE_FAILED, "cannot write %s", path);
    tree_file(tree, path, mode, text, (size_t)length);
    free(text);
}

void tree_copy(const struct tree *tree, const char *path, const char *source)
{
    _cleanup_close_ int from = open(source, O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int parent = -1, to = -1;
    const char *name;
    struct stat st;
    off_t rest;

    if (from < 0 || fstat(from, &st) < 0)
        err(FAKENODE_FAILED, "cannot read %s", source);
    parent = open_place(tree, path, &name);
    to = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
    if (to < 0)
        err(FAKENODE_FAILED, "cannot create %s", path);
    for (rest = st.st_size; rest > 0;) {
        ssize_t n = sendfile(to, from, NULL, (size_t)rest);

        if (n <= 0)
            err(FAKENODE_FAILED, "cannot copy %s to %s", source, path);
        rest -= n;
    }
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
    const char *name;
    _cleanup_close_ int parent = open_place(tree, path, &name);

    if (symlinkat(target, parent, name) < 0)
        err(FAKENODE_FAILED, "cannot make the link %s", path);
}

void tree_node(const struct tree *tree, const char *path, struct node_attr attr)
{
    const char *name;
    _cleanup_close_ int parent = -1;

    if (tree->stand_ins) {
        tree_file(tree, path, attr.mode, NULL, 0);
        return;
    }
    parent = open_place(tree, path, &name);
    if (mknodat(parent, name, attr.type | attr.mode, makedev(attr.major, attr.minor)) < 0) {
        if (errno == EPERM)
            errx(FAKENODE_FAILED,
                 "may not make the device node %s: run as root (CAP_MKNOD), or give --no-nodes to "
                 "have regular files in their place",
                 path);
        err(FAKENODE_FAILED, "cannot make the device node %s", path);
    }
    if (fchownat(parent, name, attr.uid, attr.gid, AT_SYMLINK_NOFOLLOW) < 0)
        err(FAKENODE_FAILED, "cannot set the owner of %s", path);
}

void tree_socket(const struct tree *tree, const char *path, mode_t mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *name;
    _cleanup_close_ int parent = open_place(tree, path, &name);
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int length;

    /* By descriptor, since the address has room for 107 bytes only. */
    length = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", parent,
                      name);
    if (length < 0 || (size_t)length >= sizeof(address.sun_path))
        errx(FAKENODE_FAILED, "the name of the socket %s is too long", path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        fchmodat(parent, name, mode, 0) < 0)
        err(FAKENODE_FAILED, "cannot make the socket %s", path);
}

bool tree_remove(const struct tree *tree, const char *path)
{
    const char *name;
    _cleanup_close_ int parent = open_parent(tree, path, &name);

    if (unlinkat(parent, name, 0) == 0)
        return true;
    if (errno != ENOENT)
        err(FAKENODE_FAILED, "cannot remove %s", path);
    return false;
}
