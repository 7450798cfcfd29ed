/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
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

static int read_regular(int fd, const char *path, const struct stat *st, size_t limit, char **data,
                        size_t *len, struct cdi_error *err)
{
    if (st->st_size > 0 && (size_t)st->st_size > limit)
        return too_large(path, limit, err);
    return read_to_end(fd, path, (size_t)st->st_size, limit, data, len, err);
}

/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/*
 * Opens a file that `path_fd` is a handle of; without /proc by its name, which may lead to another
 * file by now: *st says what it is.
 */
static int reopen(int path_fd, int dirfd, const char *name, struct stat *st)
{
    _cleanup_close_ int fd = -1;
    char link[64];

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", path_fd);
    fd = open(link, READ_FLAGS);
    if (fd < 0 && errno == ENOENT) {
        fd = openat(dirfd, name, READ_FLAGS);
        if (fd >= 0 && fstat(fd, st) < 0)
            return -1;
    }
    return TAKE_FD(fd);
}

/*
 * Reads a regular file. What it is is known before it is opened: with a device, that alone may
 * have effects. This holds also when somebody changes the name meanwhile.
 */
static int read_named(int dirfd, const char *name, const char *path, size_t limit, struct stat *st,
                      char **data, size_t *len, struct cdi_error *err)
{
    _cleanup_close_ int path_fd = openat(dirfd, name, O_PATH | O_CLOEXEC);
    _cleanup_close_ int fd = -1;

    if (path_fd < 0)
        return io_error(path, errno, "cannot open", err);
    if (fstat(path_fd, st) < 0)
        return io_error(path, errno, "cannot stat", err);
    if (S_ISREG(st->st_mode) && (fd = reopen(path_fd, dirfd, name, st)) < 0)
        return io_error(path, errno, "cannot open", err);
    if (S_ISDIR(st->st_mode))
        return io_error(path, EISDIR, "cannot read", err);
    if (!S_ISREG(st->st_mode))
        return cdi_error_set_at(err, CDI_ERR_IO, path, (struct cdi_position){0, 0},
                                "not a regular file");
    return read_regular(fd, path, st, limit, data, len, err);
}

int file_read(int dirfd, const char *path, size_t limit, char **data, size_t *len,
              struct cdi_error *err)
{
    _cleanup_close_ int fd = -1;
    struct stat st;

    /* The usual case in fewer calls; only root can put a device in the place of a file. */
    if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
        fd = openat(dirfd, path, READ_FLAGS | O_NOFOLLOW);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return read_regular(fd, path, &st, limit, data, len, err);
    return read_named(dirfd, path, path, limit, &st, data, len, err);
}

