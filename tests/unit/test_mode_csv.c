/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/names.h"
#include "generate/probe.h"
#include "tests/unit/tmpdir.h"

#define CSV  "etc/nvidia-container-runtime/host-files-for-container.d/"
#define LIBS "usr/lib/aarch64-linux-gnu/"
#define UUID "3e66ba85-e4f9-5743-adc5-05f9e60b1769"

static struct nvml_gpu orin[] = {
    {.name = "Orin (nvgpu)", .uuid = UUID, .pci = NVML_UNSUPPORTED},
};
static struct nvml_gpu thor[] = {
    {.name = "NVIDIA Thor", .uuid = "GPU-0", .bus_id = "00000000:01:00.0", .pci = NVML_YES},
    {.index = 1,
     .name = "NVIDIA RTX PRO 6000",
     .uuid = "GPU-1",
     .minor = 1,
     .bus_id = "00000000:0f:00.0",
     .pci = NVML_YES},
};

/* A run of the mode; NVML's answers are given to it. */
struct run {
    struct roots roots;
    struct driver_search search;
    struct machine machine;
    struct probe p;
    struct cdi_error err;
    int r;
};

static void run_clear(struct run *run)
{
    roots_close(&run->roots);
    arena_free(run->machine.arena);
    cdi_error_clear(&run->err);
}
#define _cleanup_run_ _cleanup_(run_clear)

#define RUN_INIT                                   \
    {                                              \
        .roots = ROOTS_INIT, .err = CDI_ERROR_INIT \
    }

static void run(struct run *run, const struct generate_options *options, struct nvml_gpu *gpus,
                size_t n_gpus)
{
    struct machine *machine = &run->machine;
    struct probe *p = &run->p;

    machine->arena = arena_new();
    cr_assert_eq(roots_open(&run->roots, options, machine->arena, &run->err), 0);
    run->search = (struct driver_search){.system = &run->roots.system,
                                         .root = &run->roots.driver,
                                         .prefix = run->roots.driver_prefix};
    *p = (struct probe){.options = options,
                        .roots = &run->roots,
                        .dev = {&run->roots.dev, run->roots.dev_prefix},
                        .machine = machine,
                        .foreign = true,
                        .nvml_asked = true};
    p->nvml = (struct nvml_facts){.cuda_version = 12060, .gpus = gpus, .n_gpus = n_gpus};
    if (!n_gpus) {
        p->nvml = (struct nvml_facts){0};
        p->nvml_problem = "there is no NVML";
    }
    cr_assert_eq(driver_finder_init(&p->finder, &run->search, machine->arena, &run->err), 0);
    run->r = mode_csv.list(p, &run->err);
    if (run->r == 0)
        run->r = mode_csv.describe(p, &run->err);
    if (run->r == 0)
        run->r = names_assign(machine, options->naming, options->n_naming, &run->err);
}

/* "a b c" */
static const char *joined(const char *const *items, size_t n)
{
    static char texts[4][2048];
    static size_t next;
    char *text = texts[next++ % ARRAY_SIZE(texts)];

    *text = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(text);

        (void)snprintf(text + len, sizeof texts[0] - len, "%s%s", i ? " " : "", items[i]);
    }
    return text;
}

static const char *nodes(const struct machine_device *device)
{
    const char *paths[32];

    cr_assert_leq(device->n_nodes, ARRAY_SIZE(paths));
    for (size_t i = 0; i < device->n_nodes; i++)
        paths[i] = device->nodes[i].path;
    return joined(paths, device->n_nodes);
}

static const char *names(const struct machine_device *device)
{
    return joined(device->names, device->n_names);
}

/* Paths on the host, and those of them in the container that are others. */
static const char *files(const struct machine *machine)
{
    const char *paths[64];
    size_t n = 0;

    for (size_t i = 0; i < machine->driver.n_files && n < ARRAY_SIZE(paths) - 1; i++) {
        const struct driver_file *file = &machine->driver.files[i];

        paths[n++] = file->host_path;
        if (strcmp(file->path, file->host_path) != 0)
            paths[n++] = file->path;
    }
    return joined(paths, n);
}

