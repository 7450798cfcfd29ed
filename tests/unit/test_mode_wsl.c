/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "generate/generate.h"
#include "tests/unit/tmpdir.h"

#define LIB   "usr/lib/wsl/lib/libdxcore.so"
#define STORE "usr/lib/wsl/drivers/nv_dispi.inf_amd64_2a7e/"
#define OTHER "usr/lib/wsl/drivers/iigd_dch.inf_amd64_0b7c/"

/* What one run gives. */
struct run {
    struct generate_documents documents;
    struct generate_report report;
    struct cdi_error err;
    int r;
    const struct cdi_spec *spec;
};

static void run_clear(struct run *run)
{
    generate_documents_clear(&run->documents);
    generate_report_clear(&run->report);
    cdi_error_clear(&run->err);
}
#define _cleanup_run_ _cleanup_(run_clear)

static struct run run(const struct generate_options *options)
{
    struct run run = {.report = GENERATE_REPORT_INIT, .err = CDI_ERROR_INIT};

    run.r = generate(options, &run.documents, &run.report, &run.err);
    run.spec = run.documents.n ? run.documents.items[0].spec : NULL;
    return run;
}

static const char *machine_new(const char *prefix)
{
    static const char *const files[] = {
        LIB,
        STORE "libcuda.so.1.1",
        STORE "libcuda_loader.so",
        STORE "nvidia-smi",
        STORE "nvoptix.bin",
        STORE "nvngx.dll",
        STORE "nvcpl.hlp",
        STORE "subdir.so/x",
        OTHER "libigc.so",
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        char path[256];

        (void)snprintf(path, sizeof path, "%s%s", prefix, files[i]);
        tmpdir_write(dir, path, "");
    }
    tmpdir_node(dir, "dev/dxg", 10, 125);
    return dir;
}

static bool mounts(const struct cdi_spec *spec, const char *prefix, const char *path)
{
    char host[256];

    (void)snprintf(host, sizeof host, "%s%s", prefix, path);
    for (size_t i = 0; i < spec->edits.n_mounts; i++)
        if (strcmp(spec->edits.mounts[i].container_path, path) == 0 &&
            strcmp(spec->edits.mounts[i].host_path, host) == 0)
            return true;
    return false;
}

static bool tells(const struct generate_report *report, const char *subject, const char *part)
{
    for (size_t i = 0; i < report->n_notes; i++)
        if (strcmp(report->notes[i].subject, subject) == 0 && strstr(report->notes[i].text, part))
            return true;
    return false;
}

Test(mode_wsl, document)
{
    static const char *const ids[] = {"7"};
    const struct generate_options options = {.root = machine_new(""), .device_ids = {ids, 1}};
    _cleanup_run_ struct run wsl = run(&options);
    const struct cdi_strings *args;

    cr_assert_eq(wsl.r, 0, "%s", wsl.err.message);
    cr_expect_eq(wsl.report.mode, GENERATE_MODE_WSL, "auto knows it by its libdxcore");
    cr_assert_eq(wsl.spec->n_devices, 1, "ids are of no account");
    cr_expect_str_eq(wsl.spec->devices[0].name, "all");
    cr_assert_eq(wsl.spec->devices[0].edits.n_device_nodes, 1);
    cr_expect_str_eq(wsl.spec->devices[0].edits.device_nodes[0].path, "/dev/dxg");
    cr_expect_eq(wsl.spec->edits.n_mounts, 6);
    cr_expect(mounts(wsl.spec, "", "/" LIB));
    cr_expect(mounts(wsl.spec, "", "/" STORE "libcuda.so.1.1"));
    cr_expect(mounts(wsl.spec, "", "/" STORE "libcuda_loader.so"));
    cr_expect(mounts(wsl.spec, "", "/" STORE "nvidia-smi"));
    cr_expect(mounts(wsl.spec, "", "/" STORE "nvoptix.bin"));
    cr_expect(mounts(wsl.spec, "", "/" STORE "nvngx.dll"));
    cr_expect(tells(&wsl.report, "/" STORE "nvcubins.bin", "not mounted"));
    cr_assert_eq(wsl.spec->edits.n_hooks, 2);
    args = &wsl.spec->edits.hooks[0].args;
    cr_assert_eq(args->n, 4);
    cr_expect_str_eq(args->items[1], "create-symlinks");
    cr_expect_str_eq(args->items[3], "/" STORE "nvidia-smi::/usr/bin/nvidia-smi");
    args = &wsl.spec->edits.hooks[1].args;
    cr_assert_eq(args->n, 6);
    cr_expect_str_eq(args->items[1], "update-ldcache");
    cr_expect_str_eq(args->items[3], "/usr/lib/wsl/drivers/nv_dispi.inf_amd64_2a7e");
    cr_expect_str_eq(args->items[5], "/usr/lib/wsl/lib");
    cr_assert_eq(wsl.spec->edits.env.n, 1);
    cr_expect_str_eq(wsl.spec->edits.env.items[0], "NVIDIA_VISIBLE_DEVICES=void");
}

