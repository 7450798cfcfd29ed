/* SPDX-License-Identifier: Apache-2.0 */
/* What each mode does, with a generator that notes how it is called. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "runtime/modify.h"
#include "runtime/request_rules.h"
#include "tests/unit/edits.h"
#include "tests/unit/tmpdir.h"

static const char *dir;
static struct arena *arena;
static struct config config;
static struct logger logger;
static struct args args;
static struct cdi_oci *oci;
static struct cdi_error err;

/*
 * Each document has the devices A and B, and edits in common, whose variables name the mode;
 * there is nothing of gdrcopy and nvswitch, and mofed is broken.
 */
static const char generator[] =
    "#!/bin/sh\n"
    "mode=none ids= csv=\n"
    "for word; do case $word in\n"
    "--mode=*) mode=${word#*=};;\n"
    "--device-id=*) ids=\"$ids ${word#*=}\";;\n"
    "esac; done\n"
    "cd \"${0%/*}\"\n"
    "case $2 in facts) echo facts >>calls; cat facts; exit;; esac\n"
    "echo \"$mode$ids\" >>calls\n"
    "case $mode in\n"
    "gdrcopy | nvswitch) echo \"cdikit: nothing of $mode\" >&2; exit 1;;\n"
    "mofed) echo 'cdikit: broken' >&2; exit 3;;\n"
    "esac\n"
    "case $ids in *9*) echo 'cdikit: no GPU 9' >&2; exit 1;; esac\n"
    "printf 'cdiVersion: 0.6.0\\nkind: runtime.nvidia.com/gpu\\ndevices:\\n'\n"
    "case $ids in *many*) for i in $(seq 200); do\n"
    "echo \"- {name: M$i, containerEdits: {env: [m$i=1, same=$i]}}\"; done;; esac\n"
    "cat <<END\n"
    "- {name: A, containerEdits: {env: [${mode}A=1]}}\n"
    "- {name: B, containerEdits: {env: [${mode}B=1]}}\n"
    "containerEdits: {env: [$mode=all, NVIDIA_VISIBLE_DEVICES=void]}\n"
    "END\n";

static const char spec[] = "cdiVersion: 0.6.0\n"
                           "kind: nvidia.com/gpu\n"
                           "devices:\n"
                           "- {name: '0', containerEdits: {env: [r0=registry]}}\n"
                           "- {name: '1', containerEdits: {env: [r1=registry]}}\n";

/* Devices that bring the same things as each other, and as containers have them. */
static const char clashes[] =
    "cdiVersion: 0.7.0\n"
    "kind: nvidia.com/gpu\n"
    "devices:\n"
    "- name: x\n"
    "  containerEdits:\n"
    "    env: [both=2]\n"
    "    additionalGids: [44, 45]\n"
    "    mounts: [{containerPath: /x, hostPath: /x1}, {containerPath: /a/b, hostPath: /ab}]\n"
    "    deviceNodes: [{path: /dev/x, type: c, major: 240, minor: 1}]\n"
    "    hooks: [{hookName: poststop, path: /bin/x}]\n"
    "- name: 'y'\n"
    "  containerEdits:\n"
    "    env: [both=3]\n"
    "    mounts: [{containerPath: /x, hostPath: /y1}, {containerPath: /a, hostPath: /a}]\n"
    "    deviceNodes: [{path: /dev/x, type: c, major: 240, minor: 2}]\n"
    "    hooks: [{hookName: poststop, path: /bin/x}]\n"
    "containerEdits:\n"
    "  env: [both=1]\n";

static void setup(void)
{
    static const char *dirs[1];

    dir = tmpdir_new();
    arena = arena_new();
    err = (struct cdi_error)CDI_ERROR_INIT;
    config_defaults(&config);
    config.hook_path = "/opt/nvidia-container-runtime-hook";
    dirs[0] = arena_strdup(arena, tmpdir_path(dir, "specs"));
    config.spec_dirs = (struct config_list){dirs, 1};
    config.csv_dir = dirs[0];
    args = (struct args){.log = arena_strdup(arena, tmpdir_path(dir, "log"))};
    logger_init(&logger, &args, NULL);
    tmpdir_write(dir, "specs/nvidia.yaml", spec);
    tmpdir_write(dir, "specs/clashes.yaml", clashes);
    tmpdir_write(dir, "facts", "cuda 12.2\n");
    tmpdir_write(dir, "generator", generator);
    cr_assert_eq(chmod(tmpdir_path(dir, "generator"), 0755), 0);
}