static const char *hook_name(const struct machine *machine, size_t i)
{
    return i < machine->hooks.n ? machine->hooks.items[i].name : "";
}

static const char *hook_args(const struct machine *machine, size_t i)
{
    const struct machine_hook *hook = &machine->hooks.items[i];

    return i < machine->hooks.n ? joined(hook->args, hook->n_args) : "";
}

static bool notes(const struct machine *machine, const char *subject, const char *part)
{
    for (size_t i = 0; i < machine->n_notes; i++)
        if (strcmp(machine->notes[i].subject, subject) == 0 && strstr(machine->notes[i].text, part))
            return true;
    return false;
}

static const char *orin_new(void)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/nv_tegra_release", "# R36\n");
    tmpdir_write(dir, CSV "devices.csv",
                 "dev, /dev/nvmap\ndev, /dev/nvhost-*\ndev, nvidia0\ndev, /dev/fb1\n");
    tmpdir_write(dir, CSV "drivers.csv",
                 "# comment\n"
                 "dir, /lib/firmware/tegra23x\n"
                 "lib, /" LIBS "nvidia/libcuda.so.1.1\n"
                 "lib, /" LIBS "nvidia/libmissing.so\n"
                 "sym, /" LIBS "libcuda.so\n"
                 "bin, /usr/bin/tegrastats\n");
    tmpdir_write(dir, "lib/firmware/tegra23x/x", "");
    tmpdir_write(dir, LIBS "nvidia/libcuda.so.1.1", "");
    tmpdir_link(dir, LIBS "nvidia/libcuda.so.1", "libcuda.so.1.1");
    tmpdir_link(dir, LIBS "libcuda.so", "nvidia/libcuda.so.1");
    tmpdir_write(dir, "dev/nvhost-as", "no device");
    tmpdir_node(dir, "dev/nvmap", 10, 9);
    tmpdir_node(dir, "dev/nvhost-ctrl", 504, 3);
    tmpdir_node(dir, "dev/nvhost-gpu", 504, 6);
    tmpdir_node(dir, "dev/nvidia0", 195, 0);
    return dir;
}

Test(mode_csv, orin)
{
    const struct generate_options options = {.root = orin_new()};
    _cleanup_run_ struct run orin_run = RUN_INIT;
    const struct machine *m = &orin_run.machine;

    run(&orin_run, &options, orin, 1);
    cr_assert_eq(orin_run.r, 0, "%s", orin_run.err.message);
    cr_assert_eq(m->n_devices, 1);
    cr_expect_str_eq(names(&m->devices[0]), "0", "it has no UUID in this mode");
    cr_expect_null(m->devices[0].problem, "and nothing is wrong with that");
    cr_expect_str_eq(nodes(&m->devices[0]),
                     "/dev/nvmap /dev/nvhost-ctrl /dev/nvhost-gpu /dev/nvidia0");
    cr_expect_str_eq(files(m), "/lib/firmware/tegra23x /" LIBS "nvidia/libcuda.so.1.1 "
                               "/etc/nv_tegra_release");
    cr_assert_eq(m->hooks.n, 4);
    cr_expect_str_eq(hook_name(m, 0), "create-symlinks");
    cr_expect_str_eq(hook_args(m, 0), "--link libcuda.so.1::/" LIBS "nvidia/libcuda.so");
    cr_expect_str_eq(hook_name(m, 1), "create-symlinks");
    cr_expect_str_eq(hook_args(m, 1), "--link nvidia/libcuda.so.1::/" LIBS "libcuda.so "
                                      "--link libcuda.so.1.1::/" LIBS "nvidia/libcuda.so.1");
    cr_expect_str_eq(hook_name(m, 2), "enable-cuda-compat");
    cr_expect_str_eq(hook_args(m, 2), "--host-cuda-version=12.6 "
                                      "--cuda-compat-container-root=/usr/local/cuda/compat_orin");
    cr_expect_str_eq(hook_name(m, 3), "update-ldcache");
    cr_expect_str_eq(hook_args(m, 3), "--folder /" LIBS "nvidia");
    cr_assert_eq(m->n_env, 1);
    cr_expect_str_eq(m->env[0].name, "NVIDIA_VISIBLE_DEVICES");
    cr_expect(notes(m, "/dev/fb1", "does not exist"));
    cr_expect(notes(m, "/" LIBS "nvidia/libmissing.so", "no such file"));
    cr_expect(notes(m, "/" CSV "drivers.csv", "line 6"));
    cr_expect(notes(m, "/" CSV "l4t.csv", "cannot open"));
}

