/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/ctk.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/output.h"

static int run_command(struct call *call, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int r;

    if (call->command->hand_over)
        return call->command->hand_over(call, argv);
    r = options_parse(call, argv, &err);
    if (r == 0 && call->help)
        help_command(call->tool, call->name, call->command);
    else if (r == 0)
        r = call->command->run(call, &err);
    return r < 0 ? call_fail(call, &err) : r;
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
        return call_fail(call, &err);
    help_overview(call->help ? stdout : stderr);
    return call->help ? STATUS_DONE : STATUS_USAGE;
}

/* The command that the arguments name, which is taken out of them; NULL with *err set. */
static const struct command *take_command(char **argv, size_t n, struct cdi_error *err)
{
    if (strcmp(argv[n], "--version") == 0) {
        (void)options_take_word(argv, n);
        return &command_version;
    }
    if (argv[n][0] != '-')
        return command_find(options_take_word(argv, n), err);
    (void)cdi_error_set(err, CDI_ERR_USAGE, "unknown option %s before the command", argv[n]);
    return NULL;
}

static int run(struct call *call, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    size_t n = options_before_word(call->tool, argv);

    if (!argv[n])
        return run_without_command(call, argv);
    call->command = take_command(argv, n, &err);
    if (!call->command)
        return call_fail(call, &err);
    call->name = arena_printf(call->arena, "%s %s", call->tool->name, call->command->name);
    if (!call->name) {
        call->name = call->tool->name;
        (void)cdi_error_nomem(&err);
        return call_fail(call, &err);
    }
    return run_command(call, argv);
}

/* The tool that answers to the name by which the program was started. */
static const struct tool *tool_for(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, tool_ctk.name) == 0 ? &tool_ctk : &tool_cdikit;
}

int main(int argc, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct tool *tool = tool_for(argc > 0 ? argv[0] : "");
    struct call call = {.tool = tool, .name = tool->name, .arena = arena};
    int status;

    output_init();
    if (!arena) {
        (void)cdi_error_nomem(&err);
        return call_fail(&call, &err);
    }
    status = (tool == &tool_ctk ? ctk_run : run)(&call, argc > 0 ? argv + 1 : argv);
    if (output_finish(&err) < 0)
        return call_fail(&call, &err);
    return status;
}
