/* SPDX-License-Identifier: Apache-2.0 */
/* How the commands are used, in the forms that a terminal, man(1) and bash read. */
#ifndef CDIKIT_CMD_HELP_H
#define CDIKIT_CMD_HELP_H

#include <stdio.h>

#include "cmd/command.h"

struct strbuf;

/* "--spec-dir DIR", "-v, --verbose", "--format yaml|json", in buf. */
void help_option_name(const struct option *option, char *buf, size_t size);

/* What help says an option does, with its other names and its variables, added to b. */
void help_option_text(const struct option *option, struct strbuf *b);

/* Words of `text` up to its end, wrapped, each line but the first after `indent` blanks. */
void help_wrapped(FILE *f, const char *text, const char *end, int indent);

/* The list of commands. */
void help_overview(FILE *f);

/*
 * All that is known of one command, on standard output; `name` is what is typed for it, "cdikit
 * list". Examples and notes are for the names that cdikit has for things.
 */
void help_command(const struct tool *tool, const char *name, const struct command *command);

/*
 * What the options of tables (NULL ones are empty) do, and exit statuses, those of a command (NULL:
 * none) after the tool's, under their headlines.
 */
void help_options(const struct option *const *tables, size_t n);
void help_statuses(const struct tool *tool, const struct command *command);

/* The manual page of a command, or with NULL that of cdikit, on standard output. */
void man_page(const struct command *command);

/* The completion for bash, on standard output. */
void completion_bash(void);

#endif
