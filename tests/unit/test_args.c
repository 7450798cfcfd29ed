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
    const char *words; /* separated by blanks; '_' is an empty word */
    const char *command, *bundle, *log;
    const char *flags; /* j: json log, d: debug, v: version, !: a value is missing */
};

static const struct line lines[] = {
    /* engines */
    {"--root /run/containerd/runc/k8s.io --log /t/log.json --log-format json --systemd-cgroup "
     "create "
     "--bundle /t --pid-file /t/init.pid --console-socket /s c1",
     "create", "/t", "/t/log.json", "j"},
    {"--root /r --log /l --log-format json exec --process /p --detach --pid-file /f c1", "exec", 0,
     "/l", "j"},
    {"--log-format=json --log /u/oci-log create --bundle /u --pid-file /u/pidfile c1", "create",
     "/u", "/u/oci-log", "j"},
    {"--systemd-cgroup --root=/r create --bundle /b --pid-file /b/pidfile --no-pivot c1", "create",
     "/b", 0, ""},
    {"--cgroup-manager systemd create -b /b c1", "create", "/b", 0, ""},
    {"--criu /usr/bin/criu --rootless auto create --bundle /b --preserve-fds 3 c", "create", "/b",
     0, ""},
    {"--version", 0, 0, 0, "v"},
    {"features", "features", 0, 0, ""},
    {"--debug --log /l delete --force c", "delete", 0, "/l", "d"},
    /* where the bundle is */
    {"create --bundle D c", "create", "D", 0, ""},
    {"--bundle D create c", "create", "D", 0, ""},
    {"create c --bundle D", "create", "D", 0, ""},
    {"create c ---bundle D", "create", "D", 0, ""},
    {"create -bundle=D c", "create", "D", 0, ""},
    {"create -b=/foo/=bar c", "create", "/foo/=bar", 0, ""},
    {"create --b D c", "create", "D", 0, ""},
    {"create -bD c", "create", "D", 0, ""},
    {"create --bun D c", "create", "D", 0, ""},
    {"create --bundle= c", "create", "", 0, ""},
    {"create --bundle _ c", "create", "", 0, ""},
    {"create -b X -b D c", "create", "D", 0, ""},
    {"create c", "create", 0, 0, ""},
    {"create --not-bundle /foo c", "create", 0, 0, ""},
    {"create --bundle -x c", "create", "-x", 0, ""},
    {"create --pid-file --bundle c", "create", 0, 0, ""},
    {"create --pid-file=--bundle -b D c", "create", "D", 0, ""},
    {"create -- c --bundle D", "create", 0, 0, ""},
    {"create --no-pivot=true --no-new-keyring -b D c", "create", "D", 0, ""},
    {"create --bundle", "create", 0, 0, "!"},
    {"create c -b", "create", 0, 0, "!"},
    /* what is a create */
    {"-b create create c", "create", "create", 0, ""},
    {"-b=create create c", "create", "create", 0, ""},
    {"--bundle --bundle create c", "create", "--bundle", 0, ""},
    {"-b create c", "c", "create", 0, ""},
    {"-b create", 0, "create", 0, ""},
    {"--bundle create", 0, "create", 0, ""},
    {"-- create -b D c", "create", "D", 0, ""},
    {"CREATE c", "CREATE", 0, 0, ""},
    {"run -b D c", "run", 0, 0, ""},
    {"restore --bundle D create", "restore", 0, 0, ""},
    {"delete create", "delete", 0, 0, ""},
    {"kill create 9", "kill", 0, 0, ""},
    {"exec create ls", "exec", 0, 0, ""},
    {"--root create state c", "state", 0, 0, ""},
    {"--root=create create create", "create", 0, 0, ""},
    {"--log create create -b D create", "create", "D", "create", ""},
    {"_ create", "", 0, 0, ""},
    {"- create", "-", 0, 0, ""},
    {"", 0, 0, 0, ""},
    {"--", 0, 0, 0, ""},
    /* global options have their place, and their values */
    {"exec c prog --version", "exec", 0, 0, ""},
    {"exec --debug c", "exec", 0, 0, ""},
    {"exec c sh --log /x --log-format json", "exec", 0, 0, ""},
    {"create -b D c --version --debug", "create", "D", 0, ""},
    {"--debug=false state c", "state", 0, 0, ""},
    {"--debug=1 state c", "state", 0, 0, "d"},
    {"-debug state c", "state", 0, 0, "d"},
    {"--debug --debug=F state c", "state", 0, 0, ""},
    {"--version=false state c", "state", 0, 0, ""},
    {"-v", 0, 0, 0, "v"},
    {"-V", 0, 0, 0, "v"},
    {"--root --version state c", "state", 0, 0, ""},
    {"--log=/a=b -log /c state c", "state", 0, "/c", ""},
    {"--log-format JSON state c", "state", 0, 0, ""},
    {"--log-format json --log-format=text state c", "state", 0, 0, ""},
    {"--log", 0, 0, 0, "!"},
    /* options that nobody has told us of */
    {"--new create -b D c", "create", "D", 0, ""},
    {"--new value create -b D c", "create", "D", 0, ""},
    {"--new=value create -b D c", "create", "D", 0, ""},
    {"--new --debug create -b D c", "create", "D", 0, "d"},
    {"create --new value -b D c", "create", "D", 0, ""},
};

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Splits into `copy`, to which the result points. */
static struct args parse(const char *words, char copy[static 512])
{
    char *argv[32] = {(char[]){"create"}}, *rest = copy;
    int argc = 1;

    (void)snprintf(copy, 512, "%s", words);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = strcmp(word, "_") == 0 ? word + 1 : word;
    return args_parse(argc, argv);
}

Test(args, lines)
{
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        const struct line *line = &lines[i];
        char copy[512], flags[5];
        struct args args = parse(line->words, copy);

        (void)snprintf(flags, sizeof flags, "%s%s%s%s", args.log_format == LOG_JSON ? "j" : "",
                       args.debug ? "d" : "", args.version ? "v" : "", args.valueless ? "!" : "");
        cr_expect(same(args.command, line->command), "%s: command %s", line->words, args.command);
        cr_expect(same(args.bundle, line->bundle), "%s: bundle %s", line->words, args.bundle);
        cr_expect(same(args.log, line->log), "%s: log %s", line->words, args.log);
        cr_expect_str_eq(flags, line->flags, "%s: flags %s", line->words, flags);
        cr_expect_eq(args_is_create(&args), same(line->command, "create"), "%s", line->words);
    }
}

Test(args, no_words)
{
    struct args args = args_parse(0, (char *[]){NULL});

    cr_expect_null(args.command);
    cr_expect_not(args_is_create(&args));
}

Test(args, root_and_config)
{
    char copy[512];
    struct args args = parse("--root /r create -f /c.json c", copy);

    cr_expect_str_eq(args.root, "/r");
    cr_expect_str_eq(args.config, "/c.json");
}
