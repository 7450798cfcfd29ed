/* SPDX-License-Identifier: Apache-2.0 */
/*
 * race [-n] [-m] -i STATE {-w TREE|-d DIR} -x A:B... -r RUNS PROGRAM ARG...
 *
 * Runs a hook program many times, with the file STATE as its standard input, while a thread swaps
 * A and B, one of them a directory and the other a symlink out of the container, as fast as it
 * can. Says on standard output how many runs and swaps there were, and how many runs have touched
 * something in TREE, or in DIR but not below it, which no hook may; ends after the first such run.
 *
 *   -n  openat2 answers ENOSYS
 *   -m  in words of PROGRAM, 0755 is 0711 in every second run
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/filter.h"

#define MAX_PAIRS 8
#define CHANGES \
    (IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE)

struct pair {
    char *a, *b;
};

static struct pair pairs[MAX_PAIRS];
static int n_pairs;
static atomic_bool ended;
static atomic_ulong swaps;
static int watched;

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static void *swap(void *unused)
{
    (void)unused;
    for (unsigned long n = 0; !ended; n++) {
        const struct pair *pair = &pairs[n % (unsigned long)n_pairs];

        if (syscall(SYS_renameat2, AT_FDCWD, pair->a, AT_FDCWD, pair->b, 2 /* EXCHANGE */) != 0)
            die("renameat2");
        swaps++;
    }
    return NULL;
}

static int watch(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type == FTW_D && inotify_add_watch(watched, path, CHANGES) < 0)
        die(path);
    return 0;
}

static bool was_touched(void)
{
    char events[4096];

    return read(watched, events, sizeof(events)) > 0;
}

static int run(char **argv, const char *state)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, state, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
        die(argv[0]);
    posix_spawn_file_actions_destroy(&actions);
    while (waitpid(pid, &status, 0) < 0)
        ;
    return status;
}

/* So that there is something to do. */
static void alternate(char **argv)
{
    static char modes[2][5] = {"0755", "0711"};

    for (; *argv != NULL; argv++) {
        if (strcmp(*argv, modes[0]) == 0)
            *argv = modes[1];
        else if (strcmp(*argv, modes[1]) == 0)
            *argv = modes[0];
    }
}

static void add_pair(char *text)
{
    char *colon = strchr(text, ':');

    if (colon == NULL || n_pairs == MAX_PAIRS)
        exit(125);
    *colon = '\0';
    pairs[n_pairs++] = (struct pair){text, colon + 1};
}

int main(int argc, char **argv)
{
    const char *state = "/dev/null";
    long runs = 0, done = 0, crashes = 0, successes = 0;
    bool no_openat2 = false, lost = false, modes = false;
    pthread_t thread;
    int c;

    watched = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    while ((c = getopt(argc, argv, "+nmi:w:d:x:r:")) != -1) {
        switch (c) {
        case 'n':
            no_openat2 = true;
            break;
        case 'm':
            modes = true;
            break;
        case 'i':
            state = optarg;
            break;
        case 'w':
            if (nftw(optarg, watch, 16, FTW_PHYS) != 0)
                die(optarg);
            break;
        case 'd':
            watch(optarg, NULL, FTW_D, NULL);
            break;
        case 'x':
            add_pair(optarg);
            break;
        case 'r':
            runs = strtol(optarg, NULL, 10);
            break;
        default:
            return 125;
        }
    }
    if (n_pairs == 0 || optind == argc)
        return 125;
    if (no_openat2 && refuse_openat2() != 0)
        die("seccomp");
    if (pthread_create(&thread, NULL, swap, NULL) != 0)
        die("thread");
    while (done < runs && !lost) {
        int status = run(argv + optind, state);

        done++;
        successes += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        crashes += WIFSIGNALED(status) || WEXITSTATUS(status) > 1;
        if (modes)
            alternate(argv + optind);
        lost = was_touched();
    }
    ended = true;
    pthread_join(thread, NULL);
    printf("runs=%ld swaps=%lu successes=%ld crashes=%ld lost=%d\n", done, (unsigned long)swaps,
           successes, crashes, lost);
    return 0;
}
