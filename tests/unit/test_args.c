/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines of engines, of people, and of the tests of the tools that cdikit replaces.
 * What runc and crun make of them is in their own help texts.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "runtime/args.h"

struct line {
    const char *words;  /* separated by blanks; '_' is an empty word */
    const char *bundle; /* "-" for no create */
    const char *command, *log;
    const char *flags; /* j: json log, d: debug, v: version */
};

/* What runc and crun understand in the same way; tests/e2e/commandline.sh asks them. */
static const struct line both[] = {
    /* engines */
    {"--root /run/containerd/runc/k8s.io --log /t/log.json --log-format json --systemd-cgroup "
     "create --bundle /t --pid-file /t/init.pid --console-socket /s c1",
     "/t", "create", "/t/log.json", "j"},
    {"--root /r --log /l --log-format json exec --process /p --detach --pid-file /f c1", "-",
     "exec", "/l", "j"},
    {"--log-format=json --log /u/oci-log create --bundle /u --pid-file /u/pidfile c1", "/u",
     "create", "/u/oci-log", "j"},
    {"--systemd-cgroup --root=/r create --bundle /b --pid-file /b/pidfile --no-pivot c1", "/b",
     "create", 0, ""},
    {"--debug --root /r create --bundle /b --pid-file /p --no-pivot --no-new-keyring "
     "--preserve-fds 3 c",
     "/b", "create", 0, "d"},
    {"--version", "-", 0, 0, "v"},
    {"features", "-", "features", 0, ""},
    {"--debug --log /l delete --force c", "-", "delete", "/l", "d"},
    /* where the bundle is */
    {"create --bundle D c", "D", "create", 0, ""},
    {"create --bundle=D c", "D", "create", 0, ""},
    {"create -b D c", "D", "create", 0, ""},
    {"create --b D c", "D", "create", 0, ""},
    {"create -b X -b D c", "D", "create", 0, ""},
    {"create c", 0, "create", 0, ""},
    {"create --bundle -x c", "-x", "create", 0, ""},
    {"create --bundle create create", "create", "create", 0, ""},
    {"create -b D -- c", "D", "create", 0, ""},
    {"create -b D -", "D", "create", 0, ""},
    /* every option with a value takes the next word, whatever that looks like */
    {"create --pid-file --bundle -b D c", "D", "create", 0, ""},
    {"create --pid-file=--bundle -b D c", "D", "create", 0, ""},
    {"create --console-socket -b -b D c", "D", "create", 0, ""},
    {"create --console-socket create -b D c", "D", "create", 0, ""},
    {"create --preserve-fds --help -b D c", "D", "create", 0, ""},
    {"create --pidfd-socket create -b D c", "D", "create", 0, ""},
    {"create --pidfd-socket -x -b D c", "D", "create", 0, ""},
    {"create --no-pivot --no-new-keyring -b D c", "D", "create", 0, ""},
    {"--root create state c", "-", "state", 0, ""},
    {"--root --version state c", "-", "state", 0, ""},
    {"--root=create create create", 0, "create", 0, ""},
    {"--log create create -b D create", "D", "create", "create", ""},
    {"--log-level create create -b D c", "D", "create", 0, ""},
    {"--log-level --help create -b D c", "D", "create", 0, ""},
    {"--rootless create create -b D c", "D", "create", 0, ""},
    {"--cgroup-manager create create -b D c", "D", "create", 0, ""},
    {"--criu create create -b D c", "D", "create", 0, ""},
    /* a switch does not */
    {"--systemd-cgroup create -b D c", "D", "create", 0, ""},
    {"--debug create -b D c", "D", "create", 0, "d"},
    /* what is a create */
    {"-- create -b D c", "D", "create", 0, ""},
    {"--debug -- create -b D c", "D", "create", 0, "d"},
    {"-- --debug create c", "-", "--debug", 0, ""},
    {"CREATE c", "-", "CREATE", 0, ""},
    {"run -b D c", "-", "run", 0, ""},
    {"restore --bundle D create", "-", "restore", 0, ""},
    {"delete create", "-", "delete", 0, ""},
    {"kill create 9", "-", "kill", 0, ""},
    {"exec create ls", "-", "exec", 0, ""},
    {"_ create", "-", "", 0, ""},
    {"- create", "-", "-", 0, ""},
    {"", "-", 0, 0, ""},
    {"--", "-", 0, 0, ""},
    /* nothing is created */
    {"--help create -b D c", "-", "create", 0, ""},
    {"-h create -b D c", "-", "create", 0, ""},
    {"-? create -b D c", "-", "create", 0, ""},
    {"--usage create -b D c", "-", "create", 0, ""},
    {"--version create -b D c", "-", "create", 0, "v"},
    {"-v create -b D c", "-", "create", 0, "v"},
    {"create --help -b D c", "-", "create", 0, ""},
    {"create -h -b D c", "-", "create", 0, ""},
    {"create -? -b D c", "-", "create", 0, ""},
    {"create --usage -b D c", "-", "create", 0, ""},
    {"create --version -b D c", "-", "create", 0, ""},
    {"create -b D", "-", "create", 0, ""},
    {"create -b D c d", "-", "create", 0, ""},
    {"create -- -b D c", "-", "create", 0, ""},
    {"create", "-", "create", 0, ""},
    {"create c --bundle", "-", "create", 0, ""},
    {"create c -b", "-", "create", 0, ""},
    {"create --bundle", "-", "create", 0, ""},
    {"create ---bundle D c", "-", "create", 0, ""},
    {"create --no-pivot c -b D", "-", "create", 0, ""},
    {"create --no-pivot=maybe -b D c", "-", "create", 0, ""},
    {"--bundle D create c", "-", "create", 0, ""},
    {"-b create create c", "-", "create", 0, ""},
    {"-b create", "-", 0, 0, ""},
    {"--log", "-", 0, 0, ""},
    /* global options have their place */
    {"exec c prog --version", "-", "exec", 0, ""},
    {"exec --debug c", "-", "exec", 0, ""},
    {"exec c sh --log /x --log-format json", "-", "exec", 0, ""},
    {"--log-format JSON state c", "-", "state", 0, ""},
    {"--log-format json --log-format=text state c", "-", "state", 0, ""},
    /* options that nobody has told us of */
    {"--new create -b D c", "D", "create", 0, ""},
    {"--new value create -b D c", "D", "create", 0, ""},
    {"--new=value create -b D c", "D", "create", 0, ""},
    {"--new --debug create -b D c", "D", "create", 0, "d"},
    {"create --new value -b D c", "D", "create", 0, ""},
    {"create --new -b D c", "D", "create", 0, ""},
};