static void teardown(void)
{
    logger_close(&logger);
    cdi_error_clear(&err);
    cdi_oci_free(oci);
    arena_free(arena);
}

TestSuite(modify, .init = setup, .fini = teardown);

/* Reads the request of a document as the mode does, and applies it. */
static int apply(const char *text, enum request_mode mode)
{
    struct request_rules rules;
    struct request request;
    struct modify modify = {
        .request = &request,
        .config = &config,
        .logger = &logger,
        .arena = arena,
        .generator = {.config = &config,
                      .logger = &logger,
                      .arena = arena,
                      .program = arena_strdup(arena, tmpdir_path(dir, "generator"))},
    };

    cdi_oci_free(oci);
    cdi_error_clear(&err);
    modify.oci = oci = edits_parse(text);
    oci->as_wrapper = true;
    tmpdir_write(dir, "calls", "");
    cr_assert_eq(request_rules_from_config(&config, arena, &rules, NULL), 0);
    cr_assert_eq(request_read(oci, &rules, mode, REQUEST_PLATFORM_OTHER, arena, &request, &err), 0,
                 "%s", err.message);
    return modify_apply(&modify, &err);
}

/* A container with these variables, "A=1|B=2". */
static int apply_env(const char *env, enum request_mode mode)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    strbuf_addstr(&text, "{\"process\":{\"env\":[\"");
    for (; *env; env++)
        strbuf_addstr(&text, *env == '|' ? "\",\"" : (char[]){*env, '\0'});
    strbuf_addstr(&text, "\"]}}");
    return apply(text.s, mode);
}

/* How the generator was called, "auto 0|gds". */
static void expect_calls(size_t i, const char *want)
{
    _cleanup_free_ char *calls = tmpdir_read(dir, "calls");

    for (char *c = calls; (c = strchr(c, '\n'));)
        *c++ = '|';
    if (*calls)
        calls[strlen(calls) - 1] = '\0';
    cr_expect_str_eq(calls, want, "%zu: %s", i, calls);
}

/* The variables behind the given ones. */
static void expect_added(size_t i, const char *given, const char *want)
{
    _cleanup_strbuf_ struct strbuf all = STRBUF_INIT;
    _cleanup_free_ char *text = edits_format(oci);
    char *end, *env = strstr(text, "\"env\":[\"");

    cr_assert_not_null(env, "%s", text);
    env += 8;
    end = strstr(env, "\"]");
    *end = '\0';
    for (char *c; (c = strstr(env, "\",\""));) {
        *c = '\0';
        strbuf_printf(&all, "%s|", env);
        env = c + 3;
    }
    strbuf_addstr(&all, env);
    cr_expect(strncmp(all.s, given, strlen(given)) == 0, "%zu: %s", i, all.s);
    cr_expect_str_eq(all.s + strlen(given) + (all.s[strlen(given)] == '|'), want, "%zu: %s", i,
                     all.s);
}

#define D "NVIDIA_VISIBLE_DEVICES"

