/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/args.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

/* What an option of the tables does to a struct args. */
enum effect {
    IGNORE,
    SET_BUNDLE,
    SET_CONFIG,
    SET_ROOT,
    SET_LOG,
    SET_LOG_FORMAT,
    SET_DEBUG,
    SET_VERSION,
};

struct option {
    const char *name;
    char letter; /* 0: no short form */
    bool value;
    enum effect effect;
};

/* Options before the command: runc 1.1-1.3, crun 1.8-1.20, and --bundle, which both lack. */
static const struct option global_options[] = {
    {"bundle", 'b', true, SET_BUNDLE},
    {"cgroup-manager", 0, true, IGNORE},
    {"criu", 0, true, IGNORE},
    {"debug", 0, false, SET_DEBUG},
    {"help", 'h', false, IGNORE},
    {"log", 0, true, SET_LOG},
    {"log-format", 0, true, SET_LOG_FORMAT},
    {"log-level", 0, true, IGNORE},
    {"root", 0, true, SET_ROOT},
    {"rootless", 0, true, IGNORE},
    {"systemd-cgroup", 0, false, IGNORE},
    {"usage", 0, false, IGNORE},
    {"version", 'v', false, SET_VERSION},
    {"version", 'V', false, SET_VERSION},
};

static const struct option create_options[] = {
    {"bundle", 'b', true, SET_BUNDLE},    {"config", 'f', true, SET_CONFIG},
    {"console-socket", 0, true, IGNORE},  {"help", 'h', false, IGNORE},
    {"no-new-keyring", 0, false, IGNORE}, {"no-pivot", 0, false, IGNORE},
    {"no-subreaper", 0, false, IGNORE},   {"pid-file", 0, true, IGNORE},
    {"pidfd-socket", 0, true, IGNORE},    {"preserve-fds", 0, true, IGNORE},
    {"usage", 0, false, IGNORE},
};

/* Commands of runc, crun and runsc: what an unknown option cannot have for its value. */
static const char *const commands[] = {"checkpoint", "create", "delete",  "events", "exec",
                                       "features",   "help",   "kill",    "list",   "mounts",
                                       "pause",      "ps",     "restore", "resume", "run",
                                       "spec",       "start",  "state",   "update"};

struct option_table {
    const struct option *options;
    size_t n;
};

/* A word that is an option, taken apart. */
struct word {
    const char *name; /* without dashes */
    size_t len;
    const char *value; /* behind '=', or attached; NULL if not there */
    bool one_dash;
};

/* "-" and what begins otherwise are no options. "--" is the caller's business. */
static bool split_word(const char *text, struct word *word)
{
    size_t dashes = strspn(text, "-");
    const char *equals;

    if (dashes == 0 || !text[dashes])
        return false;
    word->name = text + dashes;
    equals = strchr(word->name, '=');
    word->len = equals ? (size_t)(equals - word->name) : strlen(word->name);
    word->value = equals ? equals + 1 : NULL;
    word->one_dash = dashes == 1;
    return true;
}

static const struct option *find_exact(const struct option_table *table, const struct word *word)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option *option = &table->options[i];

        if (strlen(option->name) == word->len && memcmp(option->name, word->name, word->len) == 0)
            return option;
        if (word->len == 1 && option->letter == *word->name)
            return option;
    }
    return NULL;
}

/* --bun for --bundle, if nothing else begins so. */
static const struct option *find_abbreviated(const struct option_table *table,
                                             const struct word *word)
{
    const struct option *found = NULL;

    for (size_t i = 0; i < table->n; i++) {
        const struct option *option = &table->options[i];

        if (strncmp(option->name, word->name, word->len) != 0)
            continue;
        if (found && strcmp(found->name, option->name) != 0)
            return NULL;
        found = option;
    }
    return found;
}

/* -bDIR: a short option with its value attached, which then replaces the word's. */
static const struct option *find_attached(const struct option_table *table, struct word *word)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option *option = &table->options[i];

        if (option->letter == *word->name && option->value) {
            word->value = word->name + 1;
            return option;
        }
    }
    return NULL;
}

static const struct option *find_option(const struct option_table *table, struct word *word)
{
    const struct option *option = find_exact(table, word);

    if (option || word->len == 0)
        return option;
    return word->one_dash ? find_attached(table, word) : find_abbreviated(table, word);
}

/* "=false" in the spellings that Go's flag package takes. */
static bool is_on(const char *value)
{
    static const char *const off[] = {"0", "f", "F", "false", "FALSE", "False"};

    for (size_t i = 0; value && i < ARRAY_SIZE(off); i++)
        if (strcmp(value, off[i]) == 0)
            return false;
    return true;
}

static void apply(struct args *args, enum effect effect, const char *value)
{
    switch (effect) {
    case IGNORE:
        break;
    case SET_BUNDLE:
        args->bundle = value;
        break;
    case SET_CONFIG:
        args->config = value;
        break;
    case SET_ROOT:
        args->root = value;
        break;
    case SET_LOG:
        args->log = value;
        break;
    case SET_LOG_FORMAT:
        args->log_format = value && strcmp(value, "json") == 0 ? LOG_JSON : LOG_TEXT;
        break;
    case SET_DEBUG:
        args->debug = is_on(value);
        break;
    case SET_VERSION:
        args->version = is_on(value);
        break;
    }
}

static bool is_command(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(word, commands[i]) == 0)
            return true;
    return false;
}

/* Takes the option in argv[i] with its value. Returns the index of the word after it. */
static int take_option(struct args *args, const struct option_table *table, int argc,
                       char *const *argv, int i, struct word *word)
{
    const struct option *option = find_option(table, word);
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;

    if (!option)
        return next && !word->value && *next != '-' && !is_command(next) ? i + 2 : i + 1;
    if (!option->value || word->value) {
        apply(args, option->effect, word->value);
        return i + 1;
    }
    if (!next) {
        args->valueless = argv[i];
        return i + 1;
    }
    apply(args, option->effect, next);
    return i + 2;
}

struct args args_parse(int argc, char *const *argv)
{
    static const struct option_table global = {global_options, ARRAY_SIZE(global_options)};
    static const struct option_table create = {create_options, ARRAY_SIZE(create_options)};
    struct args args = {.log_format = LOG_TEXT};
    struct word word;
    int i = 1;

    while (i < argc && split_word(argv[i], &word))
        i = take_option(&args, &global, argc, argv, i, &word);
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i >= argc)
        return args;
    args.command = argv[i++];
    if (!args_is_create(&args))
        return args;
    while (i < argc && strcmp(argv[i], "--") != 0)
        i = split_word(argv[i], &word) ? take_option(&args, &create, argc, argv, i, &word) : i + 1;
    return args;
}

bool args_is_create(const struct args *args)
{
    return args->command && strcmp(args->command, "create") == 0;
}
