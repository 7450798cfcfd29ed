/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch [-n] [-f DIR] [-c] [-u UMASK] [-t MS] [-m MIB] [-r REPORT] -o STATS PROGRAM ARG...
 *
 * Runs a program as the hostile tests want it, and tells how it went in STATS: its status, the
 * milliseconds, the KiB of its peak memory, and how many processes it has left behind.
 *
 *   -n  openat2 answers ENOSYS, as before Linux 5.6
 *   -f  it inherits descriptors 3 to 20: the directory DIR, a socket, a pipe, and DIR again
 *   -c  it is started without standard output and standard error
 *   -u  its umask
 *   -t  it is killed after so many milliseconds (default 2000)
 *   -m  the size of its address space
 *   -r  it is stopped where it ends, and so are its children, and looked at: report.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/hostile/filter.h"
#include "tests/hostile/report.h"

struct how {
    bool no_openat2;
    bool no_output;
    const char *dir;
    long umask;
    long limit_ms;
    rlim_t limit_mib; /* 0: none */
    FILE *report;
    const char *stats;
};

static pid_t child;

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static void too_late(int signal)
{
    (void)signal;
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
}

static void leak_descriptors(const char *dir)
{
    int fds[4], pair[2];

    fds[0] = open(dir, O_RDONLY | O_DIRECTORY);
    fds[1] = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fds[0] < 0 || fds[1] < 0 || pipe(pair) != 0)
        die("leak");
    fds[2] = pair[0];
    fds[3] = pair[1];
    for (int i = 0; i < 4; i++)
        fds[i] = fcntl(fds[i], F_DUPFD, 30);
    for (int fd = 3; fd <= 20; fd++)
        if (dup2(fds[fd < 7 ? fd - 3 : 0], fd) < 0)
            die("dup2");
    close_range(21, ~0U, 0);
}

static void start(const struct how *how, char **argv)
{
    setpgid(0, 0);
    if (how->dir != NULL)
        leak_descriptors(how->dir);
    if (how->umask >= 0)
        umask((mode_t)how->umask);
    if (how->report != NULL && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        die("ptrace");
    if (how->limit_mib != 0)
        setrlimit(RLIMIT_AS, &(struct rlimit){how->limit_mib << 20, how->limit_mib << 20});
    if (how->no_openat2 && refuse_openat2() != 0)
        die("seccomp");
    if (how->no_output) {
        close(1);
        close(2);
    }
    execvp(argv[0], argv);
    die(argv[0]);
}

/* A stop of a process that is traced: returns the signal to go on with. */
static int stopped(const struct how *how, pid_t pid, int status, bool *first)
{
    const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                         PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    int event = status >> 16, signal = WSTOPSIG(status);

    if (*first) {
        *first = false;
        ptrace(PTRACE_SETOPTIONS, pid, NULL, options);
        return 0;
    }
    if (event == PTRACE_EVENT_EXIT)
        report_process(how->report, pid, pid == child);
    return event != 0 || signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

/* Kills what is left, and counts it. */
static int left_behind(void)
{
    int n = 0, status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) != -1) {
        if (pid > 0)
            continue; /* it had ended already, and only nobody had asked */
        n++;
        kill(-child, SIGKILL);
        if (waitpid(-1, &status, __WALL) < 0)
            break;
    }
    return n;
}

static int watch(const struct how *how)
{
    struct timespec begin, end;
    struct rusage usage;
    int status, result, left;
    bool first = true;
    long ms;
    FILE *f;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        pid_t pid = wait4(-1, &status, __WALL, &usage);

        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            die("wait");
        if (WIFSTOPPED(status))
            ptrace(PTRACE_CONT, pid, NULL, (long)stopped(how, pid, status, &first));
        else if (pid == child)
            break;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    left = left_behind();
    result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ms = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
    f = fopen(how->stats, "w");
    if (f == NULL)
        die(how->stats);
    fprintf(f, "%d %ld %ld %d\n", result, ms, usage.ru_maxrss, left);
    fclose(f);
    return result;
}

int main(int argc, char **argv)
{
    struct how how = {.umask = -1, .limit_ms = 2000};
    struct itimerval timer = {0};
    int c;

    while ((c = getopt(argc, argv, "+nf:cu:t:m:r:o:")) != -1) {
        switch (c) {
        case 'n':
            how.no_openat2 = true;
            break;
        case 'f':
            how.dir = optarg;
            break;
        case 'c':
            how.no_output = true;
            break;
        case 'u':
            how.umask = strtol(optarg, NULL, 8);
            break;
        case 't':
            how.limit_ms = strtol(optarg, NULL, 10);
            break;
        case 'm':
            how.limit_mib = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            how.report = fopen(optarg, "we");
            break;
        case 'o':
            how.stats = optarg;
            break;
        default:
            return 125;
        }
    }
    if (how.stats == NULL || optind == argc)
        return 125;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    child = fork();
    if (child == 0)
        start(&how, argv + optind);
    signal(SIGALRM, too_late);
    timer.it_value.tv_sec = how.limit_ms / 1000;
    timer.it_value.tv_usec = how.limit_ms % 1000 * 1000;
    setitimer(ITIMER_REAL, &timer, NULL);
    return watch(&how);
}
