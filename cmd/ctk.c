/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ctk.h"

#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "cmd/common.h"
#include "cmd/help.h"
#include "cmd/options.h"

#define STATUS_UNKNOWN_COMMAND 3

/* A command, or a group of them, whose words are those before. */
struct words {
    const char *words;             /* "cdi transform root" */
    const char *summary;           /* of a group */
    const struct command *command; /* NULL for a group */
};

static const struct words table[] = {
    {"cdi", "CDI documents: generate, list, transform", NULL},
    {"cdi facts", NULL, &command_facts},
    {"cdi generate", NULL, &command_generate},
    {"cdi list", NULL, &command_ctk_list},
    {"cdi transform", "change a CDI document", NULL},
    {"cdi transform root", NULL, &command_transform},
    {"config", NULL, &command_ctk_config},
    {"config create-default", NULL, &command_ctk_config_default},
    {"config default", NULL, &command_ctk_config_default},
    {"config generate-default", NULL, &command_ctk_config_default},
    {"hook", NULL, &command_hook},
    {"info", "nothing; upstream has no command here, either", NULL},
    {"system", "device nodes of this machine, and links to them", NULL},
    {"system create-dev-char-symlinks", NULL, &command_ctk_char_links},
    {"system create-device-nodes", NULL, &command_ctk_device_nodes},
};

static const struct option options[] = {
    {.name = "debug",
     .letter = 'd',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, verbose),
     .help = "say more, on standard error",
     .env = NAMES("NVIDIA_CTK_DEBUG")},
    {.name = "quiet",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, quiet),
     .help = "only errors on standard error, whatever --debug says",
     .env = NAMES("NVIDIA_CTK_QUIET")},
    {.name = "config",
     .type = OPTION_STRING,
     .offset = offsetof(struct call, config),
     .value = "FILE",
     .help = "the configuration file of the NVIDIA Container Toolkit, for 'cdi'",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CONFIG")},
    {.name = "help",
     .letter = 'h',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, help),
     .help = "print how the command is used"},
    {.name = "version",
     .letter = 'v',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, version),
     .help = "print the version"},
    {.name = NULL},
};

static const struct status_text statuses[] = {
    {0, "done"},
    {1, "it failed"},
    {STATUS_UNKNOWN_COMMAND, "there is no such command"},
    {0, NULL},
};

const struct tool tool_ctk = {
    .name = "nvidia-ctk", .options = options, .statuses = statuses, .lenient = true};

/* The same under cdikit's name. */
static const struct tool tool_cdi = {
    .name = "cdikit", .options = options, .statuses = statuses, .lenient = true};

/* How far a command line has been read: the words, and what they mean. */
struct place {
    const char *words;       /* "" at the top */
    const struct words *row; /* NULL at the top */
};

static const struct words *find(const char *words)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (strcmp(table[i].words, words) == 0)
            return &table[i];
    return NULL;
}

/* The last word of a row that is one word below others; NULL if it is not. */
static const char *word_below(const struct words *row, const char *words)
{
    size_t len = strlen(words);
    const char *rest = row->words + len;

    if (strncmp(row->words, words, len) != 0 || (len && *rest++ != ' '))
        return NULL;
    return strchr(rest, ' ') ? NULL : rest;
}

static bool has_words_below(const char *words)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (word_below(&table[i], words))
            return true;
    return false;
}

static void print_help(const struct call *call, const struct place *place)
{
    if (place->row && place->row->command) {
        help_command(call->tool, call->name, place->row->command);
        return;
    }
    /* It has words of its own for what is nvidia-ctk's. */
    if (call->command) {
        help_command(&tool_cdikit, call->name, call->command);
        return;
    }
    (void)printf("Usage: %s COMMAND [OPTION...]\n\nCommands:\n", call->name);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const char *word = word_below(&table[i], place->words);
        const struct command *command = table[i].command;

        if (word)
            (void)printf("  %-26s %s\n", word, command ? command->summary : table[i].summary);
    }
    (void)putchar('\n');
    help_options(&call->tool->options, 1);
    help_statuses(call->tool, NULL);
}

static int unknown_command(const struct call *call, const struct place *place, const char *word)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct nearest near = nearest_init(word, strlen(word));

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const char *other = word_below(&table[i], place->words);

        if (other)
            nearest_offer(&near, other);
    }
    if (near.best)
        (void)cdi_error_set(&err, CDI_ERR_USAGE, "unknown command '%s'; did you mean '%s'?", word,
                            near.best);
    else
        (void)cdi_error_set(&err, CDI_ERR_USAGE, "unknown command '%s'", word);
    (void)call_fail(call, &err);
    return STATUS_UNKNOWN_COMMAND;
}

