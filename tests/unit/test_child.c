/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/child.h"
#include "tests/unit/tmpdir.h"

#define SHELL "/bin/sh"
#define LIMIT 100000

static const char *const environment[] = {"PATH=/usr/bin:/bin", "A=b c", NULL};
static struct child_result result;
static struct cdi_error err = CDI_ERROR_INIT;

static void clear(void)
{
    child_result_clear(&result);
    cdi_error_clear(&err);
}

TestSuite(child, .fini = clear, .timeout = 60);

static int start(const char *const *argv, int seconds, size_t limit)
{
    clear();
    return child_run((char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)environment, seconds,
                     limit, &result, &err);
}

static int run(const char *script, const char *word, int seconds, size_t limit)
{
    const char *const argv[] = {SHELL, "-c", script, "sh", word, NULL};

    return start(argv, seconds, limit);
}

static const struct {
    const char *script;
    int status, signal;
    const char *out, *err;
} ends[] = {
    {"", 0, 0, "", ""},
    {"echo out; echo err >&2", 0, 0, "out\n", "err\n"},
    {"echo err >&2; exit 3", 3, 0, "", "err\n"},
    {"exit 255", 255, 0, "", ""},
    {"exit 139", 139, 0, "", ""},
    {"echo out; kill -TERM $$", 0, SIGTERM, "out\n", ""},
    {"kill -KILL $$", 0, SIGKILL, "", ""},
    {"echo \"$A\"; echo \"${HOME-none}\"", 0, 0, "b c\nnone\n", ""},
    {"cat; echo end", 0, 0, "end\n", ""},
    {"echo \"$1\"", 0, 0, "a 'b' $c\n", ""},
    /* It says nothing more, and lives on for a moment. */
    {"exec >&- 2>&-; sleep 0.1; exit 7", 7, 0, "", ""},
    {"exec >&-; echo err >&2; sleep 0.1; echo more >&2", 0, 0, "", "err\nmore\n"},
};

Test(child, ends)
{
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        cr_assert_eq(run(ends[i].script, "a 'b' $c", 30, LIMIT), 0, "%s: %s", ends[i].script,
                     err.message);
        cr_expect_eq(result.status, ends[i].status, "%s: %d", ends[i].script, result.status);
        cr_expect_eq(result.signal, ends[i].signal, "%s: %d", ends[i].script, result.signal);
        cr_expect_str_eq(result.out, ends[i].out, "%s", ends[i].script);
        cr_expect_str_eq(result.err, ends[i].err, "%s", ends[i].script);
        cr_expect_eq(result.out_len, strlen(ends[i].out));
        cr_expect_eq(result.err_len, strlen(ends[i].err));
    }
}

Test(child, bytes)
{
    cr_assert_eq(run("printf 'a\\0b'", "", 30, LIMIT), 0, "%s", err.message);
    cr_expect_eq(result.out_len, 3);
    cr_expect_arr_eq(result.out, "a\0b", 4);
}

/* Of what it says on standard error both ends are kept; it is not stopped for more. */
Test(child, long_messages)
{
    cr_assert_eq(run("echo first >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo last >&2; "
                     "echo out",
                     "", 30, LIMIT),
                 0);
    cr_expect_eq(strncmp(result.err, "first\nxxx", 9), 0);
    cr_expect(strstr(result.err, "xxx\n(979531 bytes are left out here)\nxxx"));
    cr_expect_str_eq(result.err + result.err_len - 8, "xxxlast\n");
    cr_expect_eq(strspn(result.err + 6, "x"), CHILD_HEAD - 6);
    cr_expect_str_eq(result.out, "out\n");
}

/* As much as is kept is whole. */
Test(child, messages_that_fit)
{
    cr_assert_eq(run("head -c 20480 /dev/zero | tr '\\0' x >&2", "", 30, LIMIT), 0);
    cr_expect_eq(result.err_len, CHILD_HEAD + CHILD_TAIL);
    cr_expect_eq(strspn(result.err, "x"), CHILD_HEAD + CHILD_TAIL);
}

