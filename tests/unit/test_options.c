/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/option_value.h"
#include "cmd/options.h"

struct options {
    bool all;
    const char *root, *name, *wait;
    struct option_list dirs, ids;
    int mode;
};

#define AT(member) .offset = offsetof(struct options, member)

static const char *const modes[] = {"auto", "pci", NULL};

static const struct option options[] = {
    {.name = "all", .letter = 'a', .type = OPTION_SWITCH, AT(all), .env = NAMES("T_ALL")},
    {.name = "root",
     .type = OPTION_STRING,
     AT(root),
     .value = "DIR",
     .flags = OPTION_EMPTY,
     .env = NAMES("T_ROOT", "T_OLD_ROOT")},
    {.name = "name", .letter = 'n', .type = OPTION_STRING, AT(name), .value = "NAME"},
    {.name = "dir", .type = OPTION_LIST, AT(dirs), .value = "DIR"},
    {.name = "id",
     .type = OPTION_COMMAS,
     AT(ids),
     .value = "ID",
     .aliases = NAMES("ids", "device"),
     .env = NAMES("T_IDS")},
    {.name = "mode",
     .type = OPTION_CHOICE,
     AT(mode),
     .value = "MODE",
     .choices = modes,
     .flags = OPTION_NOCASE,
     .env = NAMES("T_MODE")},
    {.name = NULL},
};

static const struct option more_options[] = {
    {.name = "wait", .letter = 'w', .type = OPTION_OPTIONAL, AT(wait), .value = "SECONDS"},
    {.name = NULL},
};

static const char *const usage[] = {"[FILE]", NULL};

static const struct command command = {
    .name = "test",
    .usage = usage,
    .options = options,
    .more_options = more_options,
    .options_size = sizeof(struct options),
    .max_operands = 1,
};

static const struct option tool_options[] = {
    {.name = "debug",
     .letter = 'd',
     .type = OPTION_SWITCH,
     .offset = offsetof(struct call, verbose),
     .env = NAMES("T_DEBUG")},
    {.name = "help", .letter = 'h', .type = OPTION_SWITCH, .offset = offsetof(struct call, help)},
    {.name = "config",
     .type = OPTION_STRING,
     .offset = offsetof(struct call, config),
     .value = "FILE"},
    /* The command has one of that name, too. */
    {.name = "root", .type = OPTION_STRING, .offset = offsetof(struct call, config)},
    {.name = NULL},
};

static const struct tool strict = {.name = "tool", .options = tool_options};
static const struct tool lenient = {.name = "tool", .options = tool_options, .lenient = true};

static struct arena *arena;
static struct call call;
static const struct options *got;
static struct cdi_error err = CDI_ERROR_INIT;

static void setup(void)
{
    arena = arena_new();
    for (const struct option *o = options; o->name; o++)
        for (const char *const *name = o->env; name && *name; name++)
            (void)unsetenv(*name);
    (void)unsetenv("T_DEBUG");
}

static void teardown(void)
{
    cdi_error_clear(&err);
    arena_free(arena);
}

TestSuite(options, .init = setup, .fini = teardown);

/* Parses words with one blank between them; "" is none. */
static int parse(const struct tool *tool, const char *line)
{
    char *argv[16] = {NULL};
    size_t n = 0;

    for (char *rest = arena_strdup(arena, line), *word = NULL; (word = strsep(&rest, " "));)
        if (*line)
            argv[n++] = word;
    call = (struct call){.tool = tool, .command = &command, .name = "tool test", .arena = arena};
    cdi_error_clear(&err);
    n = 0;
    if (options_parse(&call, argv, &err) < 0)
        return -(int)err.code;
    got = call.options;
    return 0;
}

static void check_list(const struct option_list *list, const char *expected)
{
    char all[256] = "";

    for (size_t i = 0; i < list->n; i++)
        (void)strcat(strcat(strcat(all, "["), list->items[i]), "]");
    cr_expect_str_eq(all, expected);
}

Test(options, a_list_of_commas_is_split_and_not_trimmed)
{
    cr_assert_eq(parse(&strict, "--id=0,1 --id 2 --dir a,b --dir c"), 0);
    check_list(&got->ids, "[0][1][2]");
    check_list(&got->dirs, "[a,b][c]");
    (void)setenv("T_IDS", "0, 1,", 1);
    cr_assert_eq(parse(&strict, ""), 0);
    check_list(&got->ids, "[0][ 1][]");
}