static const struct {
    enum request_mode mode;
    const char *env, *calls, *added;
} cases[] = {
    {REQUEST_JIT_CDI, "X=1", "", ""},
    {REQUEST_JIT_CDI, D "=void", "", ""},
    {REQUEST_JIT_CDI, D "=", "", ""},
    {REQUEST_CSV, "X=1", "", ""},
    {REQUEST_CDI, "X=1", "", ""},
    {REQUEST_LEGACY, "X=1", "", ""},
    /* each device's edits, then what they have in common */
    {REQUEST_JIT_CDI, D "=0", "auto 0", "autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=GPU-1,2", "auto GPU-1 2", "autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=0,0", "auto 0", "autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=all", "auto all", "autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=none", "auto none", "autoA=1|autoB=1|auto=all|" D "=void"},
    /* in their order: devices, features, channels */
    {REQUEST_JIT_CDI, "NVIDIA_IMEX_CHANNELS=0,channel7|NVIDIA_GDS=enabled|" D "=0",
     "auto 0|gds|imex 0 channel7",
     "autoA=1|autoB=1|auto=all|" D "=void|gdsA=1|gdsB=1|gds=all|" D
     "=void|imexA=1|imexB=1|imex=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=0|NVIDIA_GDS=1", "auto 0", "autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_JIT_CDI, "NVIDIA_GDS=enabled|NVIDIA_IMEX_CHANNELS=0", "", ""},
    /* nothing is generated of what the spec dirs have, and both go together */
    {REQUEST_JIT_CDI, D "=nvidia.com/gpu=1", "", "r1=registry"},
    {REQUEST_JIT_CDI, D "=0,nvidia.com/gpu=1", "auto 0",
     "r1=registry|autoA=1|autoB=1|auto=all|" D "=void"},
    {REQUEST_CDI, D "=1,0", "", "r1=registry|r0=registry"},
    {REQUEST_CDI, D "=1|NVIDIA_GDS=enabled", "", "r1=registry"},
    {REQUEST_CDI, D "=runtime.nvidia.com/gpu=0", "auto 0", "autoA=1|autoB=1|auto=all|" D "=void"},
    /* csv: features first; "none" is no device */
    {REQUEST_CSV, D "=0|NVIDIA_GDS=enabled", "gds|csv 0",
     "gdsA=1|gdsB=1|gds=all|" D "=void|csvA=1|csvB=1|csv=all|" D "=void"},
    {REQUEST_CSV, D "=all", "csv all", "csvA=1|csvB=1|csv=all|" D "=void"},
    {REQUEST_CSV, D "=none", "", ""},
    /* requirements are a question to the driver, in mode csv */
    {REQUEST_CSV, D "=0|NVIDIA_REQUIRE_CUDA=cuda>=12.0", "facts|csv 0",
     "csvA=1|csvB=1|csv=all|" D "=void"},
    {REQUEST_CSV, D "=0|NVIDIA_REQUIRE_CUDA=cuda>=99|NVIDIA_DISABLE_REQUIRE=true", "csv 0",
     "csvA=1|csvB=1|csv=all|" D "=void"},
    {REQUEST_JIT_CDI, D "=0|NVIDIA_REQUIRE_CUDA=cuda>=99", "auto 0",
     "autoA=1|autoB=1|auto=all|" D "=void"},
    /* legacy: the devices are the hook's, and "void" would tell it to do nothing */
    {REQUEST_LEGACY, D "=0", "", ""},
    {REQUEST_LEGACY, D "=0|NVIDIA_GDS=enabled", "gds", "gdsA=1|gdsB=1|gds=all"},
    {REQUEST_LEGACY, "NVIDIA_GDS=enabled", "", ""},
    {REQUEST_LEGACY, D "=0|NVIDIA_DRIVER_CAPABILITIES=compute,graphics", "graphics 0",
     "graphicsA=1|graphicsB=1|graphics=all"},
    {REQUEST_LEGACY, D "=0,1|NVIDIA_DRIVER_CAPABILITIES=all", "graphics 0 1",
     "graphicsA=1|graphicsB=1|graphics=all"},
    {REQUEST_LEGACY, D "=none|NVIDIA_DRIVER_CAPABILITIES=display", "graphics none",
     "graphicsA=1|graphicsB=1|graphics=all"},
    {REQUEST_LEGACY, D "=0|NVIDIA_DRIVER_CAPABILITIES=compute,utility", "", ""},
    {REQUEST_LEGACY, "NVIDIA_DRIVER_CAPABILITIES=all", "", ""},
    {REQUEST_JIT_CDI, D "=0|NVIDIA_DRIVER_CAPABILITIES=all", "auto 0",
     "autoA=1|autoB=1|auto=all|" D "=void"},
    /* what the machine does not have does not count */
    {REQUEST_JIT_CDI, D "=0|NVIDIA_GDRCOPY=enabled|NVIDIA_NVSWITCH=enabled|NVIDIA_GDS=enabled",
     "auto 0|gds|gdrcopy|nvswitch",
     "autoA=1|autoB=1|auto=all|" D "=void|gdsA=1|gdsB=1|gds=all|" D "=void"},
    {REQUEST_LEGACY, D "=9|NVIDIA_DRIVER_CAPABILITIES=all", "graphics 9", ""},
};

Test(modify, modes)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        cr_expect_eq(apply_env(cases[i].env, cases[i].mode), 0, "%zu: %s", i, err.message);
        expect_calls(i, cases[i].calls);
        expect_added(i, cases[i].env, cases[i].added);
    }
}