static bool is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "h") == 0;
}

/*
 * Takes the words of a command out of argv, as far as they are known. *word becomes the one
 * that is no command of a group, or NULL.
 */
static int read_words(struct call *call, char **argv, struct place *place, const char **word,
                      struct cdi_error *err)
{
    *word = NULL;
    for (;;) {
        size_t n = options_before_word(call->tool, argv);
        const struct words *row;
        const char *words;
        bool command;

        if (!argv[n] || argv[n][0] == '-')
            return 0;
        words = arena_printf(call->arena, "%s%s%s", place->words, *place->words ? " " : "",
                             argv[n]);
        if (!words)
            return cdi_error_nomem(err);
        row = strchr(argv[n], ' ') ? NULL : find(words);
        command = place->row && place->row->command;
        if (row) {
            *place = (struct place){words, row};
        } else if (is_help(argv[n]) && (!command || has_words_below(place->words))) {
            call->help = true;
        } else if (command) {
            return 0;
        } else {
            *word = argv[n];
            return 0;
        }
        (void)options_take_word(argv, n);
    }
}

/*
 * The first line is that of a toolkit that was built without a version: we are none of its
 * versions. It is all that scripts see.
 */
static void print_version(const struct call *call)
{
    (void)puts("NVIDIA Container Toolkit CLI version unknown");
    if (!call->quiet)
        (void)fprintf(stderr, "%s: this is cdikit %s\n", call->name, cdi_library_version());
}

/* Stands for a group where options are read. */
static const struct command group = {.name = "group", .usage = NAMES("")};

static int run_place(struct call *call, char **argv, const struct place *place,
                     struct cdi_error *err)
{
    const struct command *command = place->row ? place->row->command : NULL;
    const struct command *above = call->command;
    int r;

    call->command = command ? command : &group;
    r = options_parse(call, argv, err);
    call->command = command ? command : above;
    call->verbose = call->verbose && !call->quiet;
    if (r < 0)
        return r;
    if (call->version && !call->help) {
        print_version(call);
        return 0;
    }
    if (!command || call->help) {
        print_help(call, place);
        return 0;
    }
    return command->run(call, err);
}

int ctk_run(struct call *call, char **argv)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct place place = {"", NULL};
    const char *word, *name;
    int r;

    if (call->command)
        place = (struct place){call->command->name, find(call->command->name)};
    r = read_words(call, argv, &place, &word, &err);
    name = arena_printf(call->arena, "%s%s%s", call->tool->name, *place.words ? " " : "",
                        place.words);
    if (r == 0 && !name)
        r = cdi_error_nomem(&err);
    if (r < 0)
        return call_fail(call, &err);
    call->name = name;
    if (word)
        return unknown_command(call, &place, word);
    if (place.row && place.row->command && place.row->command->hand_over)
        return place.row->command->hand_over(call, argv);
    r = run_place(call, argv, &place, &err);
    if (r < 0)
        return call_fail(call, &err);
    /* What is left out must not pass for success, and is no failure either. */
    return r == STATUS_PARTIAL ? r : r != STATUS_DONE;
}

static int hand_over(struct call *call, char **argv)
{
    call->tool = &tool_cdi;
    return ctk_run(call, argv);
}

static const char *const usage[] = {"generate", "list", "transform root", NULL};
static const char *const words[] = {"facts", "generate", "list", "transform", NULL};
static const struct option no_options[] = {{.name = NULL}};

const struct command command_cdi = {
    .name = "cdi",
    .summary = "generate, list and transform with nvidia-ctk's command line",
    .usage = usage,
    .description =
        "These are the commands of 'nvidia-ctk cdi', with its options, its environment variables "
        "and its grammar: -name is --name, and what no command asks for is passed over. Each has "
        "its own --help.\n\n"
        "Started by the name of nvidia-ctk, through a symlink, the program has all commands that "
        "it knows of that.",
    .options = no_options,
    .max_operands = OPERANDS_ANY,
    .words = words,
    .exit_notes = "Here it is nvidia-ctk's: 1 for every failure, and 3 for an unknown command. "
                  "Only 'generate' has 4, too.",
    .hand_over = hand_over,
};
