/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of cdikit: one table entry each, from which dispatch, --help, the manual pages
 * and the shell completion are made.
 */
#ifndef CDIKIT_CMD_COMMAND_H
#define CDIKIT_CMD_COMMAND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;

/* Exit statuses; docs/exit-status.md says when each is used. */
enum exit_status {
    STATUS_DONE = 0,
    STATUS_FINDINGS = 1,
    STATUS_USAGE = 2,
    STATUS_SYSTEM = 3,
    STATUS_PARTIAL = 4, /* done, but not for all that there is */
};

/* The type of the variable that an option fills. */
enum option_type {
    OPTION_SWITCH, /* bool: "--name", or "--name=true" with any word that Go reads as a bool */
    OPTION_STRING, /* const char *: the last one given, NULL without */
    OPTION_LIST,   /* struct option_list: all that were given, in their order */
    OPTION_COMMAS, /* as OPTION_LIST, each value split at its commas and nothing trimmed */
    OPTION_CHOICE, /* int: 1 + index in `choices`, 0 without */

    /* const char *: "--name=value", never "--name value"; "" for "--name", NULL without */
    OPTION_OPTIONAL,
};

enum option_flags {
    OPTION_EMPTY = 1 << 0,      /* an empty value is one */
    OPTION_NOCASE = 1 << 1,     /* a choice may be written in upper case */
    OPTION_EMPTY_LIST = 1 << 2, /* an empty value adds nothing to a list */
};

struct option_list {
    const char **items;
    size_t n;
};

/* An option. Long names only, but for the few letters that every program has. */
struct option {
    const char *name; /* without dashes */
    char letter;      /* '\0' if there is none */
    enum option_type type;
    size_t offset;              /* of the variable in the command's options struct */
    const char *value;          /* what help calls the value: "DIR"; NULL for a switch */
    const char *const *choices; /* the allowed values, ending with NULL; OPTION_CHOICE only */
    const char *help;           /* what it does: begins small, no full stop at the end */
    unsigned flags;             /* of enum option_flags */
    const char *const *aliases; /* other names, ending with NULL; or NULL */

    /*
     * Variables that stand in when the option is not given, ending with NULL; or NULL. The first
     * that is set counts. Set to "", it makes a string "" and leaves a list and a switch as they
     * are without it.
     */
    const char *const *env;
};

/* A list of names, of those that end with NULL, for a table's row. */
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What can be said about an exit status. */
struct status_text {
    int status;
    const char *text;
};

/* A program whose commands these are: its name and the grammar of its command line. */
struct tool {
    const char *name;                   /* "cdikit" */
    const struct option *options;       /* of every command; they fill struct call */
    const struct status_text *statuses; /* ends with a text of NULL */

    /* "-name" is "--name", and operands that a command has no use for are passed over. */
    bool lenient;
};

/* One command line, taken apart. */
struct call {
    const struct tool *tool;
    const struct command *command; /* NULL if none was named */
    const char *name;              /* both: "cdikit list" */
    const void *options;           /* the command's options struct */
    const char *const *operands;
    size_t n_operands;
    bool help;
    bool verbose;
    bool quiet;
    bool version;        /* of nvidia-ctk: print it */
    const char *config;  /* of nvidia-ctk: its configuration file; NULL without */
    struct arena *arena; /* lives as long as the call */
};

struct example {
    const char *line;
    const char *what;
};

#define OPERANDS_ANY UINT_MAX

struct command {
    const char *name;
    const char *summary;          /* one line for lists: begins small, no full stop */
    const char *const *usage;     /* what can follow the name and options; ends with NULL */
    const char *description;      /* paragraphs, a blank line between; indented lines stay as is */
    const struct option *options; /* ends with a name of NULL; the common ones come on top */
    const struct option *more_options; /* as options, into the same struct; or NULL */
    size_t options_size;               /* of the options struct */
    unsigned min_operands, max_operands;
    const char *const *words; /* what the first operand can be, where it is a keyword, or NULL */
    const struct example *examples;          /* ends with a line of NULL, or NULL */
    const struct status_text *more_statuses; /* beside the tool's: ends as those; or NULL */
    const char *exit_notes;                  /* what status 1 means here, or NULL */

    /* Does it. Returns the exit status, or negative with *err set. */
    int (*run)(const struct call *call, struct cdi_error *err);

    /*
     * In place of `run`: takes the arguments, with what stood before the command, by a grammar
     * of its own, says what failed and returns the exit status. call->options is not filled.
     */
    int (*hand_over)(struct call *call, char **argv);
};

/* All commands of cdikit, in the order in which help lists them, ending with NULL. */
extern const struct command *const commands[];

extern const struct tool tool_cdikit;

extern const struct command command_annotation;
extern const struct command command_apply;
extern const struct command command_cdi;
extern const struct command command_convert;
extern const struct command command_doctor;
extern const struct command command_facts;
extern const struct command command_generate;
extern const struct command command_help;
extern const struct command command_hook;
extern const struct command command_list;
extern const struct command command_name;
extern const struct command command_refresh;
extern const struct command command_resolve;
extern const struct command command_schema;
extern const struct command command_show;
extern const struct command command_transform;
extern const struct command command_validate;
extern const struct command command_version;
extern const struct command command_why;

/*
 * The command of that name, or NULL with *err saying which name comes near it (CDI_ERR_USAGE).
 */
const struct command *command_find(const char *name, struct cdi_error *err);

#endif