Test(mode_csv, names_of_the_one_device)
{
    static const struct {
        enum generate_naming naming[2];
        size_t n;
        const char *expected;
    } cases[] = {
        {{GENERATE_NAME_TYPE_INDEX}, 1, "gpu0"},
        {{GENERATE_NAME_TYPE_INDEX, GENERATE_NAME_UUID}, 2, "gpu0"},
        {{GENERATE_NAME_UUID}, 1, NULL},
        {{GENERATE_NAME_PCI}, 1, NULL},
    };
    const char *dir = orin_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir, .naming = cases[i].naming, .n_naming = cases[i].n};
        _cleanup_run_ struct run orin_run = RUN_INIT;
        const struct machine_device *device;

        run(&orin_run, &options, orin, 1);
        cr_assert_eq(orin_run.r, 0);
        device = &orin_run.machine.devices[0];
        cr_expect_eq(device->unusable, !cases[i].expected);
        if (cases[i].expected)
            cr_expect_str_eq(names(device), cases[i].expected);
        else
            cr_expect(strstr(device->problem, "neither a UUID nor a PCI address"));
    }
}

Test(mode_csv, ids)
{
    static const struct {
        const char *ids[2];
        int expected;
    } cases[] = {
        {{"0"}, 0},
        {{"all"}, 0},
        {{"1"}, -CDI_ERR_NOTFOUND},
        {{UUID}, -CDI_ERR_NOTFOUND},
        {{"0:0"}, -CDI_ERR_NOTFOUND},
        {{"none"}, -CDI_ERR_USAGE},
        {{"0", "none"}, -CDI_ERR_USAGE},
        {{"gpu0"}, -CDI_ERR_USAGE},
    };
    const char *dir = orin_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir, .device_ids = {cases[i].ids, (size_t)1 + (cases[i].ids[1] != NULL)}};
        _cleanup_run_ struct run orin_run = RUN_INIT;

        run(&orin_run, &options, orin, 1);
        cr_expect_eq(orin_run.r, cases[i].expected, "%s", cases[i].ids[0]);
    }
}

Test(mode_csv, cuda_compat)
{
    static struct nvml_gpu other[] = {{.name = "Xavier (nvgpu)", .uuid = UUID}};
    static const struct {
        struct nvml_gpu *gpus;
        const char *root;
        const char *expected; /* NULL: no hook */
    } cases[] = {
        {orin, NULL,
         "--host-cuda-version=12.6 --cuda-compat-container-root=/usr/local/cuda/compat_orin"},
        {orin, "",
         "--host-cuda-version=12.6 "
         "--cuda-compat-container-root=/usr/local/cuda/compat_orin"},
        {orin, "/opt/compat", "--host-cuda-version=12.6 --cuda-compat-container-root=/opt/compat"},
        {other, "/opt/compat", "--host-cuda-version=12.6"},
        {NULL, "/opt/compat", NULL},
    };
    const char *dir = orin_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {.root = dir, .csv_compat_root = cases[i].root};
        _cleanup_run_ struct run compat_run = RUN_INIT;
        const struct machine *m = &compat_run.machine;

        run(&compat_run, &options, cases[i].gpus, cases[i].gpus != NULL);
        cr_assert_eq(compat_run.r, 0);
        if (cases[i].expected)
            cr_expect_str_eq(hook_args(m, 2), cases[i].expected);
        else
            cr_expect_str_eq(hook_name(m, 2), "update-ldcache");
    }
}