int file_read_stream(const char *path, size_t limit, char **data, size_t *len,
                     struct cdi_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return io_error(path, errno, "cannot open", err);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return read_regular(fd, path, &st, limit, data, len, err);
    return file_read_fd(fd, path, limit, data, len, err);
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

/*
 * A file without a name: whoever is killed leaves nothing behind. Not all filesystems have it
 * (open(2), O_TMPFILE).
 */
static int open_nameless(int dirfd, mode_t mode)
{
    return openat(dirfd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode & 0600);
}

/* Gives an open file a name that nobody else has. Returns 0 or a negative errno. */
static int name_file(int fd, int dirfd, char name[static 32])
{
    char self[32];

    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    for (int tries = 0; tries < 100; tries++) {
        unsigned long long number;

        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return -errno;
        (void)snprintf(name, 32, ".cdikit.%016llx.tmp", number);
        /* Without /proc root may do it by the descriptor (linkat(2), AT_EMPTY_PATH). */
        if (linkat(AT_FDCWD, self, dirfd, name, AT_SYMLINK_FOLLOW) == 0 ||
            (errno != EEXIST && linkat(fd, "", dirfd, name, AT_EMPTY_PATH) == 0))
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

/* Mode and owner of the file that takes another's place. */
struct identity {
    mode_t mode;
    bool owned; /* the owner matters */
    uid_t uid;
    gid_t gid;
};

/* A replacement on its way: what it is called before and after, and what has gone wrong. */
struct replacement {
    int dirfd;
    const char *base;
    const char *path; /* for messages */
    char name[32];    /* of the temporary file */
    unsigned flags;
    const struct file_place *place; /* NULL if any file may be there */
};

static int failed(const struct replacement *made, int os_errno, const char *what,
                  struct cdi_error *err)
{
    if (os_errno == EEXIST && (made->flags & FILE_REPLACE_EXCLUSIVE))
        return cdi_error_set_at(err, CDI_ERR_EXISTS, made->path, (struct cdi_position){0, 0},
                                "exists already");
    return io_error(made->path, os_errno, what, err);
}

/* Fills the open temporary file and gives it its mode and owner. */
static int fill_temporary(const struct replacement *made, int fd, const void *data, size_t len,
                          const struct identity *id, struct cdi_error *err)
{
    int r = file_write_all(fd, data, len);

    if (r < 0)
        return failed(made, -r, "cannot replace", err);
    if (id->owned && (id->uid != geteuid() || id->gid != getegid()) &&
        fchown(fd, id->uid, id->gid) < 0)
        return failed(made, errno, "cannot replace, for its owner and group cannot be kept", err);
    if (fchmod(fd, id->mode) < 0 || ((made->flags & FILE_REPLACE_SYNC) && fsync(fd) < 0))
        return failed(made, errno, "cannot replace", err);
    return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Renames to a name that nothing has. Returns 0 or -1 with errno. */
static int rename_to_new(int dirfd, const char *from, const char *to)
{
    if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
        return 0;
    /* A filesystem that cannot rename so (renameat2(2)) may have links. */
    if (errno != EINVAL || linkat(dirfd, from, dirfd, to, 0) < 0)
        return -1;
    return unlinkat(dirfd, from, 0);
}

/* Gives the temporary file its name. Returns 0 or -1 with errno. */
static int move_into_place(const struct replacement *made)
{
    if (!(made->flags & FILE_REPLACE_EXCLUSIVE))
        return renameat(made->dirfd, made->name, made->dirfd, made->base);
    return rename_to_new(made->dirfd, made->name, made->base);
}

static int replaced(const char *path, struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_IO, path, (struct cdi_position){0, 0},
                            "was replaced by somebody else while it was edited");
}

/* What is replaced must be what was read. */
static int check_place(const struct replacement *made, struct cdi_error *err)
{
    struct stat now;

    if (made->place && (fstatat(made->dirfd, made->base, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
                        !same_file(&now, &made->place->entry)))
        return replaced(made->path, err);
    return 0;
}

static int publish(const struct replacement *made, struct cdi_error *err)
{
    int r = move_into_place(made) < 0 ? failed(made, errno, "cannot replace", err) : 0;

    if (r < 0)
        (void)unlinkat(made->dirfd, made->name, 0);
    return r;
}

/* *tried becomes false where the filesystem or the system cannot do it so. */
static int write_nameless(struct replacement *made, const void *data, size_t len,
                          const struct identity *id, bool *tried, struct cdi_error *err)
{
    _cleanup_close_ int fd = open_nameless(made->dirfd, id->mode);
    int r;

    *tried = fd >= 0;
    if (fd < 0)
        return 0;
    if ((r = fill_temporary(made, fd, data, len, id, err)) < 0 || (r = check_place(made, err)) < 0)
        return r;
    /* A kill between this and the next system call leaves the new file beside the old one. */
    if (name_file(fd, made->dirfd, made->name) < 0) {
        *tried = false;
        return 0;
    }
    return publish(made, err);
}

static int write_replacement(struct replacement *made, const void *data, size_t len,
                             const struct identity *id, struct cdi_error *err)
{
    _cleanup_close_ int fd = -1;
    bool tried;
    int r = write_nameless(made, data, len, id, &tried, err);

    if (tried)
        return r;
    fd = open_temporary(made->dirfd, made->name, id->mode);
    if (fd < 0)
        return io_error(made->path, -fd, "cannot create a temporary file beside it", err);
    if ((r = fill_temporary(made, fd, data, len, id, err)) == 0)
        r = check_place(made, err);
    if (r == 0)
        return publish(made, err);
    (void)unlinkat(made->dirfd, made->name, 0);
    return r;
}

/* The content is safe; the name may come back as the old one. */
static void sync_directory(int dirfd)
{
    _cleanup_close_ int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        (void)fsync(fd);
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
    fd = open(dir, O_DIRECTORY | O_CLOEXEC | O_PATH);
    return fd >= 0 ? fd : io_error(dir, errno, "cannot open directory", err);
}

int file_replace_at(int dirfd, const char *name, const char *path, const void *data, size_t len,
                    mode_t mode, unsigned flags, struct cdi_error *err)
{
    struct replacement made = {.dirfd = dirfd, .base = name, .path = path, .flags = flags};
    struct identity id = {.mode = mode};
    struct stat old;
    int r;

    if ((flags & FILE_REPLACE_KEEP_OWNER) &&
        fstatat(dirfd, made.base, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode))
        id = (struct identity){old.st_mode & 07777, true, old.st_uid, old.st_gid};
    r = write_replacement(&made, data, len, &id, err);
    if (r == 0 && (flags & FILE_REPLACE_SYNC))
        sync_directory(dirfd);
    return r;
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode, unsigned flags,
                 struct cdi_error *err)
{
    const char *base;
    _cleanup_close_ int dirfd = open_parent(path, &base, err);

    return dirfd < 0 ? dirfd : file_replace_at(dirfd, base, path, data, len, mode, flags, err);
}

void file_place_close(struct file_place *place)
{
    if (place->dirfd >= 0)
        (void)close(place->dirfd);
    *place = (struct file_place)FILE_PLACE_INIT;
}

int file_place_read(struct file_place *place, const char *path, size_t limit, char **data,
                    size_t *len, struct cdi_error *err)
{
    int r;

    *place = (struct file_place){.path = path};
    place->dirfd = open_parent(path, &place->base, err);
    if (place->dirfd < 0) {
        r = place->dirfd;
        place->dirfd = -1;
        return r;
    }
    if (fstatat(place->dirfd, place->base, &place->entry, AT_SYMLINK_NOFOLLOW) < 0)
        return io_error(path, errno, "cannot open", err);
    r = read_named(place->dirfd, place->base, path, limit, &place->file, data, len, err);
    if (r < 0 || S_ISLNK(place->entry.st_mode) || same_file(&place->entry, &place->file))
        return r;
    free(TAKE_PTR(*data));
    return replaced(path, err);
}

int file_place_replace(const struct file_place *place, const void *data, size_t len,
                       struct cdi_error *err)
{
    const struct stat *old = &place->file;
    struct replacement made = {
        .dirfd = place->dirfd, .base = place->base, .path = place->path, .place = place};
    struct identity id = {old->st_mode & 0777, true, old->st_uid, old->st_gid};

    return write_replacement(&made, data, len, &id, err);
}

bool file_place_unchanged(const struct file_place *place)
{
    const struct stat *old = &place->file;
    struct stat now;

    return fstatat(place->dirfd, place->base, &now, 0) == 0 && same_file(&now, old) &&
           now.st_size == old->st_size && now.st_mtim.tv_sec == old->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == old->st_mtim.tv_nsec &&
           now.st_ctim.tv_sec == old->st_ctim.tv_sec && now.st_ctim.tv_nsec == old->st_ctim.tv_nsec;
}

int file_place_rename(const struct file_place *place, const char *name, struct cdi_error *err)
{
    struct replacement moved = {
        .dirfd = place->dirfd, .base = place->base, .path = place->path, .place = place};
    int r = check_place(&moved, err);

    if (r < 0 || rename_to_new(place->dirfd, place->base, name) == 0)
        return r;
    if (errno == EEXIST)
        return cdi_error_set_at(err, CDI_ERR_EXISTS, place->path, (struct cdi_position){0, 0},
                                "cannot rename it to %s, which exists", name);
    return io_error(place->path, errno, "cannot rename", err);
}

int file_mkdirs(const char *path, struct cdi_error *err)
{
    _cleanup_free_ char *copy = strdup(path);
    struct stat st;

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
    if (stat(copy, &st) < 0 || !S_ISDIR(st.st_mode))
        return io_error(copy, ENOTDIR, "cannot create directory", err);
    return 0;
}
