/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench RUNS PLAN: runs the programs of a plan in turns, so that whatever else the machine does
 * hits all alike, and prints for each its median wall time, the largest peak memory, and the
 * exit status: "NAME<tab>microseconds<tab>kilobytes<tab>status". A plan has one word a line:
 *
 *     case NAME          begins a program
 *     env NAME=VALUE     is in its environment, which without this is our own
 *     copy SRC<tab>DST   is done before each run, outside of the measured time
 *     remove FILE        likewise
 *     arg WORD           is its next word; the first is the program's path
 *
 * Peak memory is that of all that the process has executed, and of this program while it was
 * its copy: hence static arrays, and no memory that is not used.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_CASES = 40,
    MOST_WORDS = 100,
    MOST_RUNS = 2000,
    WARM_UP = 3,
};

struct program {
    const char *name;
    char *copies[MOST_WORDS], *removes[MOST_WORDS], *args[MOST_WORDS], *env[MOST_WORDS];
    size_t n_copies, n_removes, n_args, n_env;
    float microseconds[MOST_RUNS];
    long kilobytes;
    int status;
};

static struct program programs[MOST_CASES];
static size_t n_programs;
static char plan[64 * 1024];

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void add(char **list, size_t *n, char *word)
{
    if (*n + 1 >= MOST_WORDS)
        die("too many words");
    list[(*n)++] = word;
}

static void take_line(char *line)
{
    char *word = strchr(line, ' ');
    struct program *program = n_programs ? &programs[n_programs - 1] : programs;

    if (!word)
        return;
    *word++ = '\0';
    if (strcmp(line, "case") == 0) {
        if (n_programs == MOST_CASES)
            die("too many cases");
        programs[n_programs++].name = word;
    } else if (strcmp(line, "env") == 0) {
        add(program->env, &program->n_env, word);
    } else if (strcmp(line, "copy") == 0) {
        add(program->copies, &program->n_copies, word);
    } else if (strcmp(line, "remove") == 0) {
        add(program->removes, &program->n_removes, word);
    } else if (strcmp(line, "arg") == 0) {
        add(program->args, &program->n_args, word);
    } else {
        die(line);
    }
}

static void read_plan(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, plan, sizeof plan - 1) : -1;
    char *rest = plan;

    if (len < 0)
        die(path);
    (void)close(fd);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        take_line(line);
}

static void copy(const char *pair)
{
    static char buf[16 * 1024];
    const char *tab = strchr(pair, '\t');
    char from[512];
    int in, out;

    if (!tab || (size_t)(tab - pair) >= sizeof from)
        die(pair);
    memcpy(from, pair, (size_t)(tab - pair));
    from[tab - pair] = '\0';
    in = open(from, O_RDONLY | O_CLOEXEC);
    out = open(tab + 1, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (in < 0 || out < 0)
        die(pair);
    for (ssize_t n; (n = read(in, buf, sizeof buf)) > 0;)
        if (write(out, buf, (size_t)n) != n)
            die(tab + 1);
    (void)close(in);
    (void)close(out);
}

/* Runs the program once. Returns the microseconds that it took. */
static float run(struct program *program, const posix_spawn_file_actions_t *actions)
{
    struct timespec before, after;
    struct rusage usage;
    int status = 0;
    pid_t pid;

    for (size_t i = 0; i < program->n_copies; i++)
        copy(program->copies[i]);
    for (size_t i = 0; i < program->n_removes; i++)
        (void)unlink(program->removes[i]);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    if (posix_spawn(&pid, program->args[0], actions, NULL, program->args,
                    program->n_env ? program->env : environ) != 0 ||
        wait4(pid, &status, 0, &usage) != pid)
        die(program->name);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    if (usage.ru_maxrss > program->kilobytes)
        program->kilobytes = usage.ru_maxrss;
    program->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return (float)(after.tv_sec - before.tv_sec) * 1e6F +
           (float)(after.tv_nsec - before.tv_nsec) / 1e3F;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    long runs = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    posix_spawn_file_actions_t actions;

    if (runs <= 0 || runs > MOST_RUNS) {
        (void)fprintf(stderr, "usage: bench RUNS PLAN\n");
        return 2;
    }
    read_plan(argv[2]);
    if (posix_spawn_file_actions_init(&actions) != 0)
        die("posix_spawn");
    for (int fd = 0; fd <= 2; fd++)
        if (posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0) != 0)
            die("posix_spawn");
    for (long r = -WARM_UP; r < runs; r++)
        for (size_t i = 0; i < n_programs; i++)
            programs[i].microseconds[r < 0 ? 0 : r] = run(&programs[i], &actions);
    for (size_t i = 0; i < n_programs; i++) {
        struct program *program = &programs[i];

        qsort(program->microseconds, (size_t)runs, sizeof program->microseconds[0], compare);
        printf("%s\t%.1f\t%ld\t%d\n", program->name, (double)program->microseconds[runs / 2],
               program->kilobytes, program->status);
    }
    return 0;
}
