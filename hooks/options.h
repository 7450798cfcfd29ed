/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of the hooks that act inside a container, as nvidia-cdi-hook takes it:
 *
 *     [--debug] [--quiet] HOOK [OPTIONS]
 *
 * "-name" is "--name", a value follows or stands behind "=", an option that takes a list may be
 * repeated, and each of its values is cut at every comma. Words that are no options are passed
 * over, and so is all that follows "--".
 */
#ifndef CDIKIT_HOOKS_OPTIONS_H
#define CDIKIT_HOOKS_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include <cdikit/error.h>

struct arena;
struct container_hook;
struct hook_args;

/* Which options belong together: a hook accepts some of these groups. */
enum hook_option_group {
    HOOK_OPTIONS_COMMON = 1 << 0, /* of every hook */
    HOOK_OPTIONS_LINKS = 1 << 1,
    HOOK_OPTIONS_LDCACHE = 1 << 2,
    HOOK_OPTIONS_COMPAT = 1 << 3,
    HOOK_OPTIONS_CHMOD = 1 << 4,
    HOOK_OPTIONS_SETUP = 1 << 5,
};

/* What a command line asks for. */
struct hook_command_line {
    const struct container_hook *hook; /* NULL: none that is known */
    const char *word;                  /* the hook's name as given; NULL if there is none */
    const char *unknown_option;        /* one that stands before the hook's name; NULL without */
    bool help, version;
};

/*
 * Reads argv[1] and what follows. The variables NVIDIA_CTK_DEBUG and NVIDIA_CTK_QUIET, or their
 * older names with NVIDIA_CDI_, stand in for --debug and --quiet; "" is as if they were not set.
 * Lists come from the arena. Behind a hook that is not known nothing is read. Errors: USAGE,
 * NOMEM.
 */
int hook_options_parse(int argc, char **argv, struct arena *arena, struct hook_args *args,
                       struct hook_command_line *line, struct cdi_error *err) CDI_MUST_CHECK;

/* The same without the variables: for a command line that is not this program's. */
int hook_options_read(int argc, char **argv, struct arena *arena, struct hook_args *args,
                      struct hook_command_line *line, struct cdi_error *err) CDI_MUST_CHECK;

/* Adds what one command line asks for to `all`: of a text the last one holds. Errors: NOMEM. */
int hook_options_merge(struct hook_args *all, const struct hook_args *one, struct arena *arena,
                       struct cdi_error *err) CDI_MUST_CHECK;

/* Prints the options of a hook, or without one (NULL) those of the program. */
void hook_options_help(FILE *out, const struct container_hook *hook);

#endif
