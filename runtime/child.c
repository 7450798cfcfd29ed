/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

/* How long the end of a child that was killed is waited for, and how long at a time. */
#define KILL_MS  1000
#define PAUSE_MS 5

#define REPORT_FD 3 /* of the child, until it executes its program */

/*
 * One end of a pipe. Of what is beyond the limit the last `tail` bytes are kept, or nothing: then
 * it is an overflow.
 */
struct stream {
    int fd;
    size_t limit, tail;
    struct strbuf text;
    size_t left_out; /* between the limit and the tail */
    bool overflow;
};

/* A child under way. */
struct child {
    const char *program;
    pid_t pid;
    int pidfd; /* -1 where the kernel has none: before Linux 5.3 */
    int seconds;
    long deadline; /* in milliseconds of CLOCK_MONOTONIC */
    struct stream out, err;
    int write_ends[2];
    int report[2]; /* why it could not be started: errno */
    int status;
    struct sigaction sigchld; /* as it was */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static long now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Returns true once the child has ended; then its status is known, and it is no child any more. */
static bool reap(struct child *child)
{
    if (child->pid > 0 && waitpid(child->pid, &child->status, WNOHANG) == child->pid)
        child->pid = 0;
    return child->pid == 0;
}

/*
 * Kills it with all of its process group. A process that hangs in a driver does not end by that
 * before the driver lets go of it: it is left to init, and the answer is false.
 */
static bool end_by_force(struct child *child)
{
    const long deadline = now_ms() + KILL_MS;
    bool ended;

    if (child->pid == 0)
        return true;
    (void)kill(-child->pid, SIGKILL);
    while (!(ended = reap(child)) && now_ms() < deadline)
        pause_ms(PAUSE_MS);
    child->pid = 0;
    return ended;
}

static void child_clear(struct child *child)
{
    (void)end_by_force(child);
    close_fd(&child->out.fd);
    close_fd(&child->err.fd);
    close_fd(&child->pidfd);
    for (size_t i = 0; i < 2; i++) {
        close_fd(&child->write_ends[i]);
        close_fd(&child->report[i]);
    }
    strbuf_free(&child->out.text);
    strbuf_free(&child->err.text);
    (void)sigaction(SIGCHLD, &child->sigchld, NULL);
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
    if (pipe2(child->report, O_CLOEXEC) < 0)
        return cdi_error_set_errno(err, errno, "cannot make a pipe");
    return 0;
}

/* Signals that we, or who has started us, ignore or block have their effect on the child. */
static void default_signals(void)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig <= SIGRTMAX; sig++)
        (void)sigaction(sig, &usual, NULL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * In the child, between fork and exec: system calls only. It is in its own process group, so that
 * what it has started can be killed with it, and is killed when we are, who count its seconds.
 * Returns 0 or errno.
 */
static int prepare(const struct child *child, pid_t parent)
{
    int null;

    default_signals();
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return errno;
    if (getppid() != parent)
        return ESRCH;
    if ((null = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0 || dup2(null, 0) < 0 ||
        dup2(child->write_ends[0], 1) < 0 || dup2(child->write_ends[1], 2) < 0)
        return errno;
    if (child->report[1] != REPORT_FD && dup3(child->report[1], REPORT_FD, O_CLOEXEC) < 0)
        return errno;
    closefrom(REPORT_FD + 1);
    return 0;
}

static _Noreturn void become(const struct child *child, pid_t parent, char *const *argv,
                             char *const *env)
{
    int reason = prepare(child, parent), report = reason ? child->report[1] : REPORT_FD;

    if (reason == 0) {
        (void)execve(argv[0], argv, env);
        reason = errno;
    }
    if (write(report, &reason, sizeof reason) < 0)
        _exit(EXIT_FAILURE); /* nobody reads it any more */
    _exit(EXIT_FAILURE);
}

/* Waits until the child has become its program, or has failed to. */
static int started(struct child *child, struct cdi_error *err)
{
    int reason = 0;
    ssize_t n;

    while ((n = read(child->report[0], &reason, sizeof reason)) < 0 && errno == EINTR)
        ;
    close_fd(&child->report[0]);
    if (n == 0)
        return 0;
    return cdi_error_set_errno(err, n == sizeof reason ? reason : EIO, "cannot run %s",
                               child->program);
}

static int start(struct child *child, char *const *argv, char *const *env, struct cdi_error *err)
{
    const pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        return cdi_error_set_errno(err, errno, "cannot start a process for %s", argv[0]);
    if (pid == 0)
        become(child, parent, argv, env);
    child->pid = pid;
    child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    close_fd(&child->write_ends[0]);
    close_fd(&child->write_ends[1]);
    close_fd(&child->report[1]);
    return started(child, err);
}

/* Of a long text the middle is forgotten, when there is enough of it, or in the end. */
static void drop_middle(struct stream *stream, bool end)
{
    const size_t kept = stream->limit + stream->tail;
    size_t excess;

    if (stream->text.failed || stream->text.len <= kept)
        return;
    excess = stream->text.len - kept;
    if (!end && excess < stream->tail)
        return;
    memmove(stream->text.s + stream->limit, stream->text.s + stream->limit + excess, stream->tail);
    stream->text.len = kept;
    stream->text.s[kept] = '\0';
    stream->left_out += excess;
}

static void keep(struct stream *stream, const char *bytes, size_t n)
{
    size_t room = stream->limit - stream->text.len;

    if (stream->tail) {
        strbuf_add(&stream->text, bytes, n);
        drop_middle(stream, false);
        return;
    }
    strbuf_add(&stream->text, bytes, n < room ? n : room);
    stream->overflow = stream->overflow || n > room;
}

/* Takes what is there, at most `most` bytes; at the end of the stream its descriptor is closed. */
static int take(struct child *child, struct stream *stream, size_t most, struct cdi_error *err)
{
    char buf[16384];
    ssize_t n = read(stream->fd, buf, most < sizeof buf ? most : sizeof buf);

    if (n < 0 && errno != EINTR)
        return cdi_error_set_errno(err, errno, "cannot read what %s writes", child->program);
    if (n == 0)
        close_fd(&stream->fd);
    if (n > 0)
        keep(stream, buf, (size_t)n);
    if (!stream->overflow)
        return 0;
    return cdi_error_set(err, CDI_ERR_LIMIT, "%s writes more than %zu bytes, and was killed",
                         child->program, stream->limit);
}

/*
 * Takes what a child that has ended had written. Somebody whom it has left behind may hold the
 * other end, and go on writing: nothing is waited for.
 */
static int drain(struct child *child, struct stream *stream, struct cdi_error *err)
{
    int left = 0, r = 0;

    if (stream->fd >= 0 && ioctl(stream->fd, FIONREAD, &left) < 0)
        return cdi_error_set_errno(err, errno, "cannot read what %s writes", child->program);
    while (r == 0 && left > 0 && stream->fd >= 0) {
        size_t before = stream->text.len + stream->left_out;

        r = take(child, stream, (size_t)left, err);
        left -= (int)(stream->text.len + stream->left_out - before);
        if (stream->text.failed)
            return cdi_error_nomem(err);
    }
    return r;
}

static int too_slow(struct child *child, struct cdi_error *err)
{
    if (end_by_force(child))
        return cdi_error_set(err, CDI_ERR_IO, "%s has not ended after %d seconds, and was killed",
                             child->program, child->seconds);
    return cdi_error_set(err, CDI_ERR_IO,
                         "%s has not ended after %d seconds, and cannot be killed: a driver may "
                         "hang, see the messages of the kernel",
                         child->program, child->seconds);
}

/* Reads what the child writes until it has ended. */
static int follow(struct child *child, struct cdi_error *err)
{
    int r = 0;

    while (r == 0 && !reap(child)) {
        struct pollfd fds[] = {
            {child->out.fd, POLLIN, 0}, {child->err.fd, POLLIN, 0}, {child->pidfd, POLLIN, 0}};
        long left = child->deadline - now_ms();
        int n;

        if (left <= 0)
            return too_slow(child, err);
        n = poll(fds, ARRAY_SIZE(fds), child->pidfd < 0 && left > PAUSE_MS ? PAUSE_MS : (int)left);
        if (n < 0 && errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot wait for %s", child->program);
        if (n > 0 && fds[0].revents)
            r = take(child, &child->out, SIZE_MAX, err);
        if (r == 0 && n > 0 && fds[1].revents)
            r = take(child, &child->err, SIZE_MAX, err);
    }
    if (r == 0)
        r = drain(child, &child->out, err);
    return r == 0 ? drain(child, &child->err, err) : r;
}

/* The text of a stream, malloc'ed; between its two ends a line says what is missing. */
static char *text_of(struct stream *stream, size_t *len)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    drop_middle(stream, true);
    if (stream->left_out == 0)
        return strbuf_take(&stream->text, len);
    strbuf_add(&b, stream->text.s, stream->limit);
    strbuf_printf(&b, "\n(%zu bytes are left out here)\n", stream->left_out);
    strbuf_add(&b, stream->text.s + stream->limit, stream->text.len - stream->limit);
    b.failed = b.failed || stream->text.failed;
    return strbuf_take(&b, len);
}

static int hand_over(struct child *child, struct child_result *result, struct cdi_error *err)
{
    result->status = WIFEXITED(child->status) ? WEXITSTATUS(child->status) : 0;
    result->signal = WIFSIGNALED(child->status) ? WTERMSIG(child->status) : 0;
    result->out = text_of(&child->out, &result->out_len);
    result->err = text_of(&child->err, &result->err_len);
    if (result->out && result->err)
        return 0;
    child_result_clear(result);
    return cdi_error_nomem(err);
}

int child_run(char *const *argv, char *const *env, int seconds, size_t limit,
              struct child_result *result, struct cdi_error *err)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    _cleanup_child_ struct child child = {
        .program = argv[0],
        .pidfd = -1,
        .seconds = seconds,
        .deadline = now_ms() + seconds * 1000L,
        .out = {.fd = -1, .limit = limit, .text = STRBUF_INIT},
        .err = {.fd = -1, .limit = CHILD_HEAD, .tail = CHILD_TAIL, .text = STRBUF_INIT},
        .write_ends = {-1, -1},
        .report = {-1, -1},
    };
    int r;

    *result = (struct child_result){.status = 0};
    /* Who ignores it, or has inherited that, has no children to wait for. */
    (void)sigaction(SIGCHLD, &usual, &child.sigchld);
    r = open_pipes(&child, err);
    if (r == 0)
        r = start(&child, argv, env, err);
    if (r == 0)
        r = follow(&child, err);
    return r == 0 ? hand_over(&child, result, err) : r;
}
