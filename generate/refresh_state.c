/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/refresh_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/root.h"

/* Some hundred facts of a hundred bytes; far more is nothing that we wrote. */
#define MOST_STATE (16U << 20)

/* Each failure means that somebody else has replaced the file meanwhile. */
#define MOST_TRIES 1000

/* O_NONBLOCK: whatever stands there, opening it must not wait. */
#define OPEN_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static int open_dir(struct refresh_state *state)
{
    state->dirfd = open(state->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return state->dirfd < 0 ? -errno : 0;
}

/* Fills the names of the state of a document. */
static int name_state(struct refresh_state *state, const char *output, struct arena *arena,
                      struct cdi_error *err)
{
    const char *slash = strrchr(output, '/');
    size_t dir_len = slash ? (size_t)(slash - output) : 0;

    *state = (struct refresh_state)REFRESH_STATE_INIT;
    if (!slash)
        state->dir = ".";
    else
        state->dir = dir_len ? arena_strndup(arena, output, dir_len) : "/";
    state->name = arena_printf(arena, ".%s.cdikit", slash ? slash + 1 : output);
    if (!state->dir || !state->name ||
        !(state->path = arena_printf(arena, "%s/%s", state->dir, state->name)))
        return cdi_error_nomem(err);
    return 0;
}

int refresh_state_open(struct refresh_state *state, const char *output, struct arena *arena,
                       struct cdi_error *err)
{
    int r = name_state(state, output, arena, err);

    if (r < 0)
        return r;
    r = open_dir(state);
    return r == 0 || r == -ENOENT ? 0 : cdi_error_set_errno(err, -r, "cannot open %s", state->dir);
}

/* Only a file that nobody else could have written is believed. */
static bool is_ours(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 022) == 0;
}

bool refresh_state_read(const struct refresh_state *state, char **text, size_t *len)
{
    _cleanup_close_ int fd = -1;

    if (state->dirfd >= 0)
        fd = openat(state->dirfd, state->name, O_RDONLY | OPEN_FLAGS);
    return fd >= 0 && is_ours(fd) &&
           file_read_fd(fd, state->path, MOST_STATE, text, len, NULL) == 0;
}

int refresh_state_peek(const struct root *root, const char *output, struct arena *arena,
                       char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_close_ int fd = -1;
    struct refresh_state state;
    int r = name_state(&state, output, arena, err);

    *text = NULL;
    if (r < 0)
        return r;
    fd = root_openat(root, state.path, O_RDONLY | OPEN_FLAGS);
    /* Nothing is there, or what is no file of ours. */
    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP || fd == -ENXIO)
        return 0;
    if (fd < 0) {
        r = cdi_error_set_errno(err, -fd, "cannot open");
        cdi_error_set_file(err, state.path);
        return r;
    }
    return is_ours(fd) ? file_read_fd(fd, state.path, MOST_STATE, text, len, err) : 0;
}

/* True if the file still has its name: the state may have been replaced before we had the lock. */
static bool is_there(const struct refresh_state *state, int fd)
{
    struct stat own, there;

    return fstat(fd, &own) == 0 &&
           fstatat(state->dirfd, state->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           own.st_dev == there.st_dev && own.st_ino == there.st_ino;
}

static int failed(const struct refresh_state *state, int os_errno, const char *what,
                  struct cdi_error *err)
{
    int r = cdi_error_set_errno(err, os_errno, "%s", what);

    cdi_error_set_file(err, state->path);
    return r;
}

/* What comes of one try. */
enum { LOCKED, HELD, AGAIN };

static int try_lock(struct refresh_state *state, bool wait, struct cdi_error *err)
{
    _cleanup_close_ int fd = openat(state->dirfd, state->name, O_RDWR | O_CREAT | OPEN_FLAGS, 0600);
    int r;

    /* What is no file of ours is in the way: a symlink, a FIFO without reader, a socket. */
    if (fd < 0 && errno != ELOOP && errno != ENXIO && errno != EISDIR)
        return failed(state, errno, "cannot create the file that remembers", err);
    if (fd < 0 || !is_ours(fd))
        return unlinkat(state->dirfd, state->name, 0) == 0 || errno == ENOENT
                   ? AGAIN
                   : failed(state, errno, "cannot remove what is in the place of a file", err);
    do
        r = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (r < 0 && errno == EINTR);
    if (r < 0 && errno == EWOULDBLOCK)
        return HELD;
    if (r < 0)
        return failed(state, errno, "cannot lock", err);
    if (!is_there(state, fd))
        return AGAIN;
    state->lock = TAKE_FD(fd);
    return LOCKED;
}

int refresh_state_lock(struct refresh_state *state, bool wait, struct cdi_error *err)
{
    int r = 0;

    if (state->dirfd < 0) {
        r = file_mkdirs(state->dir, err);
        if (r == 0 && (r = open_dir(state)) < 0)
            r = cdi_error_set_errno(err, -r, "cannot open %s", state->dir);
    }
    if (r < 0)
        return r;
    for (int tries = 0; tries < MOST_TRIES; tries++)
        if ((r = try_lock(state, wait, err)) != AGAIN)
            return r;
    return failed(state, EBUSY, "cannot lock, for it is replaced all the time", err);
}

int refresh_state_write(const struct refresh_state *state, const char *text, size_t len,
                        struct cdi_error *err)
{
    return file_replace_at(state->dirfd, state->name, state->path, text, len, 0600, 0, err);
}

int refresh_state_remove(const struct refresh_state *state, const char *name, struct cdi_error *err)
{
    if (unlinkat(state->dirfd, name, 0) == 0 || errno == ENOENT)
        return 0;
    return cdi_error_set_errno(err, errno, "cannot remove %s/%s", state->dir, name);
}

void refresh_state_close(struct refresh_state *state)
{
    if (state->lock >= 0)
        (void)close(state->lock);
    if (state->dirfd >= 0)
        (void)close(state->dirfd);
    *state = (struct refresh_state)REFRESH_STATE_INIT;
}
