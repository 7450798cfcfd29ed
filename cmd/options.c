/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/strbuf.h"

const struct option common_options[] = {
    {.name = "help",
     .letter = 'h',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, help),
     .help = "print how the command is used"},
    {.name = "verbose",
     .letter = 'v',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, verbose),
     .help = "say more, on standard error or in the listing"},
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, quiet),
     .help = "no warnings and no summaries: only the result and errors"},
    {.name = NULL},
};

/* The state of one parse. */
struct parser {
    const struct command *command;
    struct call *call;
    void *options;
    char *const *argv; /* the next argument */
    const char **operands;
    bool only_operands;
};

/* An option found, and the struct that it fills. */
struct target {
    const struct option *option;
    char *base;
};

typedef bool option_match(const struct option *option, const char *name, size_t len);

static bool match_name(const struct option *option, const char *name, size_t len)
{
    return strlen(option->name) == len && memcmp(option->name, name, len) == 0;
}

static bool match_letter(const struct option *option, const char *name, size_t len)
{
    (void)len;
    return option->letter && option->letter == *name;
}

static const struct option *table_find(const struct option *table, option_match *match,
                                       const char *name, size_t len)
{
    for (; table && table->name; table++)
        if (match(table, name, len))
            return table;
    return NULL;
}

bool option_is_common(const char *arg)
{
    if (arg[0] != '-' || !arg[1])
        return false;
    if (arg[1] == '-')
        return table_find(common_options, match_name, arg + 2, strlen(arg + 2));
    for (const char *letter = arg + 1; *letter; letter++)
        if (!table_find(common_options, match_letter, letter, 1))
            return false;
    return true;
}

static struct target find(const struct parser *p, option_match *match, const char *name, size_t len)
{
    struct target t = {table_find(p->command->options, match, name, len), p->options};

    if (!t.option)
        t = (struct target){table_find(common_options, match, name, len), (char *)p->call};
    return t;
}

static int unknown_option(const struct parser *p, const char *name, size_t len,
                          struct cdi_error *err)
{
    const struct option *const tables[] = {p->command->options, common_options};
    struct nearest near = nearest_init(name, len);

    for (size_t t = 0; t < 2; t++)
        for (const struct option *o = tables[t]; o && o->name; o++)
            nearest_offer(&near, o->name);
    if (near.best)
        return cdi_error_set(err, CDI_ERR_USAGE, "unknown option --%.*s; did you mean --%s?",
                             (int)len, name, near.best);
    return cdi_error_set(err, CDI_ERR_USAGE, "unknown option --%.*s", (int)len, name);
}

static int set_choice(const struct option *option, int *place, const char *value,
                      struct cdi_error *err)
{
    char all[256] = "";
    size_t used = 0;

    for (int i = 0; option->choices[i]; i++) {
        const char *choice = option->choices[i];

        if (strcmp(choice, value) == 0) {
            *place = i + 1;
            return 0;
        }
        if (used + strlen(choice) + 3 < sizeof all) {
            used = (size_t)(stpcpy(stpcpy(all + used, used ? ", " : ""), choice) - all);
        }
    }
    return cdi_error_set(err, CDI_ERR_USAGE, "--%s cannot be '%s': it is one of %s", option->name,
                         value, all);
}

static int add_to_list(struct arena *arena, struct option_list *list, const char *value,
                       struct cdi_error *err)
{
    const char **items = arena_grow(arena, list->items, list->n, sizeof *items);

    if (!items)
        return cdi_error_nomem(err);
    items[list->n++] = value;
    list->items = items;
    return 0;
}

/* Stores a value; a switch, whose value is NULL, is turned on. */
static int set(const struct parser *p, struct target t, const char *value, struct cdi_error *err)
{
    void *place = t.base + t.option->offset;

    if (t.option->type == OPTION_SWITCH) {
        *(bool *)place = true;
        return 0;
    }
    if (!value || !*value)
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s has an empty value", t.option->name);
    switch (t.option->type) {
    case OPTION_SWITCH:
        break;
    case OPTION_STRING:
        *(const char **)place = value;
        return 0;
    case OPTION_LIST:
        return add_to_list(p->call->arena, place, value, err);
    case OPTION_CHOICE:
        return set_choice(t.option, place, value, err);
    }
    return cdi_error_set(err, CDI_ERR_USAGE, "--%s has no type", t.option->name);
}

/* "--name", "--name=value", "--name value". */
static int parse_long(struct parser *p, const char *name, struct cdi_error *err)
{
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const char *value = equals ? equals + 1 : NULL;
    struct target t = find(p, match_name, name, len);

    if (!t.option)
        return unknown_option(p, name, len, err);
    if (t.option->type == OPTION_SWITCH && value)
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s takes no value", t.option->name);
    if (t.option->type != OPTION_SWITCH && !value) {
        value = *p->argv;
        if (!value)
            return cdi_error_set(err, CDI_ERR_USAGE, "--%s needs a value: %s", t.option->name,
                                 t.option->value);
        p->argv++;
    }
    return set(p, t, value, err);
}

/* "-v", "-vq": letters are switches only. */
static int parse_letters(struct parser *p, const char *letters, struct cdi_error *err)
{
    for (; *letters; letters++) {
        struct target t = find(p, match_letter, letters, 1);
        int r;

        if (!t.option)
            return cdi_error_set(err, CDI_ERR_USAGE, "unknown option -%s%s", letters,
                                 letters[1] ? " (long options begin with two dashes)" : "");
        r = set(p, t, NULL, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_argument(struct parser *p, struct cdi_error *err)
{
    const char *arg = *p->argv++;

    if (p->only_operands || arg[0] != '-' || !arg[1]) {
        p->operands[p->call->n_operands++] = arg;
        return 0;
    }
    if (arg[1] != '-')
        return parse_letters(p, arg + 1, err);
    if (arg[2])
        return parse_long(p, arg + 2, err);
    p->only_operands = true;
    return 0;
}

/* Says all forms that the command has. */
static int missing_operand(const struct command *command, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; command->usage[i]; i++)
        strbuf_printf(&b, "%scdikit %s %s", i ? ", or " : "", command->name, command->usage[i]);
    return b.failed ? cdi_error_nomem(err)
                    : cdi_error_set(err, CDI_ERR_USAGE, "missing operand: %s", b.s);
}

static int check_operands(const struct call *call, struct cdi_error *err)
{
    const struct command *command = call->command;

    if (call->help)
        return 0;
    if (call->n_operands < command->min_operands)
        return missing_operand(command, err);
    if (call->n_operands > command->max_operands)
        return cdi_error_set(err, CDI_ERR_USAGE, "unexpected operand '%s'",
                             call->operands[command->max_operands]);
    return 0;
}

int options_parse(const struct command *command, char *const *argv, struct arena *arena,
                  struct call *call, struct cdi_error *err)
{
    struct parser p = {.command = command, .call = call, .argv = argv};
    size_t n = 0;

    while (argv[n])
        n++;
    *call = (struct call){.command = command, .arena = arena};
    p.operands = arena_calloc(arena, n + 1, sizeof *p.operands);
    p.options = arena_alloc(arena, command->options_size);
    if (!p.operands || !p.options)
        return cdi_error_nomem(err);
    call->operands = p.operands;
    call->options = p.options;
    while (*p.argv) {
        int r = parse_argument(&p, err);

        if (r < 0)
            return r;
    }
    return check_operands(call, err);
}
