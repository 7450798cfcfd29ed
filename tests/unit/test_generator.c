/* SPDX-License-Identifier: Apache-2.0 */
/* The words and the environment of the child; tests of modes run one. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "runtime/generator.h"
#include "tests/unit/tmpdir.h"

static struct arena *arena;
static struct config config;
static struct logger logger;
static struct args args;
static struct generator generator;
static char *const *words, *const *env;

static void setup(void)
{
    arena = arena_new();
    config_defaults(&config);
    config.ctk_path = "/opt/hook";
    config.csv_dir = tmpdir_new();
    args = (struct args){.log = tmpdir_path(config.csv_dir, "log")};
    logger_init(&logger, &args, NULL);
    generator = (struct generator){
        .config = &config, .logger = &logger, .arena = arena, .program = "/opt/cdikit"};
}

static void teardown(void)
{
    logger_close(&logger);
    arena_free(arena);
}

TestSuite(generator, .init = setup, .fini = teardown);

static void command(const struct generator_request *request, const char *const *environment)
{
    static const char *const none[] = {NULL};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(generator_command(&generator, request,
                                   (char *const *)(uintptr_t)(environment ? environment : none),
                                   &words, &env, &err),
                 0, "%s", err.message);
}

/* All words of the command line that begin so, with a blank between them. */
static void expect_words(const char *start, const char *want)
{
    _cleanup_strbuf_ struct strbuf found = STRBUF_INIT;

    for (size_t i = 0; words[i]; i++)
        if (strncmp(words[i], start, strlen(start)) == 0)
            strbuf_printf(&found, "%s%s", found.len ? " " : "", words[i]);
    cr_expect_str_eq(found.s ? found.s : "", want);
}

#define IDS(...)                                                              \
    {                                                                         \
        (const char *const[]){__VA_ARGS__},                                   \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *) \
    }

Test(generator, defaults)
{
    static const char *const want[] = {
        "/opt/cdikit",     "cdi",
        "generate",        "--mode=nvml",
        "--format=yaml",   "--vendor=runtime.nvidia.com",
        "--class=gpu",     "--device-name-strategy=index",
        "--no-all-device", "--nvidia-cdi-hook-path=/opt/hook",
        "--driver-root=",
    };
    size_t n = 0;

    command(&(struct generator_request){.mode = "nvml"}, NULL);
    while (words[n])
        n++;
    cr_expect_eq(n, ARRAY_SIZE(want));
    for (size_t i = 0; i < ARRAY_SIZE(want); i++)
        expect_words(want[i], want[i]);
    cr_expect_str_eq(words[0], want[0]);
    cr_expect_str_eq(words[1], want[1]);
    cr_expect_str_eq(words[2], want[2]);
    cr_expect_null(env[0]);
}

Test(generator, ids)
{
    const struct generator_request request = {.mode = "auto", .ids = IDS("0", "GPU-1", "1:0")};

    command(&request, NULL);
    expect_words("--device-id", "--device-id=0 --device-id=GPU-1 --device-id=1:0");
}

/* What a container asks for can be no option and no other word. */
Test(generator, odd_ids)
{
    static const char *const odd[] = {"--help", "-v", "a b", "$(id)", "'", "a\nb", "=", "\xff", ""};
    const struct generator_request request = {.mode = "auto", .ids = {odd, ARRAY_SIZE(odd)}};
    size_t n = 0;

    command(&request, NULL);
    for (size_t i = 0; words[i]; i++) {
        if (strncmp(words[i], "--device-id=", 12) != 0)
            continue;
        cr_assert_lt(n, ARRAY_SIZE(odd));
        cr_expect_str_eq(words[i] + 12, odd[n++]);
    }
    cr_expect_eq(n, ARRAY_SIZE(odd));
}

Test(generator, configuration)
{
    static const char *const flags[] = {"disable-nvsandboxutils", "enable-coherent-annotations"};
    static const char *const hooks[] = {"chmod", "create-symlinks"};

    config.cli.root = "/run/nvidia/driver";
    config.jit_feature_flags = (struct config_list){flags, 2};
    config.jit_disable_hooks = (struct config_list){hooks, 2};
    config.csv_compat_root = "/usr/local/cuda/compat_x";
    command(&(struct generator_request){.mode = "auto"}, NULL);
    expect_words("--driver-root", "--driver-root=/run/nvidia/driver");
    expect_words("--feature-flag", "--feature-flag=disable-nvsandboxutils "
                                   "--feature-flag=enable-coherent-annotations");
    expect_words("--disable-hook", "--disable-hook=chmod --disable-hook=create-symlinks");
    expect_words("--csv.compat", "--csv.compat-container-root=/usr/local/cuda/compat_x");
    config.features.no_additional_gids_for_device_nodes = true;
    config.jit_feature_flags.n = 0;
    command(&(struct generator_request){.mode = "csv"}, NULL);
    expect_words("--feature-flag", "--feature-flag=no-additional-gids-for-device-nodes");
    expect_words("--csv.compat", "--csv.compat-container-root=/usr/local/cuda/compat_x");
    command(&(struct generator_request){.mode = "gds"}, NULL);
    expect_words("--csv", "");
}