Test(child, long_output)
{
    cr_assert_eq(run("printf 0123456789", "", 30, 10), 0, "%s", err.message);
    cr_expect_str_eq(result.out, "0123456789");
    cr_expect_eq(run("printf 0123456789a", "", 30, 10), -CDI_ERR_LIMIT);
    cr_expect(strstr(err.message, "more than 10 bytes"), "%s", err.message);
    cr_expect_null(result.out);
    cr_expect_eq(run("exec cat /dev/zero", "", 30, LIMIT), -CDI_ERR_LIMIT, "without an end");
}

/* True once a process has gone, or is only waited for. */
static bool has_ended(long pid)
{
    char path[64], state = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    for (int i = 0; i < 200; i++) {
        _cleanup_file_ FILE *f = fopen(path, "re");

        if (!f || fscanf(f, "%*d %*s %c", &state) != 1 || state == 'Z')
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

/* What takes too long is killed with all that it has started. */
Test(child, time_limit)
{
    static const char *const scripts[] = {
        "echo $$ >>\"$1\"; sleep 1000 & echo $! >>\"$1\"; wait",
        "echo $$ >>\"$1\"; trap '' TERM INT HUP; sleep 1000",
        "echo $$ >>\"$1\"; exec >&- 2>&-; sleep 1000",
    };

    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        const char *path = tmpdir_path(tmpdir_new(), "pids");
        _cleanup_file_ FILE *pids = NULL;
        time_t start = time(NULL);
        long pid;

        cr_expect_eq(run(scripts[i], path, 1, LIMIT), -CDI_ERR_IO, "%s", scripts[i]);
        cr_expect(err.message && strstr(err.message, SHELL " has not ended after 1 second"), "%s",
                  err.message);
        cr_expect_lt(time(NULL) - start, 20);
        pids = fopen(path, "re");
        cr_assert_not_null(pids);
        while (fscanf(pids, "%ld", &pid) == 1)
            cr_expect(has_ended(pid), "%s: %ld", scripts[i], pid);
    }
}

/* Whom it leaves behind is not waited for, whatever that has open, and writes. */
Test(child, daemons)
{
    static const char *const scripts[] = {
        "sleep 1000 & echo $! >\"$1\"; echo out; echo err >&2; exit 3",
        "(exec setsid sleep 1000) & echo $! >\"$1\"; echo out; echo err >&2; exit 3",
        ("echo err >&2; (trap '' PIPE; while :; do echo x; done) >&2 2>/dev/null & "
         "echo $! >\"$1\"; echo out; exit 3"),
    };

    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        const char *path = tmpdir_path(tmpdir_new(), "pids");
        _cleanup_file_ FILE *pids = NULL;
        time_t start = time(NULL);
        int pid = 0;

        cr_expect_eq(run(scripts[i], path, 30, LIMIT), 0, "%s: %s", scripts[i], err.message);
        cr_expect_lt(time(NULL) - start, 20);
        cr_expect_eq(result.status, 3);
        cr_expect_str_eq(result.out, "out\n", "%s", scripts[i]);
        cr_expect(strstr(result.err, "err\n"), "%s", result.err);
        pids = fopen(path, "re");
        cr_assert(pids && fscanf(pids, "%d", &pid) == 1 && pid > 1);
        cr_expect_eq(kill(pid, SIGKILL), 0, "it was let alone");
    }
}

/* All that was written counts, also where somebody else has the pipe. */
Test(child, daemons_and_long_output)
{
    cr_assert_eq(
        run("head -c 60000 /dev/zero | tr '\\0' x; sleep 1000 & echo $! >&2", "", 30, LIMIT), 0,
        "%s", err.message);
    cr_expect_eq(result.out_len, 60000);
    cr_expect_eq(kill(atoi(result.err), SIGKILL), 0);
}

