/* SPDX-License-Identifier: Apache-2.0 */
/* What cdikit is made of: its commands, the options of each, the exit statuses. */
#include <string.h>

#include "base/nearest.h"
#include "cmd/command.h"

const struct command *const commands[] = {
    &command_list,    &command_show,      &command_resolve,    &command_why,     &command_validate,
    &command_convert, &command_transform, &command_generate,   &command_facts,   &command_refresh,
    &command_doctor,  &command_apply,     &command_annotation, &command_name,    &command_schema,
    &command_cdi,     &command_hook,      &command_help,       &command_version, NULL,
};

static const struct option options[] = {
    {.name = "help",
     .letter = 'h',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, help),
     .help = "print how the command is used"},
    {.name = "verbose",
     .letter = 'v',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, verbose),
     .help = "say more, on standard error or in the listing"},
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, quiet),
     .help = "no warnings and no summaries: only the result and errors"},
    {.name = NULL},
};

static const struct status_text statuses[] = {
    {STATUS_DONE, "done"},
    {STATUS_FINDINGS, "findings, or a request that cannot be met"},
    {STATUS_USAGE, "wrong use of the command line"},
    {STATUS_SYSTEM, "a file could not be read or written, or the system failed"},
    {0, NULL},
};

const struct tool tool_cdikit = {.name = "cdikit", .options = options, .statuses = statuses};

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