static void write_csv_files(void)
{
    static const char *const names[] = {
        "l4t.csv",     "devices.csv", "drivers.csv", "a extra.csv",     "UPPER.CSV",
        "DEVICES.CSV", ".csv",        "README",      "drivers.csv.bak", "csv"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        tmpdir_write(config.csv_dir, names[i], "");
}

/* The names of the files, in the order of the words. */
static void expect_csv(const char *want)
{
    _cleanup_strbuf_ struct strbuf found = STRBUF_INIT;

    for (size_t i = 0; words[i]; i++) {
        if (strncmp(words[i], "--csv.file=", 11) != 0)
            continue;
        cr_expect_eq(strncmp(words[i] + 11, config.csv_dir, strlen(config.csv_dir)), 0);
        strbuf_printf(&found, "%s|", strrchr(words[i], '/') + 1);
    }
    cr_expect_str_eq(found.s ? found.s : "", want);
}

Test(generator, csv_files)
{
    static const char *const modes[] = {"csv", "auto"};

    write_csv_files();
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        command(&(struct generator_request){.mode = modes[i]}, NULL);
        expect_csv("devices.csv|drivers.csv|l4t.csv|");
        command(&(struct generator_request){.mode = modes[i], .csv_all = true}, NULL);
        expect_csv("DEVICES.CSV|UPPER.CSV|a extra.csv|devices.csv|drivers.csv|l4t.csv|");
    }
    command(&(struct generator_request){.mode = "imex", .csv_all = true}, NULL);
    expect_csv("");
}

/* A warning, where it has to be there: on Tegra systems. */
Test(generator, csv_directory_that_cannot_be_read)
{
    const char *dir = config.csv_dir, *const dirs[] = {"/none/csv", tmpdir_path(dir, "file")};

    tmpdir_write(dir, "file", "");
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        _cleanup_free_ char *silence = NULL, *log = NULL;

        (void)unlink(tmpdir_path(dir, "log"));
        config.csv_dir = dirs[i];
        command(&(struct generator_request){.mode = "auto"}, NULL);
        expect_words("--csv", "");
        silence = tmpdir_read(dir, "log");
        cr_expect_null(silence, "%s", silence);
        command(&(struct generator_request){.mode = "csv"}, NULL);
        expect_words("--csv", "");
        log = tmpdir_read(dir, "log");
        cr_expect(log && strstr(log, "level=warning") && strstr(log, dirs[i]), "%s", log);
        logger_close(&logger);
        logger_init(&logger, &args, NULL);
    }
}

/* No code comes in by it, no other numbering of GPUs, no options; all else does. */
Test(generator, environment)
{
    static const char *const kept[] = {
        "PATH=/bin",
        "NVIDIA_CTKX=1",
        "HOME=/root",
        "XNVIDIA_CTK_A=1",
        "LD_LIBRARY_PATH=/l",
        "LANG=C",
        "LC_ALL=C",
        "TMPDIR=/t",
        "XDG_DATA_DIRS=/x",
        "LD_PRELOADED=1",
        "NOTIFY_SOCKETS=1",
        "OCI_A=1",
        "=odd",
        "odd",
    };
    static const char *const not_kept[] = {
        "NVIDIA_CTK_CDI_GENERATE_MODE=x",
        "NVIDIA_CTK_DEBUG",
        "NVIDIA_CTK_CONFIG_FILE_PATH=/c",
        "LD_PRELOAD=/e.so",
        "LD_AUDIT=/e.so",
        "LD_DEBUG=all",
        "GLIBC_TUNABLES=a",
        "GCONV_PATH=/g",
        "CUDA_VISIBLE_DEVICES=1",
        "CUDA_DEVICE_ORDER=PCI_BUS_ID",
        "NOTIFY_SOCKET=/n",
        "LISTEN_FDS=1",
        "LISTEN_PID=1",
        "_OCI_SYNCPIPE=3",
        "MALLOC_PERTURB_=1",
        "LD_PRELOAD",
    };
    const char *given[ARRAY_SIZE(kept) + ARRAY_SIZE(not_kept) + 1];
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(kept) || i < ARRAY_SIZE(not_kept); i++) {
        if (i < ARRAY_SIZE(kept))
            given[n++] = kept[i];
        if (i < ARRAY_SIZE(not_kept))
            given[n++] = not_kept[i];
    }
    given[n] = NULL;
    command(&(struct generator_request){.mode = "auto"}, given);
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
        cr_assert_str_eq(env[i] ? env[i] : "(end)", kept[i]);
    cr_expect_null(env[ARRAY_SIZE(kept)]);
}

