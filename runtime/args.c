/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/args.h"

#include <stddef.h>
#include <string.h>

#include "base/bool.h"
#include "base/cleanup.h"

/* What an option of the tables does to a struct args. */
enum effect {
    IGNORE,
    IGNORE_RUNCS, /* it is runc's alone: no word of crun is short for it */
    SET_BUNDLE,
    SET_CONFIG,
    SET_LOG,
    SET_LOG_FORMAT,
    SET_DEBUG,
    SET_VERSION,
    SET_NOTHING,
};

struct option {
    const char *name;
    char letter; /* 0: no short form */
    bool value;
    enum effect effect;
};

/*
 * runc 1.1-1.3 and crun 1.8-1.20 together. An option that only one of them has is refused by the
 * other; where that matters, the effect knows.
 */
static const struct option global_options[] = {
    {"bundle", 'b', true, SET_NOTHING}, /* not before the command */
    {"cgroup-manager", 0, true, IGNORE},     {"criu", 0, true, IGNORE_RUNCS},
    {"debug", 0, false, SET_DEBUG},          {"help", 'h', false, SET_NOTHING},
    {"help", '?', false, SET_NOTHING},       {"log", 0, true, SET_LOG},
    {"log-format", 0, true, SET_LOG_FORMAT}, {"log-level", 0, true, IGNORE},
    {"program-name", 0, true, IGNORE},       {"root", 0, true, IGNORE},
    {"rootless", 0, true, IGNORE},           {"systemd-cgroup", 0, false, IGNORE},
    {"usage", 0, false, SET_NOTHING},        {"version", 'v', false, SET_VERSION},
    {"version", 'V', false, SET_VERSION},
};

static const struct option create_options[] = {
    {"bundle", 'b', true, SET_BUNDLE},    {"config", 'f', true, SET_CONFIG},
    {"console-socket", 0, true, IGNORE},  {"help", 'h', false, SET_NOTHING},
    {"help", '?', false, SET_NOTHING},    {"no-new-keyring", 0, false, IGNORE},
    {"no-pivot", 0, false, IGNORE},       {"no-subreaper", 0, false, IGNORE},
    {"pid-file", 0, true, IGNORE},        {"pidfd-socket", 0, true, IGNORE_RUNCS},
    {"preserve-fds", 0, true, IGNORE},    {"program-name", 0, true, IGNORE},
    {"usage", 0, false, SET_NOTHING},     {"version", 'v', false, SET_NOTHING},
    {"version", 'V', false, SET_NOTHING},
};

/* Commands of runc, crun and runsc: what an unknown option cannot have for its value. */
static const char *const commands[] = {"checkpoint", "create", "delete",  "events", "exec",
                                       "features",   "help",   "kill",    "list",   "mounts",
                                       "pause",      "ps",     "restore", "resume", "run",
                                       "spec",       "start",  "state",   "update"};

/* The reading of one command line. */
struct reader {
    enum args_grammar grammar;
    const struct option *options; /* the table of where we are */
    size_t n_options;
    int argc;
    char *const *argv;
    int i;         /* the word that is next */
    bool unknown;  /* an option of create that no table has */
    bool forms[2]; /* the bundle was named by its letter, by its name */
    struct args *args;
};

/* A word, or a letter in one, that is an option, taken apart. */
struct word {
    const char *name; /* without dashes */
    size_t len;
    const char *value; /* behind '=', or attached; NULL if not there */
};

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

static bool is_command(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(word, commands[i]) == 0)
            return true;
    return false;
}

static struct word split_word(const char *name)
{
    const char *equals = strchr(name, '=');

    if (equals)
        return (struct word){name, (size_t)(equals - name), equals + 1};
    return (struct word){name, strlen(name), NULL};
}

/* runc: -b, --b, -bundle and --bundle are one. */
static const struct option *find_exact(const struct reader *reader, const struct word *word)
{
    for (size_t i = 0; i < reader->n_options; i++) {
        const struct option *option = &reader->options[i];

        if (strlen(option->name) == word->len && memcmp(option->name, word->name, word->len) == 0)
            return option;
        if (reader->grammar == ARGS_RUNC && word->len == 1 && option->letter == *word->name)
            return option;
    }
    return NULL;
}

/* crun: --bun is --bundle, if nothing else begins so. An ambiguous word is refused. */
static const struct option *find_abbreviated(struct reader *reader, const struct word *word)
{
    static const struct option refused = {"", 0, false, IGNORE};
    const struct option *found = NULL;

    for (size_t i = 0; i < reader->n_options; i++) {
        const struct option *option = &reader->options[i];

        if (option->effect == IGNORE_RUNCS || strncmp(option->name, word->name, word->len) != 0)
            continue;
        if (found && strcmp(found->name, option->name) != 0) {
            reader->args->nothing = true;
            return &refused;
        }
        found = option;
    }
    return found;
}

static const struct option *find_letter(const struct reader *reader, char letter)
{
    for (size_t i = 0; i < reader->n_options; i++)
        if (reader->options[i].letter == letter)
            return &reader->options[i];
    return NULL;
}

static void apply_switch(const struct reader *reader, enum effect effect, const char *value)
{
    struct args *args = reader->args;
    bool on = true;

    if ((value && !bool_parse(value, &on)) || (value && reader->grammar == ARGS_CRUN))
        args->nothing = true;
    else if (effect == SET_DEBUG)
        args->debug = on;
    else if (effect == SET_VERSION)
        args->version = on;
    else if (effect == SET_NOTHING && on)
        args->nothing = true;
}

