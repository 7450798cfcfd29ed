/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "cmd/option_value.h"

/* The options of one table, and the struct that they fill. */
struct table {
    const struct option *options; /* may be NULL */
    void *base;
    bool *given; /* by index: it is on the command line */
};

#define N_TABLES 3

/* The state of one parse. */
struct parser {
    struct call *call;
    struct table tables[N_TABLES]; /* those of the command, which go first, and of the tool */
    char *const *argv;             /* the next argument */
    const char **operands;
    bool only_operands;
};

/* An option found, and where. */
struct target {
    const struct option *option;
    const struct table *table;
};

typedef bool option_match(const struct option *option, const char *name, size_t len);

static bool is_name(const char *candidate, const char *name, size_t len)
{
    return strlen(candidate) == len && memcmp(candidate, name, len) == 0;
}

static bool match_name(const struct option *option, const char *name, size_t len)
{
    if (is_name(option->name, name, len))
        return true;
    for (const char *const *alias = option->aliases; alias && *alias; alias++)
        if (is_name(*alias, name, len))
            return true;
    return false;
}

static bool match_letter(const struct option *option, const char *name, size_t len)
{
    (void)len;
    return option->letter && option->letter == *name;
}

static const struct option *find_in(const struct option *options, option_match *match,
                                    const char *name, size_t len)
{
    for (; options && options->name; options++)
        if (match(options, name, len))
            return options;
    return NULL;
}

static struct target find(const struct parser *p, option_match *match, const char *name, size_t len)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        const struct option *option = find_in(p->tables[i].options, match, name, len);

        if (option)
            return (struct target){option, &p->tables[i]};
    }
    return (struct target){NULL, NULL};
}

/* The name in "--name", with the tool's leave "-name"; NULL if it is neither. */
static const char *long_name(const struct tool *tool, const char *arg)
{
    if (arg[0] != '-' || !arg[1])
        return NULL;
    if (arg[1] == '-')
        return arg[2] ? arg + 2 : NULL;
    return tool->lenient && arg[2] ? arg + 1 : NULL;
}

size_t options_span(const struct tool *tool, char *const *argv)
{
    const char *name = *argv ? long_name(tool, *argv) : NULL;
    const struct option *option = NULL;

    if (name)
        option = find_in(tool->options, match_name, name, strcspn(name, "="));
    if (option)
        return option_is_alone(option) || strchr(name, '=') || !argv[1] ? 1 : 2;
    if (!*argv || argv[0][0] != '-' || !argv[0][1])
        return 0;
    for (const char *letter = argv[0] + 1; *letter; letter++)
        if (!find_in(tool->options, match_letter, letter, 1))
            return 0;
    return 1;
}

size_t options_before_word(const struct tool *tool, char *const *argv)
{
    size_t n = 0, span;

    while ((span = options_span(tool, argv + n)))
        n += span;
    return n;
}

char *options_take_word(char **argv, size_t n)
{
    char *taken = argv[n];

    do
        argv[n] = argv[n + 1];
    while (argv[n++]);
    return taken;
}

static int unknown_option(const struct parser *p, const char *name, struct cdi_error *err)
{
    size_t len = strcspn(name, "=");
    struct nearest near = nearest_init(name, len);

    for (size_t i = 0; i < N_TABLES; i++)
        for (const struct option *o = p->tables[i].options; o && o->name; o++) {
            nearest_offer(&near, o->name);
            for (const char *const *alias = o->aliases; alias && *alias; alias++)
                nearest_offer(&near, *alias);
        }
    if (near.best)
        return cdi_error_set(err, CDI_ERR_USAGE, "unknown option --%.*s; did you mean --%s?",
                             (int)len, name, near.best);
    return cdi_error_set(err, CDI_ERR_USAGE, "unknown option --%.*s", (int)len, name);
}

static int store(const struct parser *p, struct target t, const char *value, struct cdi_error *err)
{
    t.table->given[t.option - t.table->options] = true;
    return option_store(t.option, t.table->base, value, p->call->arena, err);
}

/* Stores the value that is the next argument. */
static int store_next(struct parser *p, struct target t, struct cdi_error *err)
{
    if (!*p->argv)
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s needs a value: %s", t.option->name,
                             t.option->value);
    return store(p, t, *p->argv++, err);
}

