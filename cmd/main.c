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
    if (err->code == CDI_ERR_USAGE)
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

/* What stands in place of a command: "--help", "--version", nothing. */
static int run_without_command(const char *word)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    if (!word) {
        help_overview(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        help_overview(stdout);
        return STATUS_DONE;
    }
    (void)cdi_error_set(&err, CDI_ERR_USAGE, "unknown option %s before the command", word);
    return fail(&(struct call){.command = NULL}, &err);
}

static int run(char *const *argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const struct command *command;

    if (argv[0] && strcmp(argv[0], "--version") == 0)
        return run_command(&command_version, argv + 1);
    if (!argv[0] || argv[0][0] == '-')
        return run_without_command(argv[0]);
    command = command_find(argv[0], &err);
    return command ? run_command(command, argv + 1) : fail(&(struct call){.command = NULL}, &err);
}

int main(int argc, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int status;

    output_init();
    status = run(argc > 0 ? argv + 1 : argv);
    if (output_finish(&err) < 0)
        return fail(&(struct call){.command = NULL}, &err);
    return status;
}