Test(options, other_names)
{
    cr_assert_eq(parse(&strict, "--ids 0 --device=1 --id 2"), 0);
    check_list(&got->ids, "[0][1][2]");
    cr_assert_eq(parse(&strict, "--devices 1"), -CDI_ERR_USAGE);
    cr_expect_str_eq(err.message, "unknown option --devices; did you mean --device?");
}

Test(options, a_switch_can_have_a_value)
{
    static const char *const on[] = {"1", "t", "T", "true", "True", "TRUE"};
    static const char *const off[] = {"0", "f", "F", "false", "False", "FALSE"};
    static const char *const wrong[] = {"", "yes", "on", "tRUE", "2", "-1"};

    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(parse(&strict, arena_printf(arena, "--all=%s", on[i])), 0);
        cr_expect(got->all, "%s", on[i]);
        cr_assert_eq(parse(&strict, arena_printf(arena, "--all --all=%s", off[i])), 0);
        cr_expect_not(got->all, "%s", off[i]);
        cr_expect_eq(parse(&strict, arena_printf(arena, "--all=%s", wrong[i])), -CDI_ERR_USAGE,
                     "%s", wrong[i]);
    }
    /* What stands behind it is no value. */
    cr_assert_eq(parse(&strict, "--all false"), 0);
    cr_expect(got->all);
    cr_expect_eq(call.n_operands, 1);
}

Test(options, an_optional_value_stands_behind_an_equals_sign)
{
    cr_assert_eq(parse(&strict, ""), 0);
    cr_expect_null(got->wait);
    cr_assert_eq(parse(&strict, "--wait"), 0);
    cr_expect_str_eq(got->wait, "");
    cr_assert_eq(parse(&strict, "--wait=5"), 0);
    cr_expect_str_eq(got->wait, "5");
    cr_assert_eq(parse(&strict, "--wait 5"), 0);
    cr_expect_str_eq(got->wait, "");
    cr_expect_eq(call.n_operands, 1);
    cr_assert_eq(parse(&strict, "-wa"), 0);
    cr_expect_str_eq(got->wait, "");
    cr_expect(got->all);
    cr_expect_eq(parse(&strict, "--wait="), -CDI_ERR_USAGE);
}

/* Both tables fill one struct, and both are searched for what may have been meant. */
Test(options, a_second_table)
{
    cr_assert_eq(parse(&strict, "--wait=1 --root /a --all"), 0);
    cr_expect_str_eq(got->root, "/a");
    cr_expect_str_eq(got->wait, "1");
    cr_expect(got->all);
    cr_assert_eq(parse(&strict, "--wiat"), -CDI_ERR_USAGE);
    cr_expect_str_eq(err.message, "unknown option --wiat; did you mean --wait?");
}

Test(options, empty_values)
{
    cr_assert_eq(parse(&strict, "--root="), 0);
    cr_expect_str_eq(got->root, "");
    cr_expect_eq(parse(&strict, "--name="), -CDI_ERR_USAGE);
    cr_expect_eq(parse(&strict, "--mode="), -CDI_ERR_USAGE);
    cr_expect_eq(parse(&strict, "--root"), -CDI_ERR_USAGE);
}

Test(options, choices_in_any_case)
{
    cr_assert_eq(parse(&strict, "--mode PcI"), 0);
    cr_expect_eq(got->mode, 2);
    cr_expect_eq(parse(&strict, "--mode nvml"), -CDI_ERR_USAGE);
    cr_expect_str_eq(err.message, "--mode cannot be 'nvml': it is one of auto, pci");
}

Test(options, the_environment_stands_in)
{
    (void)setenv("T_ALL", "true", 1);
    (void)setenv("T_ROOT", "/a", 1);
    (void)setenv("T_OLD_ROOT", "/b", 1);
    (void)setenv("T_MODE", "PCI", 1);
    (void)setenv("T_DEBUG", "1", 1);
    cr_assert_eq(parse(&strict, ""), 0);
    cr_expect(got->all && call.verbose);
    cr_expect_str_eq(got->root, "/a");
    cr_expect_eq(got->mode, 2);
    cr_assert_eq(parse(&strict, "--all=false --root /c --mode auto --debug=false"), 0);
    cr_expect_not(got->all || call.verbose);
    cr_expect_str_eq(got->root, "/c");
    cr_expect_eq(got->mode, 1);
    (void)unsetenv("T_ROOT");
    cr_assert_eq(parse(&strict, ""), 0);
    cr_expect_str_eq(got->root, "/b");
}

