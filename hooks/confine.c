/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define MOST_LINKS 40  /* as the kernel, path_resolution(7) */
#define MOST_DEPTH 256 /* directories that a walk has open at once */
#define MOST_TRIES 128 /* openat2(2), EAGAIN: somebody is moving directories */

/* ---- The container's root ---- */

/* The texts one behind the other, false if that takes more than PATH_MAX bytes. */
static bool join(char out[static PATH_MAX], const char *a, const char *b, const char *c)
{
    size_t n[] = {strlen(a), strlen(b), strlen(c)};

    if (n[0] + n[1] + n[2] >= PATH_MAX)
        return false;
    memcpy(out, a, n[0]);
    memcpy(out + n[0], b, n[1]);
    memcpy(out + n[0] + n[1], c, n[2] + 1);
    return true;
}

static int open_in_root(int rootfd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long fd = -1;

    for (int tries = 0; tries < MOST_TRIES; tries++) {
        fd = syscall(SYS_openat2, rootfd, *path ? path : ".", &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd >= 0 ? (int)fd : -errno;
}

int rootfs_open(struct rootfs *root, const char *path, struct cdi_error *err)
{
    struct stat st, host;
    int probe;

    *root = (struct rootfs)ROOTFS_INIT;
    if (!*path)
        return cdi_error_set(err, CDI_ERR_INVALID, "the container has no root directory");
    root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->fd < 0)
        return cdi_error_set_errno(err, errno, "cannot open the container's root %s", path);
    if (fstat(root->fd, &st) < 0 || stat("/", &host) < 0)
        return cdi_error_set_errno(err, errno, "cannot look at the container's root %s", path);
    if (st.st_dev == host.st_dev && st.st_ino == host.st_ino)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "the container's root %s is the root of the host: nothing is done",
                             path);
    /* EPERM: a seccomp filter that does not know the call. */
    probe = open_in_root(root->fd, ".", O_PATH | O_DIRECTORY);
    root->by_steps = probe == -ENOSYS || probe == -EPERM;
    if (probe >= 0)
        (void)close(probe);
    return 0;
}

void rootfs_close(struct rootfs *root)
{
    if (root->fd >= 0)
        (void)close(root->fd);
    *root = (struct rootfs)ROOTFS_INIT;
}

