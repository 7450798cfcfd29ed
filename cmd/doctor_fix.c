/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/doctor_fix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/common.h"
#include "diagnose/doctor.h"

#define OURSELVES "/proc/self/exe"

/*
 * What the commands keep of the environment: it says where their configuration is. Other variables
 * stand for options, which the command that was shown does not have.
 */
static const char *const kept[] = {"PATH", "HOME", "XDG_CONFIG_HOME",
                                   "NVIDIA_CTK_CONFIG_FILE_PATH"};

/* This program under the name of the command, "cdikit" or "nvidia-ctk", with its words. */
static _Noreturn void exec_command(const char *const *words)
{
    union {
        const char *const *ours;
        char *const *theirs;
    } argv = {.ours = words};
    char *env[ARRAY_SIZE(kept) + 1] = {NULL};
    size_t n = 0;

    for (char **variable = environ; *variable; variable++)
        for (size_t i = 0; i < ARRAY_SIZE(kept) && n < ARRAY_SIZE(kept); i++) {
            size_t len = strlen(kept[i]);

            if (strncmp(*variable, kept[i], len) == 0 && (*variable)[len] == '=')
                env[n++] = *variable;
        }
    if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        (void)execve(OURSELVES, argv.theirs, env);
    _exit(127);
}

static int run_command(const struct doctor_finding *finding, int *status, struct cdi_error *err)
{
    pid_t pid, done;
    int how;

    (void)fflush(NULL);
    pid = fork();
    if (pid < 0)
        return cdi_error_set_errno(err, errno, "cannot start %s", finding->command);
    if (pid == 0)
        exec_command(finding->fix);
    do
        done = waitpid(pid, &how, 0);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return cdi_error_set_errno(err, errno, "cannot wait for %s", finding->command);
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return 0;
}

static bool is_done(const struct doctor_repairs *repairs, const char *command)
{
    for (size_t i = 0; i < repairs->n; i++)
        if (strcmp(repairs->items[i].command, command) == 0)
            return true;
    return false;
}

static int repair(const struct call *call, const struct doctor_finding *finding,
                  struct doctor_repairs *out, struct cdi_error *err)
{
    struct doctor_repair *all = arena_grow(call->arena, out->items, out->n, sizeof *all);
    int status = 0, r;

    if (!all)
        return cdi_error_nomem(err);
    out->items = all;
    message_say(call, "running: %s", finding->command);
    r = run_command(finding, &status, err);
    if (r < 0)
        return r;
    if (status)
        message_warn(call, "%s: status %d", finding->command, status);
    all[out->n++] = (struct doctor_repair){finding->command, status};
    return 0;
}

int doctor_fix(const struct call *call, const struct doctor_report *report,
               struct doctor_repairs *out, struct cdi_error *err)
{
    int r = 0;

    *out = (struct doctor_repairs){.n = 0};
    for (size_t i = 0; i < report->n; i++)
        for (size_t j = 0; r == 0 && j < report->results[i].n; j++) {
            const struct doctor_finding *finding = &report->results[i].findings[j];

            if (finding->fix && !is_done(out, finding->command))
                r = repair(call, finding, out, err);
        }
    return r;
}