static const char *thor_new(void)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, CSV "devices.csv",
                 "dev, /dev/nvidia0\ndev, /dev/nvidia1\ndev, /dev/nvidiactl\ndev, /dev/nvmap\n"
                 "dev, /dev/nvidia-modeset\n");
    tmpdir_node(dir, "dev/nvidia0", 195, 0);
    tmpdir_node(dir, "dev/nvidia1", 195, 1);
    tmpdir_node(dir, "dev/nvidia2", 195, 2);
    tmpdir_node(dir, "dev/nvidiactl", 195, 255);
    tmpdir_node(dir, "dev/nvidia-modeset", 195, 254);
    tmpdir_node(dir, "dev/nvidia-uvm", 504, 0);
    tmpdir_node(dir, "dev/nvmap", 10, 9);
    tmpdir_write(dir, "sys/bus/pci/devices/0000:0f:00.0/drm/card1/dev", "");
    tmpdir_node(dir, "dev/dri/card1", 226, 1);
    tmpdir_link(dir, "dev/dri/by-path/pci-0000:0f:00.0-card", "../card1");
    return dir;
}

Test(mode_csv, thor_with_a_discrete_gpu)
{
    const struct generate_options options = {.root = thor_new()};
    _cleanup_run_ struct run thor_run = RUN_INIT;
    const struct machine *m = &thor_run.machine;

    run(&thor_run, &options, thor, 2);
    cr_assert_eq(thor_run.r, 0, "%s", thor_run.err.message);
    cr_assert_eq(m->n_devices, 2);
    cr_expect_str_eq(names(&m->devices[0]), "0 GPU-0");
    cr_expect_str_eq(nodes(&m->devices[0]), "/dev/nvidia0 /dev/nvidiactl /dev/nvmap "
                                            "/dev/nvidia-modeset /dev/nvidia2");
    cr_expect_eq(m->devices[0].hooks.n, 0);
    cr_expect_str_eq(names(&m->devices[1]), "1 GPU-1");
    cr_expect_str_eq(nodes(&m->devices[1]),
                     "/dev/nvidia1 /dev/dri/card1 /dev/nvidia-modeset /dev/nvidia-uvm "
                     "/dev/nvidiactl /dev/nvmap");
    cr_expect_str_eq(m->devices[1].hooks.items[0].args[1],
                     "../card1::/dev/dri/by-path/pci-0000:0f:00.0-card");
    cr_expect_eq(m->n_control_nodes, 0, "the integrated GPU has those of the files");
    cr_expect_str_eq(hook_args(m, 0), "--host-cuda-version=12.6", "there is no Orin");
}

Test(mode_csv, what_a_discrete_gpu_lacks)
{
    struct nvml_gpu gpus[] = {thor[0], thor[1]};
    const char *dir = thor_new();
    const struct generate_options options = {.root = dir};
    _cleanup_run_ struct run no_minor = RUN_INIT, no_node = RUN_INIT;

    gpus[1].node_problem = "nvmlDeviceGetMinorNumber failed";
    run(&no_minor, &options, gpus, 2);
    cr_assert_eq(no_minor.r, 0);
    cr_expect(no_minor.machine.devices[1].unusable);
    cr_expect_str_eq(no_minor.machine.devices[1].problem, "nvmlDeviceGetMinorNumber failed");
    cr_assert_eq(unlink(tmpdir_path(dir, "dev/nvidia1")), 0);
    run(&no_node, &options, thor, 2);
    cr_assert_eq(no_node.r, 0);
    cr_expect(no_node.machine.devices[1].unusable);
    cr_expect_str_eq(no_node.machine.devices[1].problem, "/dev/nvidia1 does not exist");
    cr_expect_not(no_node.machine.devices[0].unusable);
}

