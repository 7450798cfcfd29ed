/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit hook, nvidia-ctk hook: what cdikit-hook does. That is a program of its own, linked
 * statically: no variable of an image's makes a loader load something into it. This one obeys
 * LD_PRELOAD until it has started the other; hooks of documents always have variables of their own,
 * so that no runtime gives them the image's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/common.h"
#include "runtime/programs.h"

static const char *const variables[] = {"NVIDIA_CTK_DEBUG", "NVIDIA_CTK_QUIET"};

/* The variables that the hook program knows, of those that are set. */
static char **own_environment(struct arena *arena)
{
    char **list = arena_calloc(arena, ARRAY_SIZE(variables) + 1, sizeof *list);
    size_t n = 0;

    for (size_t i = 0; list && i < ARRAY_SIZE(variables); i++) {
        const char *value = getenv(variables[i]);

        if (!value)
            continue;
        list[n] = arena_printf(arena, "%s=%s", variables[i], value);
        if (!list[n++])
            return NULL;
    }
    return list;
}

/* The arguments with a program's name in front. */
static char **named(char **argv, struct arena *arena)
{
    static char name[] = "nvidia-cdi-hook";
    size_t n = 0;
    char **list;

    while (argv[n])
        n++;
    list = arena_calloc(arena, n + 2, sizeof *list);
    if (!list)
        return NULL;
    list[0] = name;
    memcpy(list + 1, argv, n * sizeof *list);
    return list;
}

static int hand_over(struct call *call, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char **arguments = named(argv, call->arena), **environment = own_environment(call->arena);
    const char *path;

    call->name = call->tool->name;
    if (!arguments || !environment)
        (void)cdi_error_nomem(&err);
    else if (program_hook(call->arena, &path, &err) == 0) {
        (void)execve(path, arguments, environment);
        (void)cdi_error_set_errno(&err, errno, "cannot start %s", path);
    }
    return call_fail(call, &err);
}

static const char *const usage[] = {"HOOK [OPTION...]", NULL};
static const char *const words[] = {
    "chmod",           "create-symlinks", "disable-device-node-modification", "enable-cuda-compat",
    "setup-container", "update-ldcache",  "update-application-profile",       NULL};
static const struct option no_options[] = {{.name = NULL}};

const struct command command_hook = {
    .name = "hook",
    .summary = "do the work of a CDI hook in a container",
    .usage = usage,
    .description =
        "Starts cdikit-hook, which container runtimes start for the hooks of generated documents, "
        "with the container's state on standard input. It is found beside this program or in the "
        "usual directories, and gets no variables but its own. 'cdikit-hook --help' lists the "
        "hooks; docs/hooks.md describes them.",
    .options = no_options,
    .max_operands = OPERANDS_ANY,
    .words = words,
    .exit_notes =
        "The exit status is that of the hook: 0, also for a hook that is not known, or 1.",
    .hand_over = hand_over,
};
