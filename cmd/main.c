/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "cmd/common.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/output.h"

const struct command *const commands[] = {
    &command_list,
    &command_show,
    &command_resolve,
    &command_validate,
    &command_convert,
    &command_generate,
    &command_apply,
    &command_annotation,
    &command_name,
    &command_schema,
    &command_help,
    &command_version,
    NULL,
};

const struct command *command_find(const char *name, struct cdi_error *err)
{
    struct nearest near = nearest_init(name, strlen(name));

    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        nearest_offer(&near, commands[i]->name);
    }
    if (near.best)
        (void)cdi_error_set(err, CDI_ERR_USAGE, "unknown command '%s'; did you mean '%s'?", name,
                            near.best);
    else
        (void)cdi_error_set(err, CDI_ERR_USAGE, "unknown command '%s'", name);
    return NULL;
}

/* Says what failed and returns the exit status for it. */
static int fail(const struct call *call, const struct cdi_error *err)
{
    message_error(call, err);
    if (err->code == CDI_ERR_USAGE && call->command == &command_help)
        (void)fputs("Try 'cdikit help'.\n", stderr);
    else if (err->code == CDI_ERR_USAGE)
        (void)fprintf(stderr, "Try 'cdikit%s%s --help'.\n", call->command ? " " : "",
                      call->command ? call->command->name : "");
    return cdi_error_exit_status(err);
}

static int run_command(const struct command *command, char *const *argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    struct call call = {.command = command};
    int r;

    r = arena ? options_parse(command, argv, arena, &call, &err) : cdi_error_nomem(&err);
    if (r == 0 && call.help)
        help_command(command);
    else if (r == 0)
        r = command->run(&call, &err);
    return r < 0 ? fail(&call, &err) : r;
}

/* What stands in place of a command: options, or nothing. */
static int run_without_command(char *const *argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    struct call call;
    int r;

    /* Any command will do: all know the options that stand here. */
    r = arena ? options_parse(&command_help, argv, arena, &call, &err) : cdi_error_nomem(&err);
    if (r < 0)
        return fail(&(struct call){.command = NULL}, &err);
    help_overview(call.help ? stdout : stderr);
    return call.help ? STATUS_DONE : STATUS_USAGE;
}

/* How many arguments come before the command; all are options that every command has. */
static size_t count_leading(char *const *argv)
{
    size_t n = 0;

    while (argv[n] && option_is_common(argv[n]))
        n++;
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

/* *command becomes the one that ran, for messages that come later. */
static int run(char **argv, const struct command **command)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    size_t n = count_leading(argv);

    if (!argv[n])
        return run_without_command(argv);
    *command = take_command(argv, n, &err);
    return *command ? run_command(*command, argv) : fail(&(struct call){.command = NULL}, &err);
}

int main(int argc, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const struct command *command = NULL;
    int status;

    output_init();
    status = run(argc > 0 ? argv + 1 : argv, &command);
    if (output_finish(&err) < 0)
        return fail(&(struct call){.command = command}, &err);
    return status;
}
