/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nvidia-ctk's command line: other words and another grammar for commands of ours, for a program
 * that is started by that name. "cdikit cdi ..." is its "cdi ...".
 */
#ifndef CDIKIT_CMD_CTK_H
#define CDIKIT_CMD_CTK_H

#include "cmd/command.h"

extern const struct tool tool_ctk; /* named nvidia-ctk */

/* Commands that only nvidia-ctk has. */
extern const struct command command_ctk_char_links;
extern const struct command command_ctk_config;
extern const struct command command_ctk_config_default;
extern const struct command command_ctk_device_nodes;
extern const struct command command_ctk_list;

/*
 * Finds the command by its words, runs it and says what failed. Returns the exit status: 1 for
 * any failure, but 3 for words that are no command. argv ends with NULL.
 */
int ctk_run(struct call *call, char **argv);

#endif
