/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/output.h"

/* Says what failed and returns the exit status for it. */
static int fail(const struct call *call, const struct cdi_error *err)
{
    message_error(call, err);
    if (err->code == CDI_ERR_USAGE && call->command == &command_help)
        (void)fputs("Try 'cdikit help'.\n", stderr);
    else if (err->code == CDI_ERR_USAGE)
        (void)fprintf(stderr, "Try '%s --help'.\n", call->name);
    return cdi_error_exit_status(err);
}

static int run_command(struct call *call, char *const *argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int r = options_parse(call, argv, &err);

    if (r == 0 && call->help)
        help_command(call->command);
    else if (r == 0)
        r = call->command->run(call, &err);
    return r < 0 ? fail(call, &err) : r;
}

/* What stands in place of a command: options, or nothing. */
static int run_without_command(struct call *call, char *const *argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int r;

    /* Any command will do: all know the options that stand here. */
    call->command = &command_help;
    r = options_parse(call, argv, &err);
    call->command = NULL;
    if (r < 0)
        return fail(call, &err);
    help_overview(call->help ? stdout : stderr);
    return call->help ? STATUS_DONE : STATUS_USAGE;
}

/* How many arguments come before the command; all are options that every command has. */
static size_t count_leading(const struct tool *tool, char *const *argv)
{
    size_t n = 0, span;

    while ((span = options_span(tool, argv + n)))
        n += span;
    return n;
}

/* Takes argument number n out of argv, so that the n before it stand with what follows. */
static char *take_argument(char **argv, size_t n)
{
    char *taken = argv[n];

    do
        argv[n] = argv[n + 1];
    while (argv[n++]);
    return taken;
}

/* The command that the arguments name, which is taken out of them; NULL with *err set. */
static const struct command *take_command(char **argv, size_t n, struct cdi_error *err)
{
    if (strcmp(argv[n], "--version") == 0) {
        (void)take_argument(argv, n);
        return &command_version;
    }
    if (argv[n][0] != '-')
        return command_find(take_argument(argv, n), err);
    (void)cdi_error_set(err, CDI_ERR_USAGE, "unknown option %s before the command", argv[n]);
    return NULL;
}

static int run(struct call *call, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    size_t n = count_leading(call->tool, argv);

    if (!argv[n])
        return run_without_command(call, argv);
    call->command = take_command(argv, n, &err);
    if (!call->command)
        return fail(call, &err);
    call->name = arena_printf(call->arena, "%s %s", call->tool->name, call->command->name);
    if (!call->name) {
        call->name = call->tool->name;
        (void)cdi_error_nomem(&err);
        return fail(call, &err);
    }
    return run_command(call, argv);
}

int main(int argc, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    struct call call = {.tool = &tool_cdikit, .name = tool_cdikit.name, .arena = arena};
    int status;

    output_init();
    if (!arena) {
        (void)cdi_error_nomem(&err);
        return fail(&call, &err);
    }
    status = run(&call, argc > 0 ? argv + 1 : argv);
    if (output_finish(&err) < 0)
        return fail(&call, &err);
    return status;
}