/* The same request again: what the first time has brought stays, and nothing comes. */
static void expect_settled(size_t i, const char *before, enum request_mode mode)
{
    _cleanup_free_ char *after = NULL, *again = NULL;

    cr_assert_eq(apply(before, mode), 0, "%zu: %s", i, err.message);
    after = edits_format(oci);
    cr_assert_eq(apply(after, mode), 0, "%zu: %s", i, err.message);
    again = edits_format(oci);
    cr_expect_str_eq(again, after, "%zu, mode %s", i, request_mode_name(mode));
    cr_expect_not(cdi_oci_changed(oci), "%zu", i);
}

/* What containers may have that devices bring too, around their variables. */
static const char *const containers[][2] = {
    {"{\"process\":{\"env\":[", "]}}"},
    /* two mounts and two nodes at one place, and a third one */
    {"{\"process\":{\"env\":[\"both=0\",",
     ",\"both=1\"],\"user\":{\"additionalGids\":[44]}},"
     "\"mounts\":[{\"destination\":\"/x\",\"source\":\"/u1\"},"
     "{\"destination\":\"/x\",\"source\":\"/u2\"},{\"destination\":\"/x\",\"source\":\"/u3\"}],"
     "\"linux\":{\"devices\":[{\"path\":\"/dev/x\",\"type\":\"p\"},"
     "{\"path\":\"/dev/x\",\"type\":\"u\"},{\"path\":\"/dev/x\",\"type\":\"c\"}],"
     "\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}},"
     "\"hooks\":{\"poststop\":[{\"path\":\"/bin/x\",\"args\":[]}]}}"},
};

Test(modify, again_changes_nothing)
{
    static const enum request_mode modes[] = {REQUEST_LEGACY, REQUEST_CSV, REQUEST_JIT_CDI};
    static const char *const requests[] = {
        "0,1",
        "1,0,1",
        "many",
        "0,runtime.nvidia.com/gpu=0",
        "nvidia.com/gpu=1,nvidia.com/gpu=0",
        "nvidia.com/gpu=x",
        "nvidia.com/gpu=y,nvidia.com/gpu=x,many",
    };

    for (size_t i = 0; i < ARRAY_SIZE(requests) * ARRAY_SIZE(containers); i++) {
        const char *const *around = containers[i % ARRAY_SIZE(containers)];
        char before[2048];

        (void)snprintf(before, sizeof before, "%s\"" D "=%s\",\"NVIDIA_GDS=enabled\"%s", around[0],
                       requests[i / ARRAY_SIZE(containers)], around[1]);
        for (size_t m = 0; m < ARRAY_SIZE(modes); m++)
            expect_settled(i, before, modes[m]);
    }
}

static long peak_kib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A document has as many devices as a GPU has MIG devices, or more: memory must not go with them.
 */
