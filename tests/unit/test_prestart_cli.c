/* SPDX-License-Identifier: Apache-2.0 */
/* How nvidia-container-cli is called: arguments in the order of NVIDIA's hook, PATH, environment.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "prestart/cli.h"
#include "tests/unit/tmpdir.h"

/* The words of a list that ends with NULL, a space between them. */
static char *join(char *const *words)
{
    struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; words[i]; i++)
        strbuf_printf(&b, "%s%s", i ? " " : "", words[i]);
    return strbuf_take(&b, NULL);
}

/* What differs from a call with defaults for a container that asks for nothing. */
struct difference {
    const char *config;
    struct cli_call call;
    const char *devices[3], *channels[3], *capabilities[3], *requirements[3];
    const char *arguments;
};

static struct request_strings strings(const char *const *items)
{
    size_t n = 0;

    while (n < 3 && items[n])
        n++;
    return (struct request_strings){items, n};
}

static void expect_arguments(const struct difference *d)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_config_ struct config config;
    _cleanup_free_ char *seen = NULL;
    const char *text = d->config ? d->config : "";
    const struct request request = {.devices = strings(d->devices),
                                    .imex_channels = strings(d->channels),
                                    .requirements = strings(d->requirements)};
    struct cli_call call = d->call;
    char **argv;

    call.path = "cli";
    call.request = &request;
    call.rootfs = "/r";
    call.capabilities = strings(d->capabilities);
    cr_assert_eq(config_parse(text, strlen(text), "c", &config, NULL), 0, "%s", text);
    cr_assert_eq(cli_arguments(&config, &call, arena, &argv, NULL), 0);
    seen = join(argv);
    cr_expect_str_eq(seen, d->arguments, "%s: %s", text, seen);
}

#define COMPAT         "nvidia-container-runtime.modes.legacy.cuda-compat-mode = "
#define FROM_CONTAINER "\nfeatures.allow-cuda-compat-libs-from-container = true"
#define DEFAULT_CALL   "cli --load-kmods configure --cuda-compat-mode=ldconfig "

static const struct difference cases[] = {
    {.arguments = DEFAULT_CALL "--pid=0 /r"},
    {.config = "nvidia-container-cli.root = '/d'",
     .arguments = "cli --root=/d --load-kmods configure --cuda-compat-mode=ldconfig --pid=0 /r"},
    {.config = "nvidia-container-cli.load-kmods = false",
     .arguments = "cli configure --cuda-compat-mode=ldconfig --pid=0 /r"},
    {.config =
         "features.disable-imex-channel-creation = true\nnvidia-container-cli.no-pivot = true",
     .arguments = "cli --load-kmods --no-create-imex-channels --no-pivot configure "
                  "--cuda-compat-mode=ldconfig --pid=0 /r"},
    {.config = "nvidia-container-cli.debug = '/log'\nnvidia-container-cli.ldcache = '/c'",
     .arguments = "cli --load-kmods --debug=/log --ldcache=/c configure "
                  "--cuda-compat-mode=ldconfig --pid=0 /r"},
    {.config = "nvidia-container-cli.debug = '/log'",
     .call = {.debug = true},
     .arguments = "cli --load-kmods --debug=/dev/stderr configure --cuda-compat-mode=ldconfig "
                  "--pid=0 /r"},
    {.call = {.user = "u", .ldconfig = "@/l", .mig_config = "all", .mig_monitor = "0", .pid = 42},
     .arguments = "cli --load-kmods --user=u configure --cuda-compat-mode=ldconfig "
                  "--ldconfig=@/l --mig-config=all --mig-monitor=0 --pid=42 /r"},
    {.call = {.user = "", .ldconfig = "", .mig_config = "", .mig_monitor = ""},
     .arguments = DEFAULT_CALL "--pid=0 /r"},
    {.config = "nvidia-container-cli.no-cgroups = true",
     .arguments = DEFAULT_CALL "--no-cgroups --pid=0 /r"},
    {.devices = {"0", "GPU-1"}, .arguments = DEFAULT_CALL "--device=0,GPU-1 --pid=0 /r"},
    {.devices = {""}, .arguments = DEFAULT_CALL "--pid=0 /r"}, /* none */
    {.channels = {"3", "4"}, .arguments = DEFAULT_CALL "--imex-channel=3,4 --pid=0 /r"},
    {.capabilities = {"compute", "utility"},
     .arguments = DEFAULT_CALL "--compute --utility --pid=0 /r"},
    {.requirements = {"cuda>=12 brand=x", "driver>1"},
     .arguments = DEFAULT_CALL "--require=cuda>=12 brand=x --require=driver>1 --pid=0 /r"},
    {.config = COMPAT "'mount'",
     .arguments = "cli --load-kmods configure --cuda-compat-mode=mount --pid=0 /r"},
    {.config = COMPAT "'hook'",
     .arguments = "cli --load-kmods configure --cuda-compat-mode=disabled --pid=0 /r"},
    {.config = COMPAT "'disabled'" FROM_CONTAINER,
     .arguments = "cli --load-kmods configure --cuda-compat-mode=disabled --pid=0 /r"},
    {.config = COMPAT "'other'",
     .arguments = "cli --load-kmods configure --cuda-compat-mode=disabled --pid=0 /r"},
    {.config = COMPAT "''",
     .arguments = "cli --load-kmods configure --cuda-compat-mode=disabled --pid=0 /r"},
    {.config = COMPAT "'other'" FROM_CONTAINER,
     .arguments = "cli --load-kmods configure --pid=0 /r"},
};