Test(mode_csv, ids_of_two_gpus)
{
    static const struct {
        const char *id;
        const char *selected; /* indices; NULL: an error */
    } cases[] = {
        {"all", "01"}, {"0", "0"},  {"1", "1"},     {"GPU-1", "1"},
        {"1:0", NULL}, {"2", NULL}, {"none", NULL},
    };
    const char *dir = thor_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {.root = dir, .device_ids = {&cases[i].id, 1}};
        _cleanup_run_ struct run thor_run = RUN_INIT;
        const struct machine *m = &thor_run.machine;

        run(&thor_run, &options, thor, 2);
        cr_assert_eq(thor_run.r == 0, cases[i].selected != NULL, "%s", cases[i].id);
        for (size_t k = 0; cases[i].selected && k < 2; k++)
            cr_expect_eq(m->devices[k].selected, strchr(cases[i].selected, '0' + (int)k) != NULL,
                         "%s", cases[i].id);
    }
}

/* Where the GPUs cannot be told apart, there is one device with all nodes. */
Test(mode_csv, fallback)
{
    struct nvml_gpu swapped[] = {thor[1], thor[0]}, unknown[] = {thor[0], thor[1]};
    struct nvml_gpu failed[] = {thor[0], thor[1]}, three[] = {thor[0], thor[1], thor[1]};
    struct nvml_gpu nvgpu[] = {orin[0], thor[1]};
    const char *const first[] = {"0"};
    const struct {
        struct nvml_gpu *gpus;
        size_t n;
        bool feature, by_id;
        size_t expected; /* devices */
        const char *why;
    } cases[] = {
        {thor, 2, false, false, 2, NULL},
        {thor, 2, true, false, 1, NULL},
        {thor, 1, false, false, 1, NULL},
        {NULL, 0, false, false, 1, NULL},
        {nvgpu, 2, false, false, 2, NULL},
        {swapped, 2, false, false, 1, "index 0"},
        {unknown, 2, false, false, 1, "nvmlDeviceGetPciInfo failed"},
        {failed, 2, false, false, 1, "nvmlDeviceGetUUID failed"},
        {three, 3, false, false, 1, "index 1"},
        {three, 3, false, true, 3, NULL},
    };
    const char *dir = thor_new();

    swapped[0].index = 0;
    swapped[1].index = 1;
    three[2].index = 2;
    unknown[1].pci = NVML_FAILED;
    unknown[1].bus_id = NULL;
    unknown[1].node_problem = "nvmlDeviceGetPciInfo failed";
    failed[1].problem = "nvmlDeviceGetUUID failed";
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir,
            .device_ids = {first, cases[i].by_id},
            .features[GENERATE_NO_MIXED_CSV] = cases[i].feature,
        };
        _cleanup_run_ struct run fallback_run = RUN_INIT;
        const struct machine *m = &fallback_run.machine;

        run(&fallback_run, &options, cases[i].gpus, cases[i].n);
        cr_assert_eq(fallback_run.r, 0, "case %zu: %s", i, fallback_run.err.message);
        cr_assert_eq(m->n_devices, cases[i].expected, "case %zu", i);
        cr_expect(!cases[i].why || notes(m, "mode csv", cases[i].why), "case %zu", i);
        if (cases[i].expected == 1) {
            cr_expect_str_eq(names(&m->devices[0]), "0");
            cr_expect_str_eq(nodes(&m->devices[0]), "/dev/nvidia0 /dev/nvidia1 /dev/nvidiactl "
                                                    "/dev/nvmap /dev/nvidia-modeset");
        }
    }
}