bool rootfs_make_writable(struct rootfs *root)
{
    struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
    struct statvfs st;
    int copy;

    if (fstatvfs(root->fd, &st) < 0 || !(st.f_flag & ST_RDONLY))
        return true;
    copy = open_tree(root->fd, "",
                     AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (copy < 0)
        return false;
    if (mount_setattr(copy, "", AT_EMPTY_PATH, &writable, sizeof writable) < 0 ||
        fstatvfs(copy, &st) < 0 || (st.f_flag & ST_RDONLY)) {
        (void)close(copy);
        return false;
    }
    (void)close(root->fd);
    root->fd = copy;
    return true;
}

/*
 * A walk by steps: the directories from the root to where it is are open, so that ".." goes back
 * to where it came from, whatever has been renamed meanwhile. Nothing but directories is opened.
 */
struct walk {
    int fds[MOST_DEPTH]; /* [0] is the root, not owned */
    size_t ends[MOST_DEPTH];
    size_t depth;        /* of fds that are open, the root not counted */
    char real[PATH_MAX]; /* the path of the directory, without a last '/' */
    char todo[PATH_MAX];
    unsigned links;
};

static void walk_back(struct walk *walk)
{
    if (walk->depth == 0)
        return;
    (void)close(walk->fds[walk->depth--]);
    walk->real[walk->ends[walk->depth]] = '\0';
}

static void walk_end(struct walk *walk)
{
    while (walk->depth)
        walk_back(walk);
}

/* Puts the text of a symlink in front of what is still to go. */
static int walk_link(struct walk *walk, int fd, const char *rest)
{
    char text[PATH_MAX], todo[PATH_MAX];
    ssize_t len = readlinkat(fd, "", text, sizeof text - 1);

    if (len < 0)
        return -errno;
    if (len == 0)
        return -ENOENT;
    if (++walk->links > MOST_LINKS)
        return -ELOOP;
    text[len] = '\0';
    if (!join(todo, text, "/", rest))
        return -ENAMETOOLONG;
    memcpy(walk->todo, todo, sizeof todo);
    if (text[0] == '/')
        walk_end(walk);
    return 0;
}

static int walk_enter(struct walk *walk, int fd, const char *name)
{
    size_t len = strlen(walk->real);

    if (walk->depth + 1 >= MOST_DEPTH || len + 1 + strlen(name) >= sizeof walk->real)
        return -ENAMETOOLONG;
    walk->ends[walk->depth] = len;
    (void)snprintf(walk->real + len, sizeof walk->real - len, "/%s", name);
    walk->fds[++walk->depth] = fd;
    return 0;
}

/* Goes one step; `rest` is what comes after it. */
static int walk_step(struct walk *walk, const char *name, const char *rest)
{
    struct stat st;
    int fd, r;

    fd = openat(walk->fds[walk->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (S_ISLNK(st.st_mode))
        r = walk_link(walk, fd, rest);
    else if (!S_ISDIR(st.st_mode))
        r = -ENOTDIR;
    else if ((r = walk_enter(walk, fd, name)) == 0)
        fd = -1;
    if (fd >= 0)
        (void)close(fd);
    return r;
}

static int walk_all(struct walk *walk, const char *path)
{
    if (!join(walk->todo, path, "", ""))
        return -ENAMETOOLONG;
    for (;;) {
        char name[NAME_MAX + 1];
        const char *p = walk->todo + strspn(walk->todo, "/");
        size_t len = strcspn(p, "/");
        int r;

        if (!*p)
            return 0;
        if (len >= sizeof name)
            return -ENAMETOOLONG;
        (void)snprintf(name, sizeof name, "%.*s", (int)len, p);
        memmove(walk->todo, p + len, strlen(p + len) + 1);
        if (strcmp(name, "..") == 0)
            walk_back(walk);
        else if (strcmp(name, ".") != 0 && (r = walk_step(walk, name, walk->todo)) < 0)
            return r;
    }
}

/* Walks to a directory. `real`, PATH_MAX bytes, may be NULL. */
static int walk_to(const struct rootfs *root, const char *path, int flags, char *real)
{
    struct walk walk = {.fds = {root->fd}};
    int r = walk_all(&walk, path);

    if (r == 0) {
        r = openat(walk.fds[walk.depth], ".", flags | O_DIRECTORY | O_CLOEXEC);
        r = r >= 0 ? r : -errno;
        if (real)
            (void)join(real, walk.depth ? walk.real : "/", "", "");
    }
    walk_end(&walk);
    return r;
}

int rootfs_directory(const struct rootfs *root, const char *path, int flags)
{
    return root->by_steps ? walk_to(root, path, flags, NULL)
                          : open_in_root(root->fd, path, flags | O_DIRECTORY);
}

int rootfs_real_path(const struct rootfs *root, const char *path, char real[static PATH_MAX])
{
    int fd = walk_to(root, path, O_PATH, real);

    if (fd < 0)
        return fd;
    (void)close(fd);
    return 0;
}

/* Makes one directory, unless it is there, and goes into it. Takes dirfd. */
static int make_and_enter(int dirfd, const char *name, mode_t mode)
{
    int fd;

    if (mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
        fd = -errno;
    else if ((fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC)) < 0)
        fd = -errno;
    (void)close(dirfd);
    return fd;
}

/* Makes the directories of `path` one in another. Takes dirfd. */
static int make_all(int dirfd, const char *path, mode_t mode)
{
    while (dirfd >= 0 && *(path += strspn(path, "/"))) {
        char name[NAME_MAX + 1];
        size_t len = strcspn(path, "/");

        if (len >= sizeof name) {
            (void)close(dirfd);
            return -ENAMETOOLONG;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        path += len;
        if (strcmp(name, ".") != 0)
            dirfd = make_and_enter(dirfd, name, mode);
    }
    return dirfd;
}

/* True if ".." is among the names of a path. */
static bool goes_back(const char *path)
{
    while (*(path += strspn(path, "/"))) {
        size_t len = strcspn(path, "/");

        if (len == 2 && memcmp(path, "..", 2) == 0)
            return true;
        path += len;
    }
    return false;
}

int rootfs_make_directory(const struct rootfs *root, const char *path, mode_t mode)
{
    char there[PATH_MAX];
    size_t len = strlen(path);
    int fd;

    if (!join(there, path, "", ""))
        return -ENAMETOOLONG;
    while ((fd = rootfs_directory(root, there, O_PATH)) == -ENOENT && len) {
        while (len && there[len - 1] == '/')
            len--;
        while (len && there[len - 1] != '/')
            len--;
        there[len] = '\0';
    }
    if (fd >= 0 && goes_back(path + len)) {
        (void)close(fd);
        return -ENOENT;
    }
    return make_all(fd, path + len, mode);
}

/* Takes a path apart: what is in front of its last name, which may be "", and the name. */
static int split(const char *path, char dir[static PATH_MAX], char name[static NAME_MAX + 1])
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t len = (size_t)(base - path);

    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return -EISDIR;
    if (len >= PATH_MAX || strlen(base) > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(dir, path, len);
    dir[len] = '\0';
    memcpy(name, base, strlen(base) + 1);
    return 0;
}

/* Where the symlink `entry` of directory `dir` leads. */
static int read_link(const struct rootfs_entry *entry, const char *dir, char path[static PATH_MAX])
{
    char text[PATH_MAX];
    ssize_t len = readlinkat(entry->dirfd, entry->name, text, sizeof text - 1);

    if (len < 0)
        return -errno;
    text[len] = '\0';
    return join(path, text[0] == '/' ? "" : dir, text, "") ? 0 : -ENAMETOOLONG;
}

/* Finds the entry itself. */
static int find_entry(const struct rootfs *root, const char *dir, struct rootfs_entry *entry)
{
    entry->dirfd = rootfs_directory(root, dir, O_PATH);
    if (entry->dirfd < 0)
        return entry->dirfd;
    return fstatat(entry->dirfd, entry->name, &entry->st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int rootfs_find(const struct rootfs *root, const char *path, struct rootfs_entry *entry)
{
    char dir[PATH_MAX], next[PATH_MAX];
    int r = -ELOOP;

    entry->dirfd = -1;
    if (!join(next, path, "", ""))
        return -ENAMETOOLONG;
    for (int links = 0; links <= MOST_LINKS; links++) {
        if ((r = split(next, dir, entry->name)) < 0)
            return r;
        r = find_entry(root, dir, entry);
        if (r == 0 && !S_ISLNK(entry->st.st_mode))
            return 0;
        if (r == 0)
            r = read_link(entry, dir, next);
        if (entry->dirfd >= 0)
            (void)close(entry->dirfd);
        entry->dirfd = -1;
        if (r < 0)
            return r;
    }
    return -ELOOP;
}

int confine_open_file(int dirfd, const char *name, const struct stat *st)
{
    struct stat now;
    int fd;

    if (!S_ISREG(st->st_mode))
        return S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
    fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &now) < 0 || now.st_dev != st->st_dev || now.st_ino != st->st_ino) {
        (void)close(fd);
        return -ESTALE;
    }
    return fd;
}

int rootfs_open_file(const struct rootfs *root, const char *path, struct stat *st)
{
    struct rootfs_entry entry;
    int r = rootfs_find(root, path, &entry);

    if (r < 0)
        return r;
    *st = entry.st;
    r = confine_open_file(entry.dirfd, entry.name, st);
    (void)close(entry.dirfd);
    return r;
}

int rootfs_read(const struct rootfs *root, const char *path, size_t limit, char **data, size_t *len)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct stat st;
    _cleanup_close_ int fd = rootfs_open_file(root, path, &st);
    int r;

    if (fd < 0)
        return fd;
    r = file_read_fd(fd, path, limit, data, len, &err);
    if (r == 0)
        return 0;
    return r == -CDI_ERR_LIMIT ? -EFBIG : r == -CDI_ERR_NOMEM ? -ENOMEM : -err.os_errno;
}

/* ---- What is made, in an open directory ---- */

static bool is_name(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool has_link(int dirfd, const char *name, const char *target)
{
    char text[PATH_MAX];
    ssize_t len = readlinkat(dirfd, name, text, sizeof text);

    return len >= 0 && (size_t)len == strlen(target) && memcmp(text, target, (size_t)len) == 0;
}

/* A symlink under a name that nobody has. */
static int make_link(int dirfd, const char *target, char name[static 32])
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        unsigned long long number;

        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return -errno;
        (void)snprintf(name, 32, ".cdikit.%016llx.tmp", number);
        if (symlinkat(target, dirfd, name) == 0)
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

int confine_symlink(int dirfd, const char *name, const char *target, bool *made)
{
    char temporary[32];
    int r;

    if (made)
        *made = false;
    if (!is_name(name) || !*target)
        return -EINVAL;
    if (has_link(dirfd, name, target))
        return 0;
    r = make_link(dirfd, target, temporary);
    if (r < 0)
        return r;
    if (renameat(dirfd, temporary, dirfd, name) < 0) {
        r = -errno;
        (void)unlinkat(dirfd, temporary, 0);
        return r;
    }
    if (made)
        *made = true;
    return 0;
}

static bool has_file(int dirfd, const char *name, const char *data, size_t len, mode_t mode)
{
    _cleanup_close_ int fd = -1;
    _cleanup_free_ char *old = NULL;
    struct stat st;
    size_t n;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || (st.st_mode & 07777) != mode ||
        st.st_size < 0 || (size_t)st.st_size != len)
        return false;
    fd = confine_open_file(dirfd, name, &st);
    return fd >= 0 && file_read_fd(fd, name, len, &old, &n, NULL) == 0 && n == len &&
           memcmp(old, data, len) == 0;
}

int confine_replace(int dirfd, const char *name, const char *path, const char *data, size_t len,
                    mode_t mode, struct cdi_error *err)
{
    if (!is_name(name))
        return cdi_error_set_errno(err, EINVAL, "cannot write %s", path);
    if (has_file(dirfd, name, data, len, mode))
        return 0;
    return file_replace_at(dirfd, name, path, data, len, mode, 0, err);
}

/* Where something is: on which mount, or, if the kernel (5.8) does not tell, on which device. */
static unsigned long long mount_of(int fd)
{
    struct statx sx;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) < 0)
        return 0;
    if (sx.stx_mask & STATX_MNT_ID)
        return sx.stx_mnt_id;
    return (unsigned long long)sx.stx_dev_major << 32 | sx.stx_dev_minor;
}

bool rootfs_owns(const struct rootfs *root, int fd)
{
    unsigned long long mount = mount_of(fd);

    return mount && mount == mount_of(root->fd);
}

/* True for what is the container's own: of its root, or of its /dev. */
static bool is_own(const struct rootfs *root, int fd)
{
    _cleanup_close_ int dev = rootfs_directory(root, "/dev", O_PATH);
    unsigned long long mount = mount_of(fd);

    return rootfs_owns(root, fd) || (mount && dev >= 0 && mount == mount_of(dev));
}

int confine_chmod(const struct rootfs *root, const struct rootfs_entry *entry, mode_t mode)
{
    _cleanup_close_ int handle = openat(entry->dirfd, entry->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_close_ int fd = -1;
    struct stat now;

    if (handle < 0 || fstat(handle, &now) < 0)
        return -errno;
    if (now.st_dev != entry->st.st_dev || now.st_ino != entry->st.st_ino)
        return -ESTALE;
    if (!is_own(root, handle))
        return -EXDEV;
    if (syscall(CONFINE_FCHMODAT2, handle, "", mode, AT_EMPTY_PATH) == 0)
        return 0;
    if (errno != ENOSYS && errno != EPERM)
        return -errno;
    /* Before Linux 6.6 it has to be open, which a device would notice. */
    if (S_ISDIR(now.st_mode))
        fd = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else if ((fd = confine_open_file(entry->dirfd, entry->name, &now)) < 0)
        return fd;
    return fd < 0 || fchmod(fd, mode) < 0 ? -errno : 0;
}