Test(prestart_cli, arguments)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        expect_arguments(&cases[i]);
}

/* Adds a text with the directory in place of "%". */
static void put_dir(struct strbuf *b, const char *text, const char *dir)
{
    size_t len = strcspn(text, "%");

    strbuf_add(b, text, len);
    strbuf_printf(b, "%s%s", text[len] ? dir : "", text[len] ? text + len + 1 : "");
}

/* Where there is a file with ".real" that is the program; a path without '@' is left alone. */
Test(prestart_cli, ldconfig)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char *dir = tmpdir_new(), *seen;
    static const struct {
        const char *before, *after;
    } files[] = {
        {"@%/wrapped", "@%/wrapped.real"},
        {"@%/wrapped.real", "@%/wrapped.real"},
        {"@%/plain", "@%/plain"},
        {"@%/plain.real", "@%/plain"},
        {"%/wrapped", "%/wrapped"},
        {"%/plain.real", "%/plain.real"},
        {"@%/plain.real.real", "@%/plain.real"},
        {"", ""},
    };

    tmpdir_write(dir, "wrapped", "");
    tmpdir_write(dir, "wrapped.real", "");
    tmpdir_write(dir, "plain", "");
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_strbuf_ struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;

        put_dir(&before, files[i].before, dir);
        put_dir(&after, files[i].after, dir);
        cr_assert_eq(cli_ldconfig(before.s, arena, &seen, NULL), 0);
        cr_expect_str_eq(seen, after.s);
    }
}

Test(prestart_cli, search_path)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    static const struct {
        const char *root, *path, *expected;
    } paths[] = {
        {"", NULL, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"/", "", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"", "/a:/sbin", "/a:/sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/bin"},
        {"", ":rel::/usr/bin:.", "/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin"},
        {"/r", "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/x",
         "/r/bin:/r/sbin:/r/usr/bin:/r/usr/sbin:/r/usr/local/bin:/r/usr/local/sbin:/r/x:"
         "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/x"},
        {"/r", NULL,
         "/r/usr/local/sbin:/r/usr/local/bin:/r/usr/sbin:/r/usr/bin:/r/sbin:/r/bin:"
         "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        const char *seen;

        cr_assert_eq(cli_search_path(paths[i].root, paths[i].path, arena, &seen, NULL), 0);
        cr_expect_str_eq(seen, paths[i].expected);
    }
}

/* What the configuration says counts; it is found where getenv(3) looks, once. */
Test(prestart_cli, environment)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    char a[] = "A=1", path[] = "PATH=/old", ab[] = "AB=2", odd[] = "odd";
    char *const old[] = {a, path, ab, odd, NULL};
    static const char *const items[] = {"A=3", "B=4", "no-variable"}, *const own[] = {"PATH=/own"};
    static const struct {
        struct config_list added;
        const char *path, *expected;
    } lists[] = {
        {{NULL, 0}, NULL, "A=1 PATH=/old AB=2 odd"},
        {{NULL, 0}, "/new", "A=1 AB=2 odd PATH=/new"},
        {{items, 3}, NULL, "PATH=/old AB=2 odd A=3 B=4 no-variable"},
        {{own, 1}, "/new", "A=1 AB=2 odd PATH=/own"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        _cleanup_free_ char *seen = NULL;
        char **out;

        cr_assert_eq(cli_environment(old, &lists[i].added, lists[i].path, arena, &out, NULL), 0);
        seen = join(out);
        cr_expect_str_eq(seen, lists[i].expected);
    }
}