Test(mode_wsl, without_what_can_be_missing)
{
    const char *dir = machine_new("");
    const struct generate_options options = {.root = dir, .mode = GENERATE_MODE_WSL};

    cr_assert_eq(unlink(tmpdir_path(dir, LIB)), 0);
    cr_assert_eq(unlink(tmpdir_path(dir, STORE "nvidia-smi")), 0);

    _cleanup_run_ struct run wsl = run(&options);

    cr_assert_eq(wsl.r, 0, "%s", wsl.err.message);
    cr_expect_eq(wsl.spec->edits.n_mounts, 4);
    cr_assert_eq(wsl.spec->edits.n_hooks, 1, "there is no nvidia-smi to link to");
    cr_expect_eq(wsl.spec->edits.hooks[0].args.n, 4, "one folder has libraries");
    cr_expect(tells(&wsl.report, "/" LIB, "not mounted"));
    cr_expect(tells(&wsl.report, "/" STORE "nvidia-smi", "not mounted"));
}

Test(mode_wsl, driver_root)
{
    const struct generate_options options = {
        .root = machine_new("drv/"), .driver_root = "/drv", .dev_root = "/"};
    _cleanup_run_ struct run wsl = run(&options);

    cr_assert_eq(wsl.r, 0, "%s", wsl.err.message);
    cr_expect_eq(wsl.spec->edits.n_mounts, 6);
    cr_expect(mounts(wsl.spec, "/drv", "/" LIB));
    cr_expect(mounts(wsl.spec, "/drv", "/" STORE "libcuda.so.1.1"));
    cr_expect(mounts(wsl.spec, "/drv", "/" STORE "nvoptix.bin"));
    cr_expect_str_eq(wsl.spec->edits.hooks[0].args.items[3],
                     "/" STORE "nvidia-smi::/usr/bin/nvidia-smi");
}

Test(mode_wsl, several_stores)
{
    const char *dir = machine_new("");
    const struct generate_options options = {.root = dir};

    tmpdir_write(dir, OTHER "libcuda.so.1.1", "");

    _cleanup_run_ struct run wsl = run(&options);

    cr_assert_eq(wsl.r, 0, "%s", wsl.err.message);
    cr_expect(mounts(wsl.spec, "", "/" OTHER "libcuda.so.1.1"));
    cr_expect_not(mounts(wsl.spec, "", "/" STORE "libcuda.so.1.1"));
    cr_expect(tells(&wsl.report, "/usr/lib/wsl/drivers/iigd_dch.inf_amd64_0b7c",
                    "/usr/lib/wsl/drivers/nv_dispi.inf_amd64_2a7e"));
}

Test(mode_wsl, errors)
{
    static const struct {
        const char *missing, *message;
    } cases[] = {
        {"dev/dxg", "/dev/dxg does not exist"},
        {STORE "libcuda.so.1.1", "/usr/lib/wsl/drivers/*/libcuda.so.1.1"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = machine_new("");
        const struct generate_options options = {.root = dir};

        cr_assert_eq(unlink(tmpdir_path(dir, cases[i].missing)), 0);

        _cleanup_run_ struct run wsl = run(&options);

        cr_expect_eq(wsl.r, -CDI_ERR_NOTFOUND);
        cr_expect(strstr(wsl.err.message, cases[i].message), "%s", wsl.err.message);
    }
}