static void apply_value(struct reader *reader, enum effect effect, const struct word *word)
{
    struct args *args = reader->args;

    switch (effect) {
    case SET_BUNDLE:
        reader->forms[word->len > 1] = true;
        args->bundle = word->value;
        break;
    case SET_CONFIG:
        args->config = word->value;
        break;
    case SET_LOG:
        args->log = word->value;
        break;
    case SET_LOG_FORMAT:
        args->log_format = strcmp(word->value, "json") == 0 ? LOG_JSON : LOG_TEXT;
        break;
    case SET_NOTHING:
        args->nothing = true;
        break;
    default:
        break;
    }
}

/* An option that is known; its value may be the next word. */
static void take_option(struct reader *reader, const struct option *option, struct word *word)
{
    if (!option->value) {
        apply_switch(reader, option->effect, word->value);
        return;
    }
    if (!word->value && reader->i == reader->argc) {
        reader->args->nothing = true;
        return;
    }
    if (!word->value)
        word->value = reader->argv[reader->i++];
    apply_value(reader, option->effect, word);
}

/* runc: a known option cut short, which it refuses. */
static bool is_cut_short(const struct reader *reader, const struct word *word)
{
    for (size_t i = 0; i < reader->n_options; i++)
        if (strncmp(reader->options[i].name, word->name, word->len) == 0)
            return true;
    return false;
}

/* --name, which may be an option of a newer runtime. */
static void take_unknown(struct reader *reader, const struct word *word)
{
    const char *next = reader->i < reader->argc ? reader->argv[reader->i] : NULL;

    reader->unknown = true;
    if (next && !word->value && *next != '-' && !is_command(next))
        reader->i++;
}

/* crun: letters behind one dash. */
static void take_letters(struct reader *reader, const char *letters)
{
    for (; *letters; letters++) {
        const struct option *option = find_letter(reader, *letters);
        struct word word = {letters, 1, NULL};

        if (!option) {
            reader->args->nothing = true;
            return;
        }
        if (option->value && letters[1])
            word.value = letters + 1;
        take_option(reader, option, &word);
        if (option->value)
            return;
    }
}

/* Takes the word that is next, which is an option, with its value. */
static void take_word(struct reader *reader)
{
    const char *text = reader->argv[reader->i++];
    bool letters = reader->grammar == ARGS_CRUN && text[1] != '-';
    const char *name = text + 1 + (text[1] == '-');
    struct word word = split_word(name);
    const struct option *option;

    if (letters) {
        take_letters(reader, name);
        return;
    }
    if (word.len == 0 || *name == '-') {
        reader->args->nothing = true;
        return;
    }
    option = find_exact(reader, &word);
    if (!option && reader->grammar == ARGS_CRUN)
        option = find_abbreviated(reader, &word);
    if (option)
        take_option(reader, option, &word);
    else if (text[1] == '-' && !is_cut_short(reader, &word))
        take_unknown(reader, &word);
    else
        reader->args->nothing = true;
}

/* Options up to the first word that is none; "--" ends them, too. */
static void take_options(struct reader *reader)
{
    while (reader->i < reader->argc && is_option(reader->argv[reader->i]))
        take_word(reader);
    if (reader->i < reader->argc && strcmp(reader->argv[reader->i], "--") == 0)
        reader->i++;
}

/* True for a word that runc's command line library takes for an option without its value. */
static bool is_known_flag(const struct reader *reader, const char *text)
{
    struct word word;

    if (!is_option(text) || strchr(text, '='))
        return false;
    word = split_word(text + 1 + (text[1] == '-'));
    return find_exact(reader, &word) != NULL;
}

/*
 * runc's create: the library moves options before the operands, and with them a word behind an
 * option, as that may be its value; behind a switch it is none, and ends the options.
 * Returns the number of operands.
 */
static int take_moved_options(struct reader *reader)
{
    int n = 0;

    while (reader->i < reader->argc) {
        const char *text = reader->argv[reader->i];

        if (is_option(text)) {
            take_word(reader);
        } else if (strcmp(text, "--") == 0) {
            return n + reader->argc - reader->i - 1;
        } else if (is_known_flag(reader, reader->argv[reader->i - 1])) {
            return n + reader->argc - reader->i;
        } else {
            reader->i++;
            n++;
        }
    }
    return n;
}

static void read_create(struct reader *reader)
{
    struct args *args = reader->args;
    int n;

    reader->options = create_options;
    reader->n_options = ARRAY_SIZE(create_options);
    reader->unknown = false;
    if (reader->grammar == ARGS_CRUN) {
        take_options(reader);
        n = reader->argc - reader->i;
        if ((args->bundle && !*args->bundle) || (args->config && !*args->config))
            args->nothing = true;
    } else {
        n = take_moved_options(reader);
        if (args->config || (reader->forms[0] && reader->forms[1]))
            args->nothing = true;
    }
    if (n != 1 && !reader->unknown)
        args->nothing = true;
}

enum args_grammar args_grammar_of(const char *runtime)
{
    const char *slash = strrchr(runtime, '/');

    return strncmp(slash ? slash + 1 : runtime, "crun", 4) == 0 ? ARGS_CRUN : ARGS_RUNC;
}

struct args args_parse(int argc, char *const *argv, enum args_grammar grammar)
{
    struct args args = {.log_format = LOG_TEXT};
    struct reader reader = {
        .grammar = grammar,
        .options = global_options,
        .n_options = ARRAY_SIZE(global_options),
        .argc = argc,
        .argv = argv,
        .i = 1,
        .args = &args,
    };

    take_options(&reader);
    if (reader.i >= argc)
        return args;
    args.command = argv[reader.i++];
    if (strcmp(args.command, "create") == 0)
        read_create(&reader);
    return args;
}

bool args_is_create(const struct args *args)
{
    return args->command && strcmp(args->command, "create") == 0 && !args->version &&
           !args->nothing;
}