static const struct line runc[] = {
    /* one dash or two; options also behind the id */
    {"create -b=D c", "D", "create", 0, ""},
    {"create -b=/foo/=bar c", "/foo/=bar", "create", 0, ""},
    {"create -bundle D c", "D", "create", 0, ""},
    {"create -bundle=D c", "D", "create", 0, ""},
    {"create c --bundle D", "D", "create", 0, ""},
    {"create c --no-pivot -b D", "D", "create", 0, ""},
    {"create c --preserve-fds -1 -b D", "D", "create", 0, ""},
    {"create -b D c --no-pivot", "D", "create", 0, ""},
    {"create -b D --no-pivot c", "D", "create", 0, ""},
    {"create create -b D", "D", "create", 0, ""},
    {"create c -b D --", "D", "create", 0, ""},
    {"create --bundle -- c", "--", "create", 0, ""},
    {"create c -- -b D", "-", "create", 0, ""},
    {"create c - -b D", "-", "create", 0, ""},
    {"create c -b D -- e", "-", "create", 0, ""},
    {"create --pid-file --bundle D c", "-", "create", 0, ""},
    {"create -b D c --help", "-", "create", 0, ""},
    /* a switch has a value, behind '=' alone */
    {"create --no-pivot=true -b D c", "D", "create", 0, ""},
    {"create -no-pivot=F -b D c", "D", "create", 0, ""},
    {"create --help=false -b D c", "D", "create", 0, ""},
    {"-h=false create -b D c", "D", "create", 0, ""},
    {"--systemd-cgroup=true create -b D c", "D", "create", 0, ""},
    {"--version=false create -b D c", "D", "create", 0, ""},
    {"--debug=false state c", "-", "state", 0, ""},
    {"--debug=1 state c", "-", "state", 0, "d"},
    {"-debug state c", "-", "state", 0, "d"},
    {"--debug --debug=F state c", "-", "state", 0, ""},
    {"--log=/a=b -log /c state c", "-", "state", "/c", ""},
    {"--log= create -b D c", "D", "create", "", ""},
    /* no value, the working directory */
    {"create --bundle= c", "", "create", 0, ""},
    {"create --bundle _ c", "", "create", 0, ""},
    /* words of crun, and two forms of one option */
    {"create -f x -b D c", "-", "create", 0, ""},
    {"create --config x -b D c", "-", "create", 0, ""},
    {"create --bundle X -b D c", "-", "create", 0, ""},
    {"create -=x -b D c", "-", "create", 0, ""},
    {"create --bun D c", "-", "create", 0, ""},
    {"create -bD c", "-", "create", 0, ""},
    {"create c -bD", "-", "create", 0, ""},
    {"--deb create -b D c", "-", "create", 0, ""},
};