/* A number that a script writes to a file, once it is there. */
static pid_t wait_for_pid(const char *path)
{
    for (int i = 0; i < 2000; i++) {
        _cleanup_file_ FILE *f = fopen(path, "re");
        char c;
        int pid;

        if (f && fscanf(f, "%d%c", &pid, &c) == 2)
            return pid;
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return 0;
}

/*
 * A process that does not end by being killed: here as somebody traces it, and does not care
 * about its end.
 */
Test(child, cannot_be_killed)
{
    const char *path = tmpdir_path(tmpdir_new(), "pids");
    pid_t tracer = fork();
    time_t start = time(NULL);

    if (tracer == 0) {
        pid_t pid = wait_for_pid(path);

        if (pid == 0 || ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
            _exit(1);
        (void)pause();
    }
    cr_expect_eq(run("echo $$ >\"$1\"; exec sleep 1000", path, 2, LIMIT), -CDI_ERR_IO);
    cr_expect_lt(time(NULL) - start, 20);
    cr_assert_eq(waitpid(tracer, NULL, WNOHANG), 0, "tracing is not allowed here");
    cr_expect(err.message && strstr(err.message, "cannot be killed"), "%s", err.message);
    (void)kill(tracer, SIGKILL);
}

/* It does not outlive us, who count its seconds. */
Test(child, ends_with_us)
{
    const char *path = tmpdir_path(tmpdir_new(), "pids");
    pid_t wrapper = fork(), pid;

    if (wrapper == 0) {
        (void)run("echo $$ >\"$1\"; exec sleep 1000", path, 30, LIMIT);
        _exit(0);
    }
    pid = wait_for_pid(path);
    cr_assert_gt(pid, 1);
    (void)kill(wrapper, SIGKILL);
    cr_expect(has_ended(pid));
}

Test(child, cannot_be_started)
{
    static const char *const programs[] = {"/none/program", "/tmp", "/etc/passwd"};

    for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
        const char *const argv[] = {programs[i], NULL};

        cr_expect_eq(start(argv, 30, LIMIT), -CDI_ERR_IO, "%s", programs[i]);
        cr_expect(err.message && strstr(err.message, programs[i]), "%s", err.message);
        cr_expect_null(result.out);
    }
}

static size_t count_descriptors(void)
{
    _cleanup_dir_ DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    cr_assert_not_null(d);
    while (readdir(d))
        n++;
    return n;
}

Test(child, descriptors)
{
    const char *const missing[] = {"/none/program", NULL};
    size_t before;

    /* Ours is not the child's, although nobody has marked it. */
    cr_assert_eq(dup2(STDOUT_FILENO, 9), 9);
    before = count_descriptors();
    cr_assert_eq(run("for fd in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$fd ] || echo $fd; done; "
                     "readlink /proc/$$/fd/0",
                     "", 30, LIMIT),
                 0);
    cr_expect_str_eq(result.out, "/dev/null\n");
    cr_expect_eq(run("exec sleep 1000", "", 1, LIMIT), -CDI_ERR_IO);
    cr_expect_eq(run("echo long", "", 30, 1), -CDI_ERR_LIMIT);
    cr_expect_eq(start(missing, 30, LIMIT), -CDI_ERR_IO);
    cr_expect_eq(count_descriptors(), before);
}

/* What we ignore or block has its usual effect on the child; ours stays as it is. */
Test(child, signals)
{
    struct sigaction old;
    sigset_t blocked;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGCHLD, SIG_IGN);
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
    /* 32 and 33 are the C library's own. */
    cr_assert_eq(run("while read k v; do case $k in SigBlk: | SigIgn:) "
                     "echo $k $((0x$v & ~0x180000000));; esac; done </proc/self/status",
                     "", 30, LIMIT),
                 0);
    cr_expect_str_eq(result.out, "SigBlk: 0\nSigIgn: 0\n");
    (void)sigaction(SIGPIPE, NULL, &old);
    cr_expect(old.sa_handler == SIG_IGN);
    (void)sigaction(SIGCHLD, NULL, &old);
    cr_expect(old.sa_handler == SIG_IGN);
}