Test(mode_csv, ignore_patterns)
{
    static const struct {
        const char *pattern;
        bool ignored;
    } cases[] = {
        {"*.so", false},       {"**/*.so", true},      {"/" LIBS "libcuda.*", true},
        {"**/libcuda", false}, {"**/*.so.1.1", false}, /* a library: only symlinks are left out */
    };
    const char *dir = orin_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {.root = dir, .csv_ignore = {&cases[i].pattern, 1}};
        _cleanup_run_ struct run orin_run = RUN_INIT;
        const struct machine *m = &orin_run.machine;

        run(&orin_run, &options, NULL, 0);
        cr_assert_eq(orin_run.r, 0);
        cr_expect_eq(m->hooks.n, cases[i].ignored ? 2 : 3, "%s", cases[i].pattern);
        cr_expect_eq(m->driver.n_files, 3);
    }
}

Test(mode_csv, links_stay_in_the_driver_root)
{
    const char *dir = orin_new();
    const struct generate_options options = {.root = dir, .driver_root = "/drv", .dev_root = "/"};
    _cleanup_run_ struct run drv_run = RUN_INIT;
    const struct machine *m = &drv_run.machine;

    tmpdir_write(dir, CSV "drivers.csv", "");
    tmpdir_write(dir, CSV "l4t.csv",
                 "dir, /fw\nsym, /a/libx.so\nsym, /a/s/liby.so\nsym, /a/gone.so\nsym, /a/loop.so\n"
                 "sym, /a/plain.so\nsym, /a/dir.so\n");
    tmpdir_write(dir, "drv/fw/x", "");
    tmpdir_link(dir, "drv/a/libx.so", "/b/libx.so");
    tmpdir_link(dir, "drv/b/libx.so", "../c/libx.so.1");
    tmpdir_write(dir, "drv/c/libx.so.1", "");
    tmpdir_write(dir, "b/libx.so", "of the host: nobody's business");
    /* ".." from a directory that is behind a link is not the parent of its name. */
    tmpdir_link(dir, "drv/a/s", "../deep/s");
    tmpdir_link(dir, "drv/deep/s/liby.so", "../liby.so.1");
    tmpdir_link(dir, "drv/deep/liby.so.1", "liby.so.1.2");
    tmpdir_write(dir, "drv/deep/liby.so.1.2", "");
    tmpdir_link(dir, "drv/a/gone.so", "nothing");
    tmpdir_link(dir, "drv/a/loop.so", "loop.so");
    tmpdir_write(dir, "drv/a/plain.so", "");
    tmpdir_link(dir, "drv/a/dir.so", "../c");

    run(&drv_run, &options, NULL, 0);
    cr_assert_eq(drv_run.r, 0, "%s", drv_run.err.message);
    cr_expect_str_eq(files(m), "/drv/fw /fw /drv/c/libx.so.1 /c/libx.so.1 "
                               "/drv/deep/liby.so.1.2 /deep/liby.so.1.2 "
                               "/drv/a/plain.so /a/plain.so /etc/nv_tegra_release");
    cr_expect_str_eq(hook_args(m, 0),
                     "--link /b/libx.so::/a/libx.so --link ../c/libx.so.1::/b/libx.so "
                     "--link ../liby.so.1::/a/s/liby.so --link liby.so.1.2::/deep/liby.so.1");
    cr_expect(notes(m, "/a/gone.so", "no such file"));
    cr_expect(notes(m, "/a/loop.so", "no such file"));
    cr_expect(notes(m, "/a/dir.so", "no such file"));
}