Test(options, a_variable_that_is_set_and_empty)
{
    (void)setenv("T_ALL", "", 1);
    (void)setenv("T_ROOT", "", 1);
    (void)setenv("T_OLD_ROOT", "/b", 1);
    (void)setenv("T_IDS", "", 1);
    cr_assert_eq(parse(&strict, ""), 0);
    cr_expect_not(got->all);
    cr_expect_str_eq(got->root, "");
    cr_expect_eq(got->ids.n, 0);
    (void)setenv("T_MODE", "", 1);
    cr_expect_eq(parse(&strict, ""), -CDI_ERR_USAGE);
    cr_expect_eq(parse(&strict, "--mode pci"), 0);
}

Test(options, a_variable_that_cannot_be_read_is_named)
{
    (void)setenv("T_ALL", "yes", 1);
    cr_assert_eq(parse(&strict, ""), -CDI_ERR_USAGE);
    cr_expect_str_eq(err.message,
                     "environment variable T_ALL: --all cannot be 'yes': it is true or false");
    cr_expect_eq(parse(&strict, "--all"), 0);
    cr_expect_eq(parse(&strict, "--help"), 0, "help needs no environment");
}

Test(options, letters)
{
    cr_assert_eq(parse(&strict, "-ad -n x"), 0);
    cr_expect(got->all && call.verbose);
    cr_expect_str_eq(got->name, "x");
    cr_assert_eq(parse(&strict, "-an x"), 0);
    cr_expect_str_eq(got->name, "x");
    cr_expect_eq(parse(&strict, "-n"), -CDI_ERR_USAGE);
    cr_expect_eq(parse(&strict, "-nx"), -CDI_ERR_USAGE);
    cr_expect_eq(parse(&strict, "-ax"), -CDI_ERR_USAGE);
}

Test(options, the_lenient_grammar)
{
    static const char *const lines[] = {"-root=/x more", "more -root /x", "a b --root /x"};

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        cr_expect_eq(parse(&strict, lines[i]), -CDI_ERR_USAGE, "%s", lines[i]);
        cr_assert_eq(parse(&lenient, lines[i]), 0, "%s", lines[i]);
        cr_expect_str_eq(got->root, "/x");
        cr_expect_null(call.config, "the command's own option goes before the tool's");
    }
    cr_assert_eq(parse(&lenient, "-ad -config=f"), 0);
    cr_expect(got->all && call.verbose);
    cr_expect_str_eq(call.config, "f");
    cr_expect_eq(parse(&lenient, "-roof=/x"), -CDI_ERR_USAGE);
    cr_assert_eq(parse(&lenient, "-- -root"), 0);
    cr_expect_eq(call.n_operands, 1);
}

Test(options, span_of_the_tools_options)
{
    static const struct {
        const char *words[3];
        size_t strict, lenient;
    } cases[] = {
        {{"--debug", "x"}, 1, 1},      {{"-dh", "x"}, 1, 1},
        {{"--config", "x"}, 2, 2},     {{"--config=x", "y"}, 1, 1},
        {{"--config"}, 1, 1},          {{"-config", "x"}, 0, 2},
        {{"-debug=false", "x"}, 0, 1}, {{"--all", "x"}, 0, 0},
        {{"x", "--debug"}, 0, 0},      {{"-", "x"}, 0, 0},
        {{"--", "x"}, 0, 0},           {{NULL}, 0, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *argv[3] = {NULL};

        for (size_t j = 0; cases[i].words[j]; j++)
            argv[j] = arena_strdup(arena, cases[i].words[j]);
        cr_expect_eq(options_span(&strict, argv), cases[i].strict, "case %zu", i);
        cr_expect_eq(options_span(&lenient, argv), cases[i].lenient, "case %zu, lenient", i);
    }
}