/* "--name", "--name=value", "--name value". */
static int parse_long(struct parser *p, const char *name, struct cdi_error *err)
{
    const char *equals = strchr(name, '=');
    struct target t = find(p, match_name, name, strcspn(name, "="));

    if (!t.option)
        return unknown_option(p, name, err);
    if (equals || option_is_alone(t.option))
        return store(p, t, equals ? equals + 1 : NULL, err);
    return store_next(p, t, err);
}

static int unknown_letters(const struct parser *p, const char *letters, struct cdi_error *err)
{
    bool hint = letters[1] && !p->call->tool->lenient;

    return cdi_error_set(err, CDI_ERR_USAGE, "unknown option -%s%s", letters,
                         hint ? " (long options begin with two dashes)" : "");
}

/* "-v", "-vq", and "-io FILE" where the last one takes a value. */
static int parse_letters(struct parser *p, const char *letters, struct cdi_error *err)
{
    for (; *letters; letters++) {
        struct target t = find(p, match_letter, letters, 1);
        int r;

        if (!t.option)
            return unknown_letters(p, letters, err);
        if (option_is_alone(t.option))
            r = store(p, t, NULL, err);
        else if (letters[1])
            return cdi_error_set(err, CDI_ERR_USAGE, "-%c takes the next argument as its value",
                                 *letters);
        else
            r = store_next(p, t, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_argument(struct parser *p, struct cdi_error *err)
{
    const char *arg = *p->argv++;
    const char *name = long_name(p->call->tool, arg);

    if (p->only_operands || arg[0] != '-' || !arg[1]) {
        p->operands[p->call->n_operands++] = arg;
        return 0;
    }
    if (name && (arg[1] == '-' || find(p, match_name, name, strcspn(name, "=")).option))
        return parse_long(p, name, err);
    if (arg[1] != '-')
        return parse_letters(p, arg + 1, err);
    p->only_operands = true;
    return 0;
}

static int read_environment(const struct parser *p, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; i < N_TABLES; i++) {
        const struct table *table = &p->tables[i];

        for (size_t n = 0; r == 0 && table->options && table->options[n].name; n++)
            if (!table->given[n])
                r = option_store_env(&table->options[n], table->base, p->call->arena, err);
    }
    return r;
}

/* Says all forms that the command has. */
static int missing_operand(const struct call *call, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const char *const *usage = call->command->usage;

    for (size_t i = 0; usage[i]; i++)
        strbuf_printf(&b, "%s%s %s", i ? ", or " : "", call->name, usage[i]);
    return b.failed ? cdi_error_nomem(err)
                    : cdi_error_set(err, CDI_ERR_USAGE, "missing operand: %s", b.s);
}

static int check_operands(const struct call *call, struct cdi_error *err)
{
    const struct command *command = call->command;

    if (call->tool->lenient)
        return 0;
    if (call->n_operands < command->min_operands)
        return missing_operand(call, err);
    if (call->n_operands > command->max_operands)
        return cdi_error_set(err, CDI_ERR_USAGE, "unexpected operand '%s'",
                             call->operands[command->max_operands]);
    return 0;
}

static bool table_init(struct table *table, const struct option *options, void *base,
                       struct arena *arena)
{
    size_t n = 0;

    while (options && options[n].name)
        n++;
    *table = (struct table){options, base, arena_calloc(arena, n + 1, sizeof(bool))};
    return table->given && base;
}

int options_parse(struct call *call, char *const *argv, struct cdi_error *err)
{
    const struct command *command = call->command;
    struct parser p = {.call = call, .argv = argv};
    void *options = arena_calloc(call->arena, 1, command->options_size + 1);
    size_t n = 0;
    int r = 0;

    while (argv[n])
        n++;
    p.operands = arena_calloc(call->arena, n + 1, sizeof *p.operands);
    if (!p.operands || !table_init(&p.tables[0], command->options, options, call->arena) ||
        !table_init(&p.tables[1], command->more_options, options, call->arena) ||
        !table_init(&p.tables[2], call->tool->options, call, call->arena))
        return cdi_error_nomem(err);
    call->operands = p.operands;
    call->options = options;
    while (r == 0 && *p.argv)
        r = parse_argument(&p, err);
    if (r < 0 || call->help)
        return r;
    r = read_environment(&p, err);
    return r < 0 ? r : check_operands(call, err);
}