Test(modify, many_devices, .timeout = 30)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    _cleanup_free_ char *after = NULL;
    long before;

    strbuf_addstr(&text, "{\"process\":{\"env\":[\"" D "=many\"");
    for (size_t i = 0; i < 50000; i++)
        strbuf_printf(&text, ",\"VARIABLE_%zu=1\"", i);
    strbuf_addstr(&text, "]}}");
    before = peak_kib();
    cr_assert_eq(apply(text.s, REQUEST_JIT_CDI), 0, "%s", err.message);
    cr_expect(peak_kib() - before < 50 * (long)(text.len / 1024), "%ld KiB for %zu",
              peak_kib() - before, text.len / 1024);
    after = edits_format(oci);
    cr_expect(strstr(after, ",\"m1=1\",") && strstr(after, ",\"m200=1\","));
}

Test(modify, what_is_absent_is_a_warning)
{
    _cleanup_free_ char *log = NULL;

    cr_assert_eq(apply_env(D "=0|NVIDIA_GDRCOPY=enabled", REQUEST_JIT_CDI), 0);
    log = tmpdir_read(dir, "log");
    cr_expect(log && strstr(log, "level=warning") && strstr(log, "nothing of gdrcopy"), "%s", log);
}

static const struct {
    enum request_mode mode;
    const char *env;
    enum cdi_errc code;
    const char *says;
} failures[] = {
    {REQUEST_JIT_CDI, D "=9", CDI_ERR_NOTFOUND, "no GPU 9"},
    {REQUEST_CSV, D "=9", CDI_ERR_NOTFOUND, "no GPU 9"},
    {REQUEST_JIT_CDI, D "=0|NVIDIA_MOFED=enabled", CDI_ERR_INVALID, "broken"},
    {REQUEST_JIT_CDI, D "=0|NVIDIA_IMEX_CHANNELS=9", CDI_ERR_NOTFOUND, "no GPU 9"},
    {REQUEST_CDI, D "=7", CDI_ERR_NOTFOUND, "nvidia.com/gpu=7"},
    {REQUEST_CDI, D "=none", CDI_ERR_NOTFOUND, "nvidia.com/gpu=none"},
    {REQUEST_JIT_CDI, D "=0,nvidia.com/gpu=7", CDI_ERR_NOTFOUND, "nvidia.com/gpu=7"},
    {REQUEST_CSV, D "=0|NVIDIA_REQUIRE_CUDA=cuda>=99", CDI_ERR_UNSUPPORTED, "cuda>=99"},
    {REQUEST_CSV, D "=0|NVIDIA_REQUIRE_CUDA=cuda", CDI_ERR_INVALID, "cuda"},
    {REQUEST_CSV, D "=0|NVIDIA_REQUIRE_X=arch>=8.0", CDI_ERR_UNSUPPORTED, "arch>=8.0"},
};

Test(modify, failures)
{
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        cr_expect_eq(apply_env(failures[i].env, failures[i].mode), -(int)failures[i].code,
                     "%zu: %s", i, err.message);
        cr_expect(err.message && strstr(err.message, failures[i].says), "%zu: %s", i, err.message);
    }
}

/* nvidia-container-runtime.modes.legacy.cuda-compat-mode */
Test(modify, cuda_compat)
{
    config.cuda_compat_mode = "hook";
    cr_assert_eq(
        apply_env(D "=0|NVIDIA_GDS=enabled|NVIDIA_DRIVER_CAPABILITIES=all", REQUEST_LEGACY), 0);
    expect_calls(0, "gds|cuda-compat|graphics 0");
    cr_assert_eq(apply_env("X=1", REQUEST_LEGACY), 0);
    expect_calls(1, "");
    cr_assert_eq(apply_env(D "=0", REQUEST_JIT_CDI), 0);
    expect_calls(2, "auto 0");
    config.features.disable_cuda_compat_lib_hook = true;
    cr_assert_eq(apply_env(D "=0", REQUEST_LEGACY), 0);
    expect_calls(3, "");
    config.features.disable_cuda_compat_lib_hook = false;
    config.cuda_compat_mode = "mount";
    cr_assert_eq(apply_env(D "=0", REQUEST_LEGACY), 0);
    expect_calls(4, "");
}

/* ---- The prestart hook ---- */