static const struct line crun[] = {
    /* letters, and long options cut short */
    {"create -bD c", "D", "create", 0, ""},
    {"create -b=D c", "=D", "create", 0, ""},
    {"create -bundle c", "undle", "create", 0, ""},
    {"create -bundle=D c", "undle=D", "create", 0, ""},
    {"create -bundle D c", "-", "create", 0, ""},
    {"create --bun D c", "D", "create", 0, ""},
    {"create --bun=D c", "D", "create", 0, ""},
    {"create --pid X -b D c", "D", "create", 0, ""},
    {"create --console X -b D c", "D", "create", 0, ""},
    {"create --prog X -b D c", "D", "create", 0, ""},
    {"create --bundle X -b D c", "D", "create", 0, ""},
    {"create --p X -b D c", "-", "create", 0, ""},
    {"create --c X -b D c", "-", "create", 0, ""},
    {"create --no -b D c", "-", "create", 0, ""},
    {"create --h -b D c", "-", "create", 0, ""},
    {"create -?b D c", "-", "create", 0, ""},
    {"create -xb D c", "-", "create", 0, ""},
    {"create -=x -b D c", "-", "create", 0, ""},
    {"-debug create -b D c", "-", "create", 0, ""},
    {"--deb create -b D c", "D", "create", 0, "d"},
    {"--rootl create create -b D c", "D", "create", 0, ""},
    {"--c systemd create -b D c", "D", "create", 0, ""},
    {"--log-fo json create -b D c", "D", "create", 0, "j"},
    {"--lo /x create -b D c", "-", "/x", 0, ""},
    {"-V", "-", 0, 0, "v"},
    {"-vV", "-", 0, 0, "v"},
    /* the id ends the options; switches have no value; no empty path */
    {"create c --bundle D", "-", "create", 0, ""},
    {"create c -b D", "-", "create", 0, ""},
    {"create -b D c --", "-", "create", 0, ""},
    {"create --no-pivot=true -b D c", "-", "create", 0, ""},
    {"--debug=false create -b D c", "-", "create", 0, ""},
    {"--version=false create -b D c", "-", "create", 0, ""},
    {"create --bundle= c", "-", "create", 0, ""},
    {"create --config= -b D c", "-", "create", 0, ""},
};

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Splits into `copy`, to which the result points. */
static struct args parse(const char *words, enum args_grammar grammar, char copy[static 512])
{
    char *argv[32] = {(char[]){"create"}}, *rest = copy;
    int argc = 1;

    (void)snprintf(copy, 512, "%s", words);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = strcmp(word, "_") == 0 ? word + 1 : word;
    return args_parse(argc, argv, grammar);
}

static void expect(const struct line *lines, size_t n, enum args_grammar grammar)
{
    for (size_t i = 0; i < n; i++) {
        const struct line *line = &lines[i];
        bool create = !line->bundle || strcmp(line->bundle, "-") != 0;
        char copy[512], flags[5];
        struct args args = parse(line->words, grammar, copy);

        (void)snprintf(flags, sizeof flags, "%s%s%s", args.log_format == LOG_JSON ? "j" : "",
                       args.debug ? "d" : "", args.version ? "v" : "");
        cr_expect_eq(args_is_create(&args), create, "%d: %s", (int)grammar, line->words);
        cr_expect(same(args.command, line->command), "%s: command %s", line->words, args.command);
        cr_expect(!create || same(args.bundle, line->bundle), "%d: %s: bundle %s", (int)grammar,
                  line->words, args.bundle);
        cr_expect(same(args.log, line->log), "%s: log %s", line->words, args.log);
        cr_expect_str_eq(flags, line->flags, "%s: flags %s", line->words, flags);
    }
}

Test(args, both)
{
    expect(both, ARRAY_SIZE(both), ARGS_RUNC);
    expect(both, ARRAY_SIZE(both), ARGS_CRUN);
}

Test(args, runc)
{
    expect(runc, ARRAY_SIZE(runc), ARGS_RUNC);
}

Test(args, crun)
{
    expect(crun, ARRAY_SIZE(crun), ARGS_CRUN);
}

Test(args, no_words)
{
    struct args args = args_parse(0, (char *[]){NULL}, ARGS_RUNC);

    cr_expect_null(args.command);
    cr_expect_not(args_is_create(&args));
}

Test(args, config)
{
    static const char *const lines[] = {"create -f /c.json -b D c", "create -f/c.json c",
                                        "create --config /c.json c", "create --conf=/c.json c"};

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        char copy[512];
        struct args args = parse(lines[i], ARGS_CRUN, copy);

        cr_expect(args_is_create(&args), "%s", lines[i]);
        cr_expect(same(args.config, "/c.json"), "%s: %s", lines[i], args.config);
    }
}

Test(args, grammar)
{
    static const struct {
        const char *path;
        enum args_grammar grammar;
    } cases[] = {
        {"/usr/bin/runc", ARGS_RUNC},
        {"/usr/bin/crun", ARGS_CRUN},
        {"crun", ARGS_CRUN},
        {"./crun-1.20", ARGS_CRUN},
        {"/opt/crun/bin/runc", ARGS_RUNC},
        {"/usr/bin/youki", ARGS_RUNC},
        {"", ARGS_RUNC},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(args_grammar_of(cases[i].path), cases[i].grammar, "%s", cases[i].path);
}
