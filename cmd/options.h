/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a command line by the tables of its command. */
#ifndef CDIKIT_CMD_OPTIONS_H
#define CDIKIT_CMD_OPTIONS_H

#include "cmd/command.h"

/*
 * How many of the arguments (argv ends with NULL) are one that holds nothing but options of this
 * table, and its value: "--verbose", "-vq", "--config" "FILE". 0 if the first is anything else.
 */
size_t options_span(const struct tool *tool, char *const *argv) CDI_PURE;

/* How many arguments come before a word; all are options of the tool and their values. */
size_t options_before_word(const struct tool *tool, char *const *argv) CDI_PURE;

/* Takes argument number n out of argv, so that the n before it stand with what follows. */
char *options_take_word(char **argv, size_t n);

/*
 * Takes apart what follows the command's name (argv ends with NULL) by call->tool and
 * call->command: fills call->options, the operands and the options of the tool. Options may
 * stand after operands; "--" ends them, "-" is an operand. With --help neither operands are
 * counted nor the environment is looked at. Wrong use is CDI_ERR_USAGE.
 */
int options_parse(struct call *call, char *const *argv, struct cdi_error *err) CDI_MUST_CHECK;

#endif