static void script(const char *text)
{
    const char *path = tmpdir_path(config.csv_dir, "cdikit");

    tmpdir_write(config.csv_dir, "cdikit", text);
    cr_assert_eq(chmod(path, 0755), 0);
    generator.program = arena_strdup(arena, path);
}

static const struct {
    const char *script;
    enum cdi_errc code;
    const char *says;
} failures[] = {
    {"#!/bin/sh\necho 'cdikit: warning' >&2; echo 'cdikit: no GPU 7 here' >&2; exit 1\n",
     CDI_ERR_NOTFOUND, "mode auto: cdikit: no GPU 7 here"},
    {"#!/bin/sh\necho 'cdikit: wrong' >&2; exit 2\n", CDI_ERR_INVALID, "mode auto: cdikit: wrong"},
    {"#!/bin/sh\necho \"cdikit: wrong\nTry 'cdikit --help'.\" >&2; exit 2\n", CDI_ERR_INVALID,
     "mode auto: cdikit: wrong"},
    {"#!/bin/sh\necho \"Try 'cdikit --help'.\" >&2; exit 2\n", CDI_ERR_INVALID, "mode auto: "},
    {"#!/bin/sh\nexit 3\n", CDI_ERR_INVALID, "silence"},
    {"#!/bin/sh\nkill -SEGV $$\n", CDI_ERR_INVALID, "/cdikit was ended by signal 11 ("},
    {"#!/bin/sh\necho 'about to' >&2; kill -SEGV $$\n", CDI_ERR_INVALID, "said: about to"},
    {"#!/bin/sh\nexit 139\n", CDI_ERR_INVALID, "silence"},
    {"#!/none/interpreter\n", CDI_ERR_IO, "cannot run"},
    {"#!/bin/sh\necho 'cdiVersion: 0.6.0\n", CDI_ERR_INVALID, "mode auto"},
    {"#!/bin/sh\necho 'kind: [\n'", CDI_ERR_SYNTAX, "the generated document"},
};

Test(generator, failures)
{
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_spec *spec = NULL;
        char message[512];
        int r;

        script(failures[i].script);
        r = generator_run(&generator, &(struct generator_request){.mode = "auto"}, &spec, &err);
        (void)cdi_error_format(&err, message, sizeof message);
        cr_expect_eq(r, -(int)failures[i].code, "%zu: %s", i, message);
        cr_expect(strstr(message, failures[i].says), "%zu: %s", i, message);
        cr_expect_null(spec);
    }
}

#define DOCUMENT                                                                         \
    "echo '{\"cdiVersion\":\"0.6.0\",\"kind\":\"runtime.nvidia.com/gpu\",\"devices\":[{" \
    "\"name\":\"0\",\"containerEdits\":{\"env\":[\"A=b\"]}}]}'\n"

/* What is left out is told to who reads warnings; what else it says, to who reads everything. */
Test(generator, messages)
{
    static const struct {
        const char *script, *level;
    } cases[] = {
        {"#!/bin/sh\n" DOCUMENT "echo said >&2\nexit 0\n", "level=debug msg=said"},
        {"#!/bin/sh\n" DOCUMENT "echo said >&2\nexit 4\n", "level=warning msg=said"},
        {"#!/bin/sh\n" DOCUMENT "echo 'c: warning: said' >&2\n",
         "level=warning msg=\"c: warning: said\""},
    };

    args.debug = true;
    logger_init(&logger, &args, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *log = NULL;
        struct cdi_spec *spec = NULL;

        script(cases[i].script);
        cr_assert_eq(
            generator_run(&generator, &(struct generator_request){.mode = "auto"}, &spec, &err), 0,
            "%s", err.message);
        cr_expect_eq(spec->n_devices, 1);
        cdi_spec_free(spec);
        log = tmpdir_read(config.csv_dir, "log");
        cr_expect(log && strstr(log, cases[i].level), "%zu: %s", i, log);
    }
}