Test(mode_csv, library_directories)
{
    static const char *const dirs[] = {"relative:/opt/one:/opt/none", "/opt/two"};
    static const char *const list[] = {"/x.csv", "/missing.csv", "/etc", "/empty.csv"};
    const char *dir = orin_new();
    const struct generate_options options = {
        .root = dir, .library_paths = {dirs, 2}, .csv_files = {list, 4}};
    _cleanup_run_ struct run dirs_run = RUN_INIT;
    const struct machine *m = &dirs_run.machine;

    tmpdir_write(dir, "x.csv", "dev, nvmap\nlib, libfoo.so.2\nlib, libbar.so\nlib, /etc/*.csv\n");
    tmpdir_write(dir, "empty.csv", "# nothing\n");
    tmpdir_write(dir, "opt/one/libfoo.so.2", "");
    tmpdir_write(dir, "opt/two/libfoo.so.2", "");
    tmpdir_write(dir, "relative/libbar.so", "");

    run(&dirs_run, &options, NULL, 0);
    cr_assert_eq(dirs_run.r, 0, "%s", dirs_run.err.message);
    cr_expect_str_eq(files(m), "/opt/one/libfoo.so.2 /opt/two/libfoo.so.2 /etc/nv_tegra_release");
    cr_expect(notes(m, "libbar.so", "no such file"));
    cr_expect(notes(m, "/missing.csv", "cannot open"));
    cr_expect(notes(m, "/etc", "not a regular file"));
    cr_expect(notes(m, "/empty.csv", "lists nothing"));
}

Test(mode_csv, a_device_without_nodes)
{
    static const char *const file = "/x.csv";
    static const struct {
        const char *text;
        bool release, usable;
    } cases[] = {
        {"lib, /x.csv\n", true, true},
        {"lib, /x.csv\n", false, false},
        {"dev, /dev/gone\n", true, false},
        {"dev, /dev/nvhost-as\n", true, false},
    };
    const char *dir = orin_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {.root = dir, .csv_files = {&file, 1}};
        _cleanup_run_ struct run empty_run = RUN_INIT;
        const struct machine_device *device;

        tmpdir_write(dir, "x.csv", cases[i].text);
        tmpdir_write(dir, "etc/nv_tegra_release", "# R36\n");
        if (!cases[i].release)
            cr_assert_eq(unlink(tmpdir_path(dir, "etc/nv_tegra_release")), 0);
        run(&empty_run, &options, NULL, 0);
        cr_assert_eq(empty_run.r, 0);
        device = &empty_run.machine.devices[0];
        cr_expect_eq(device->unusable, !cases[i].usable, "case %zu", i);
        if (cases[i].usable)
            cr_expect_str_eq(device->mounts[0].path, "/etc/nv_tegra_release");
        else
            cr_expect(strstr(device->problem, "none of the CSV files") &&
                      strstr(device->problem, "/x.csv"));
    }
}

static const struct cdi_device *find(const struct cdi_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_devices; i++)
        if (strcmp(spec->devices[i].name, name) == 0)
            return &spec->devices[i];
    return NULL;
}

/* Beneath another root, auto knows a Tegra system by its files. */
Test(mode_csv, document)
{
    const struct generate_options options = {.root = orin_new()};
    _cleanup_(generate_documents_clear) struct generate_documents documents = {.n = 0};
    _cleanup_(generate_report_clear) struct generate_report report = GENERATE_REPORT_INIT;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const struct cdi_spec *spec;
    int r = generate(&options, &documents, &report, &err);

    cr_assert_eq(r, 0, "%s", err.message);
    cr_expect_eq(report.mode, GENERATE_MODE_CSV);
    cr_expect_eq(report.n_left_out + report.n_unnamed, 0);
    spec = documents.items[0].spec;
    cr_expect_str_eq(spec->kind, "nvidia.com/gpu");
    cr_expect_eq(spec->n_devices, 2);
    cr_assert_not_null(find(spec, "0"));
    cr_assert_not_null(find(spec, "all"));
    cr_expect_eq(find(spec, "0")->edits.n_device_nodes, 4);
    cr_expect_eq(find(spec, "0")->edits.n_mounts, 0);
    cr_expect_eq(spec->edits.n_mounts, 3);
    cr_expect_eq(spec->edits.n_device_nodes, 0);
}
