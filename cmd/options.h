/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a command line by the tables of its command. */
#ifndef CDIKIT_CMD_OPTIONS_H
#define CDIKIT_CMD_OPTIONS_H

#include "cmd/command.h"

/* The options that every command has, ending with a name of NULL. */
extern const struct option common_options[];

/* True for an argument that is nothing but options of this table: "--verbose", "-vq". */
bool option_is_common(const char *arg);

/*
 * Takes apart what follows the command's name (argv ends with NULL): fills call->options, the
 * operands and the common switches. Options may stand after operands; "--" ends them, "-" is an
 * operand. With --help the operands are not counted. Wrong use is CDI_ERR_USAGE.
 */
int options_parse(const struct command *command, char *const *argv, struct arena *arena,
                  struct call *call, struct cdi_error *err) CDI_MUST_CHECK;

#endif
