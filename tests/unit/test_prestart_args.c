/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of nvidia-container-runtime-hook, with the grammar of Go's flag package. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "prestart/args.h"

#define WORDS 6

static const struct {
    const char *words[WORDS];
    struct prestart_args args;
} good[] = {
    {{NULL}, {.command = NULL}},
    {{"prestart"}, {.command = "prestart"}},
    {{"prestart", "-debug"}, {.command = "prestart"}},
    {{"-debug", "prestart"}, {.debug = true, .command = "prestart"}},
    {{"--debug=1", "prestart"}, {.debug = true, .command = "prestart"}},
    {{"--debug=F", "prestart"}, {.command = "prestart"}},
    {{"-debug", "-debug=false"}, {.command = NULL}},
    {{"-config", "/c", "prestart"}, {.config = "/c", .command = "prestart"}},
    {{"-config", "-debug", "x"}, {.config = "-debug", .command = "x"}},
    {{"--config=/a=b", "x"}, {.config = "/a=b", .command = "x"}},
    {{"-config=", "x"}, {.config = "", .command = "x"}},
    {{"-config", "a", "-config", "b"}, {.config = "b"}},
    {{"--", "-debug"}, {.command = "-debug"}},
    {{"-debug", "--", "x"}, {.debug = true, .command = "x"}},
    {{"-", "-debug"}, {.command = "-"}},
    {{"", "-debug"}, {.command = ""}},
    {{"-version"}, {.version = true}},
    {{"-h"}, {.help = true}},
    {{"--help"}, {.help = true}},
};

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static int parse(const char *const *words, struct prestart_args *args, struct cdi_error *err)
{
    char *argv[WORDS + 2] = {strdup("hook")};
    int argc = 1, r;

    for (; argc <= WORDS && words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    r = prestart_args_parse(argc, argv, args, err);
    free(argv[0]);
    return r;
}

Test(prestart_args, good)
{
    struct prestart_args args;

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        const struct prestart_args *want = &good[i].args;

        cr_assert_eq(parse(good[i].words, &args, NULL), 0, "case %zu", i);
        cr_expect(same(args.config, want->config) && same(args.command, want->command), "case %zu",
                  i);
        cr_expect(args.debug == want->debug && args.version == want->version &&
                      args.help == want->help,
                  "case %zu", i);
    }
    cr_assert_eq(prestart_args_parse(0, NULL, &args, NULL), 0, "no argv[0]");
    cr_expect_null(args.command);
}

Test(prestart_args, bad)
{
    static const char *const bad[][WORDS] = {
        {"-unknown"}, {"---debug"},       {"-debugx"}, {"-=x"},
        {"-config"},  {"-debug=perhaps"}, {"-debug="}, {"-DEBUG"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct prestart_args args;

        cr_expect_eq(parse(bad[i], &args, &err), -CDI_ERR_USAGE, "%s", bad[i][0]);
        cr_expect_not_null(err.message, "%s", bad[i][0]);
    }
}
