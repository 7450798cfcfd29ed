/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of nvidia-cdi-hook. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/hook.h"
#include "hooks/options.h"

#define MOST_WORDS 16

/* A command line, parsed. */
struct parsed {
    struct arena *arena;
    struct hook_args args;
    struct hook_command_line line;
    struct cdi_error err;
    int r;
};

static void parsed_end(struct parsed *parsed)
{
    arena_free(parsed->arena);
    cdi_error_clear(&parsed->err);
}

#define _cleanup_parsed_ __attribute__((cleanup(parsed_end)))

/* Parses words with single blanks between. */
static struct parsed parse(const char *text)
{
    struct parsed p = {.arena = arena_new(), .err = CDI_ERROR_INIT};
    char *words = arena_strdup(p.arena, text), *argv[MOST_WORDS] = {words};
    int argc = 1;

    (void)strsep(&words, " ");
    while (words)
        argv[argc++] = strsep(&words, " ");
    p.r = hook_options_parse(argc, argv, p.arena, &p.args, &p.line, &p.err);
    return p;
}

static void expect_list(const struct hook_list *list, size_t n, const char *const *items)
{
    cr_assert_eq(list->n, n);
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(list->items[i], items[i]);
}

Test(hook_options, lists_repeat_and_are_cut_at_commas)
{
    _cleanup_parsed_ struct parsed p = parse(
        "hook create-symlinks --link a::/b,c::/d --link= --link=e::/f");

    cr_assert_eq(p.r, 0);
    cr_expect_str_eq(p.line.hook->name, "create-symlinks");
    expect_list(&p.args.links, 4, (const char *[]){"a::/b", "c::/d", "", "e::/f"});
}

Test(hook_options, one_dash_is_two)
{
    _cleanup_parsed_ struct parsed p = parse("hook chmod -mode 755 -path=/dev/dri --debug");

    cr_assert_eq(p.r, 0);
    cr_expect_str_eq(p.args.mode, "755");
    expect_list(&p.args.paths, 1, (const char *[]){"/dev/dri"});
    cr_expect(p.args.debug && !p.args.quiet);
}

Test(hook_options, words_are_passed_over)
{
    _cleanup_parsed_ struct parsed p = parse("hook chmod one --mode 7 - two -- --unknown");

    cr_assert_eq(p.r, 0);
    cr_expect_str_eq(p.args.mode, "7");
}

Test(hook_options, a_value_may_look_like_an_option)
{
    _cleanup_parsed_ struct parsed p = parse("hook chmod --mode --path");

    cr_assert_eq(p.r, 0);
    cr_expect_str_eq(p.args.mode, "--path");
    cr_expect_eq(p.args.paths.n, 0);
}

Test(hook_options, failures)
{
    static const char *const lines[] = {
        "hook create-symlinks --bogus", "hook create-symlinks --folder /x", /* of another hook */
        "hook create-symlinks --link",  "hook create-symlinks --version",
        "hook noop --link a::b",        "hook chmod --debug=perhaps",
        "hook --quiet=2 noop",
    };

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        _cleanup_parsed_ struct parsed p = parse(lines[i]);

        cr_expect_eq(p.r, -CDI_ERR_USAGE, "%s", lines[i]);
    }
}

Test(hook_options, hooks_that_are_not_known)
{
    _cleanup_parsed_ struct parsed none = parse("hook"), unknown = parse("hook --quiet new --x y"),
                                   early = parse("hook --foo chmod --mode 7");

    cr_assert(none.r == 0 && unknown.r == 0 && early.r == 0);
    cr_expect(!none.line.hook && !none.line.word);
    cr_expect(!unknown.line.hook && unknown.args.quiet);
    cr_expect_str_eq(unknown.line.word, "new");
    cr_expect_str_eq(early.line.unknown_option, "--foo");
    cr_expect_str_eq(early.line.hook->name, "chmod");
}

Test(hook_options, help_and_version)
{
    _cleanup_parsed_ struct parsed help = parse("hook -h"), version = parse("hook -v"),
                                   of_hook = parse("hook chmod --help");

    cr_expect(help.r == 0 && help.line.help);
    cr_expect(version.r == 0 && version.line.version);
    cr_expect(of_hook.r == 0 && of_hook.line.help && of_hook.line.hook);
}

Test(hook_options, variables)
{
    static const struct {
        const char *ctk, *cdi, *line; /* NULL: not set */
        int debug;                    /* -1: a failure */
    } cases[] = {
        {NULL, NULL, "hook noop", 0},
        {"true", NULL, "hook noop", 1},
        {"", NULL, "hook noop", 0},
        {NULL, "1", "hook noop", 1},
        {"false", "1", "hook noop", 0},
        {"", "1", "hook noop", 1},
        {"true", NULL, "hook noop --debug=false", 0},
        {"perhaps", NULL, "hook noop", -1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        (void)unsetenv("NVIDIA_CTK_DEBUG");
        (void)unsetenv("NVIDIA_CDI_DEBUG");
        if (cases[i].ctk)
            (void)setenv("NVIDIA_CTK_DEBUG", cases[i].ctk, 1);
        if (cases[i].cdi)
            (void)setenv("NVIDIA_CDI_DEBUG", cases[i].cdi, 1);
        _cleanup_parsed_ struct parsed p = parse(cases[i].line);

        if (cases[i].debug < 0)
            cr_expect_eq(p.r, -CDI_ERR_USAGE, "case %zu", i);
        else
            cr_expect(p.r == 0 && p.args.debug == (cases[i].debug > 0), "case %zu", i);
    }
}