/* What a child said before it failed is not lost; no line is told twice. */
Test(generator, messages_of_a_failure)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *log = NULL;
    struct cdi_spec *spec = NULL;

    script("#!/bin/sh\necho 'the reason' >&2; echo >&2; echo 'more of it' >&2; echo end >&2; exit "
           "2\n");
    cr_assert_lt(
        generator_run(&generator, &(struct generator_request){.mode = "auto"}, &spec, &err), 0);
    cr_expect_str_eq(err.message, "cannot generate the devices of mode auto: end");
    log = tmpdir_read(config.csv_dir, "log");
    cr_assert_not_null(log);
    cr_expect(strstr(log, "level=warning msg=\"the reason\""), "%s", log);
    cr_expect(strstr(log, "level=warning msg=\"more of it\""), "%s", log);
    cr_expect_null(strstr(log, "msg=end"), "%s", log);
}

/* NVIDIA's program lacks commands and modes that cdikit has. */
Test(generator, another_program)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec = NULL;
    const char *path = tmpdir_path(config.csv_dir, "nvidia-ctk");

    tmpdir_write(config.csv_dir, "nvidia-ctk", "#!/bin/sh\necho 'invalid mode' >&2; exit 1\n");
    cr_assert_eq(chmod(path, 0755), 0);
    generator.program = path;
    cr_assert_lt(
        generator_run(&generator, &(struct generator_request){.mode = "graphics"}, &spec, &err), 0);
    cr_expect(strstr(err.message, "invalid mode") && strstr(err.message, "install cdikit"), "%s",
              err.message);
}

static const struct {
    const char *script;
    enum cdi_errc code;
    const char *says;
} facts_failures[] = {
    {"#!/bin/sh\necho 'cdikit: no driver' >&2; exit 1\n", CDI_ERR_NOTFOUND,
     "what the driver of this machine is: cdikit: no driver"},
    {"#!/bin/sh\necho cuda 12.8; kill -SEGV $$\n", CDI_ERR_INVALID, "signal 11 ("},
    {"#!/bin/sh\necho 'No help topic' >&2; exit 3\n", CDI_ERR_INVALID, "No help topic"},
    {"#!/none/interpreter\n", CDI_ERR_IO, "cannot run"},
};

/* A machine of which nothing can be known is not one that has nothing. */
Test(generator, facts_failures)
{
    for (size_t i = 0; i < ARRAY_SIZE(facts_failures); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct require_facts facts;
        char message[512];

        script(facts_failures[i].script);
        cr_expect_eq(generator_facts(&generator, &facts, &err), -(int)facts_failures[i].code, "%zu",
                     i);
        (void)cdi_error_format(&err, message, sizeof message);
        cr_expect(strstr(message, facts_failures[i].says), "%zu: %s", i, message);
    }
}

static const struct {
    const char *script, *cuda, *arch, *driver;
} facts_cases[] = {
    {"#!/bin/sh\necho cuda 12.8\necho arch 8.7\necho driver 570.1\n", "12.8", "8.7", "570.1"},
    {"#!/bin/sh\necho driver 570.1\n", NULL, NULL, "570.1"},
    {"#!/bin/sh\nprintf 'cudax 1\\narch 9.0'\n", NULL, "9.0", NULL},
    {"#!/bin/sh\n", NULL, NULL, NULL},
    {"#!/bin/sh\n[ \"$*\" != 'cdi facts --driver-root=/d' ] || echo cuda 1.0\n", "1.0", NULL, NULL},
};

static void expect_fact(size_t i, const char *is, const char *want)
{
    cr_expect((is && want) ? strcmp(is, want) == 0 : is == want, "%zu: %s", i, is ? is : "-");
}

Test(generator, facts)
{
    config.cli.root = "/d";
    for (size_t i = 0; i < ARRAY_SIZE(facts_cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct require_facts facts;

        script(facts_cases[i].script);
        cr_assert_eq(generator_facts(&generator, &facts, &err), 0, "%s", err.message);
        expect_fact(i, facts.cuda, facts_cases[i].cuda);
        expect_fact(i, facts.arch, facts_cases[i].arch);
        expect_fact(i, facts.driver, facts_cases[i].driver);
        cr_expect_null(facts.brand);
    }
}