#define ENV_0 "\"process\":{\"env\":[\"" D "=0\"]}"
#define OURS(path) \
    "{\"path\":\"" path "\",\"args\":[\"nvidia-container-runtime-hook\",\"prestart\"]}"

static const struct {
    enum request_mode mode;
    const char *before, *after; /* the hooks */
} hooks[] = {
    {REQUEST_LEGACY, NULL, "{\"prestart\":[" OURS("/opt/nvidia-container-runtime-hook") "]}"},
    {REQUEST_LEGACY, "{\"prestart\":[{\"path\":\"/x\"}]}",
     "{\"prestart\":[{\"path\":\"/x\"}," OURS("/opt/nvidia-container-runtime-hook") "]}"},
    /* what docker run --gpus has added is there */
    {REQUEST_LEGACY,
     "{\"prestart\":[{\"path\":\"/x\"}," OURS("/usr/bin/nvidia-container-runtime-hook") "]}", NULL},
    {REQUEST_LEGACY, "{\"prestart\":[" OURS("/usr/bin/nvidia-container-toolkit") "]}", NULL},
    {REQUEST_LEGACY, "{\"prestart\":[" OURS("nvidia-container-toolkit") "]}", NULL},
    /* where devices come by CDI it goes */
    {REQUEST_CDI, "{\"prestart\":[" OURS("/usr/bin/nvidia-container-runtime-hook") "]}", "{}"},
    {REQUEST_JIT_CDI, "{\"prestart\":[" OURS("/usr/bin/nvidia-container-toolkit") "]}", "{}"},
    {REQUEST_CSV, "{\"prestart\":[{\"path\":\"/x\"}," OURS("/a/nvidia-container-runtime-hook") "]}",
     "{\"prestart\":[{\"path\":\"/x\"}]}"},
    {REQUEST_CDI, "{\"prestart\":[{\"path\":\"/nvidia-container-runtime-hook/x\"}]}", NULL},
    {REQUEST_CDI, "{\"createRuntime\":[" OURS("/a/nvidia-container-runtime-hook") "]}", NULL},
};

/* Of every container, also of one that asks for nothing. */
Test(modify, prestart_hook)
{
    static const char *const process[] = {"\"process\":{\"env\":[\"X=1\"]}",
                                          "\"process\":{\"env\":[\"" D "=void\"]}"};

    for (size_t i = 0; i < ARRAY_SIZE(hooks) * ARRAY_SIZE(process); i++) {
        const char *p = process[i % ARRAY_SIZE(process)];
        _cleanup_strbuf_ struct strbuf before = STRBUF_INIT, want = STRBUF_INIT;
        _cleanup_free_ char *after = NULL;
        size_t k = i / ARRAY_SIZE(process);

        strbuf_printf(&before, "{%s", p);
        if (hooks[k].before)
            strbuf_printf(&before, ",\"hooks\":%s", hooks[k].before);
        strbuf_addstr(&before, "}");
        strbuf_printf(&want, "{%s,\"hooks\":%s}", p,
                      hooks[k].after ? hooks[k].after : hooks[k].before);
        cr_assert_eq(apply(before.s, hooks[k].mode), 0, "%s", err.message);
        after = edits_format(oci);
        cr_expect(edits_same_json(after, want.s), "%zu: %s", k, after);
        cr_expect_eq(cdi_oci_changed(oci), hooks[k].after != NULL, "%zu", k);
        cr_assert_eq(apply(want.s, hooks[k].mode), 0);
        cr_expect_not(cdi_oci_changed(oci), "%zu: once more", k);
    }
}

Test(modify, name_of_the_prestart_hook)
{
    _cleanup_free_ char *text = NULL;

    config.hook_path = "/opt/other-hook";
    cr_assert_eq(apply("{}", REQUEST_LEGACY), 0, "%s", err.message);
    text = edits_format(oci);
    cr_expect(edits_same_json(text, "{\"hooks\":{\"prestart\":[{\"path\":\"/opt/other-hook\","
                                    "\"args\":[\"other-hook\",\"prestart\"]}]}}"),
              "%s", text);
}
