/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

/* One end of a pipe that is read until the writers have closed theirs. */
struct stream {
    int fd;
    size_t limit;
    struct strbuf text;
    bool overflow; /* something was beyond the limit, and thrown away */
};

/* A child under way. */
struct child {
    const char *program;
    pid_t pid;
    int seconds;
    long deadline; /* in milliseconds of CLOCK_MONOTONIC */
    struct stream out, err;
    int write_ends[2];
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void child_clear(struct child *child)
{
    close_fd(&child->out.fd);
    close_fd(&child->err.fd);
    close_fd(&child->write_ends[0]);
    close_fd(&child->write_ends[1]);
    strbuf_free(&child->out.text);
    strbuf_free(&child->err.text);
    if (child->pid > 0) {
        (void)kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}
#define _cleanup_child_ _cleanup_(child_clear)

void child_result_clear(struct child_result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct child_result){.status = 0};
}

static int open_pipes(struct child *child, struct cdi_error *err)
{
    int out[2], messages[2];

    if (pipe2(out, O_CLOEXEC) < 0)
        return cdi_error_set_errno(err, errno, "cannot make a pipe");
    child->out.fd = out[0];
    child->write_ends[0] = out[1];
    if (pipe2(messages, O_CLOEXEC) < 0)
        return cdi_error_set_errno(err, errno, "cannot make a pipe");
    child->err.fd = messages[0];
    child->write_ends[1] = messages[1];
    return 0;
}

/*
 * Its own process group, so that what it has started can be killed with it; signals that we, or
 * who has started us, ignore have their effect on it.
 */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    int r;

    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETSIGMASK);
    if (r == 0)
        r = posix_spawnattr_setpgroup(attributes, 0);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(attributes, &all);
    return r == 0 ? posix_spawnattr_setsigmask(attributes, &none) : r;
}

static int set_actions(posix_spawn_file_actions_t *actions, const struct child *child)
{
    int r = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);

    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, child->write_ends[0], 1);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, child->write_ends[1], 2);
    return r == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, 3) : r;
}

static int start(struct child *child, char *const *argv, char *const *env, struct cdi_error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int r = posix_spawn_file_actions_init(&actions);

    if (r != 0)
        return cdi_error_nomem(err);
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return cdi_error_nomem(err);
    }
    r = set_attributes(&attributes);
    if (r == 0)
        r = set_actions(&actions, child);
    if (r == 0)
        r = posix_spawn(&child->pid, argv[0], &actions, &attributes, argv, env);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (r != 0) {
        child->pid = 0;
        return cdi_error_set_errno(err, r, "cannot run %s", argv[0]);
    }
    close_fd(&child->write_ends[0]);
    close_fd(&child->write_ends[1]);
    return 0;
}

static long now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what is there; at the end of the stream its descriptor is closed. */
static void take(struct stream *stream)
{
    char buf[16384];
    ssize_t n = read(stream->fd, buf, sizeof buf);
    size_t room = stream->limit - stream->text.len, len;

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close_fd(&stream->fd);
        return;
    }
    len = (size_t)n < room ? (size_t)n : room;
    strbuf_add(&stream->text, buf, len);
    stream->overflow = stream->overflow || len < (size_t)n;
}

static int too_slow(const struct child *child, struct cdi_error *err)
{
    return cdi_error_set(err, CDI_ERR_IO, "%s has not ended after %d seconds, and was killed",
                         child->program, child->seconds);
}

static int read_all(struct child *child, struct cdi_error *err)
{
    while (child->out.fd >= 0 || child->err.fd >= 0) {
        struct pollfd fds[] = {{child->out.fd, POLLIN, 0}, {child->err.fd, POLLIN, 0}};
        long left = child->deadline - now_ms();
        int n = left > 0 ? poll(fds, ARRAY_SIZE(fds), (int)left) : 0;

        if (n < 0 && errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot wait for %s", child->program);
        if (n == 0)
            return too_slow(child, err);
        if (n > 0 && fds[0].revents)
            take(&child->out);
        if (n > 0 && fds[1].revents)
            take(&child->err);
        if (child->out.overflow)
            return cdi_error_set(err, CDI_ERR_LIMIT,
                                 "%s writes more than %zu bytes, and was killed", child->program,
                                 child->out.limit);
    }
    return 0;
}

/* Who has closed its outputs is about to end, or has reasons of its own to stay. */
static int wait_for(struct child *child, struct child_result *result, struct cdi_error *err)
{
    const struct timespec pause = {.tv_nsec = 200000};
    int status;
    pid_t pid;

    while ((pid = waitpid(child->pid, &status, WNOHANG)) != child->pid) {
        if (pid < 0 && errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot wait for %s", child->program);
        if (now_ms() >= child->deadline)
            return too_slow(child, err);
        (void)nanosleep(&pause, NULL);
    }
    child->pid = 0;
    result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

int child_run(char *const *argv, char *const *env, int seconds, size_t limit,
              struct child_result *result, struct cdi_error *err)
{
    _cleanup_child_ struct child child = {
        .program = argv[0],
        .seconds = seconds,
        .deadline = now_ms() + seconds * 1000L,
        .out = {.fd = -1, .limit = limit, .text = STRBUF_INIT},
        .err = {.fd = -1, .limit = CHILD_MAX_STDERR, .text = STRBUF_INIT},
        .write_ends = {-1, -1},
    };
    int r = open_pipes(&child, err);

    *result = (struct child_result){.status = 0};
    if (r == 0)
        r = start(&child, argv, env, err);
    if (r == 0)
        r = read_all(&child, err);
    if (r == 0)
        r = wait_for(&child, result, err);
    if (r < 0)
        return r;
    result->out = strbuf_take(&child.out.text, &result->out_len);
    result->err = strbuf_take(&child.err.text, &result->err_len);
    if (result->out && result->err)
        return 0;
    child_result_clear(result);
    return cdi_error_nomem(err);
}
