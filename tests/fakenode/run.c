/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command on a simulated node: the processes and their signals. */
#include "tests/fakenode/run.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals that are meant for the command. */
static const int forwarded[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};

/* The forwarded signals and SIGCHLD, which supervise() waits for. */
static sigset_t waited_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
        sigaddset(&set, forwarded[i]);
    return set;
}

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Passes signals on to `pid` and reaps children until it ends; returns its exit status. */
static int supervise(pid_t pid)
{
    const sigset_t set = waited_signals();
    siginfo_t info;

    for (;;) {
        int status, signal = sigwaitinfo(&set, &info);
        pid_t dead;

        if (signal < 0)
            continue;
        /* What the terminal sends, it sends to the whole process group. */
        if (signal != SIGCHLD && info.si_code != SI_KERNEL)
            kill(pid, signal);
        while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
            if (dead == pid)
                return exit_status(status);
        }
    }
}

static void start_command(char **argv, const struct run_options *options, const sigset_t *mask)
    __attribute__((noreturn));

static void start_command(char **argv, const struct run_options *options, const sigset_t *mask)
{
    int status;

    umask(options->umask);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], argv);
    status = errno == ENOENT ? 127 : 126;
    err(status, "cannot run %s", argv[0]);
}

/* Process 1 of the node: builds it and starts the command. The kernel ends what outlives it. */
static int be_init(const struct machine *machine, const struct run_options *options, char **argv,
                   const sigset_t *mask)
{
    pid_t pid;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NAME, "fakenode-init") < 0)
        err(FAKENODE_FAILED, "cannot set up the first process of the node");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(FAKENODE_FAILED, "cannot make the mounts private");
    noderoot_enter(machine, options);
    pid = fork();
    if (pid < 0)
        err(FAKENODE_FAILED, "cannot start %s", argv[0]);
    if (pid == 0)
        start_command(argv, options, mask);
    return supervise(pid);
}

int run_on_node(const struct machine *machine, const struct run_options *options, char **argv)
{
    const sigset_t set = waited_signals();
    sigset_t mask;
    pid_t pid;

    /* A blocked signal is kept for sigwaitinfo(), even for process 1. */
    sigprocmask(SIG_BLOCK, &set, &mask);
    fflush(NULL);
    /* fork(2) with namespaces; after unshare(2) this process could start no other any more. */
    pid = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (pid < 0)
        err(FAKENODE_FAILED, "cannot make mount and PID namespaces (fakenode run needs root)");
    if (pid == 0)
        _exit(be_init(machine, options, argv, &mask));
    return supervise(pid);
}
