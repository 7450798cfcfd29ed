/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "generate/generate.h"
#include "tests/unit/tmpdir.h"

#define UUID0 "GPU-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11"
#define LIBS  "usr/lib/x86_64-linux-gnu/"

static void add_node(const char *dir, const char *name, unsigned major, unsigned minor)
{
    tmpdir_write(dir, name, "");
    cr_assert_eq(unlink(tmpdir_path(dir, name)), 0);
    if (mknod(tmpdir_path(dir, name), S_IFCHR | 0666, makedev(major, minor)) < 0)
        cr_skip_test("needs the right to mknod(2)");
    cr_assert_eq(chmod(tmpdir_path(dir, name), 0666), 0);
}

static void add_pci(const char *dir, const char *name, const char *driver)
{
    char path[128];

    (void)snprintf(path, sizeof path, "sys/bus/pci/devices/%s/vendor", name);
    tmpdir_write(dir, path, "0x10de\n");
    (void)snprintf(path, sizeof path, "sys/bus/pci/devices/%s/device", name);
    tmpdir_write(dir, path, "0x2684\n");
    (void)snprintf(path, sizeof path, "sys/bus/pci/devices/%s/class", name);
    tmpdir_write(dir, path, "0x030000\n");
    (void)snprintf(path, sizeof path, "sys/bus/pci/devices/%s/driver", name);
    if (driver)
        cr_assert_eq(symlink(driver, tmpdir_path(dir, path)), 0);
}

static void add_gpu(const char *dir, const char *name, const char *information)
{
    char path[128];

    add_pci(dir, name, "../../drivers/nvidia");
    (void)snprintf(path, sizeof path, "proc/driver/nvidia/gpus/%s/information", name);
    tmpdir_write(dir, path, information);
}

/* A machine with a driver and two GPUs, whose minors are not in the order of the bus. */
static const char *machine_new(void)
{
    const char *dir = tmpdir_new();

    add_gpu(dir, "0000:c1:00.0", "GPU UUID: GPU-1\nDevice Minor: 0\nGPU Excluded: No\n");
    add_gpu(dir, "0000:01:00.0", "GPU UUID: " UUID0 "\nDevice Minor: 1\n");
    tmpdir_write(dir, "proc/driver/nvidia/version",
                 "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.1  Mon\n");
    tmpdir_write(dir, LIBS "libcuda.so.570.1", "");
    tmpdir_write(dir, "sys/bus/pci/devices/0000:01:00.0/drm/card3/dev", "");
    add_node(dir, "dev/dri/card3", 226, 3);
    tmpdir_write(dir, "dev/dri/by-path/x", "");
    cr_assert_eq(symlink("../card3", tmpdir_path(dir, "dev/dri/by-path/pci-0000:01:00.0-card")), 0);
    cr_assert_eq(symlink("../card4", tmpdir_path(dir, "dev/dri/by-path/pci-0000:01:00.0-render")),
                 0);
    add_node(dir, "dev/nvidia0", 195, 0);
    add_node(dir, "dev/nvidia1", 195, 1);
    add_node(dir, "dev/nvidiactl", 195, 255);
    return dir;
}

/* What one run gives. */
struct run {
    struct generate_documents documents;
    struct cdi_spec *spec; /* the first */
    struct generate_report report;
    struct cdi_error err;
    int r;
};

static void run_clear(struct run *run)
{
    generate_documents_clear(&run->documents);
    generate_report_clear(&run->report);
    cdi_error_clear(&run->err);
}
#define _cleanup_run_ _cleanup_(run_clear)

static struct run run_generate(const struct generate_options *options)
{
    struct run run = {{.n = 0}, NULL, GENERATE_REPORT_INIT, CDI_ERROR_INIT, 0};

    run.r = generate(options, &run.documents, &run.report, &run.err);
    run.spec = run.documents.n ? run.documents.items[0].spec : NULL;
    return run;
}

static const struct cdi_device *device(const struct cdi_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_devices; i++)
        if (strcmp(spec->devices[i].name, name) == 0)
            return &spec->devices[i];
    return NULL;
}

/* True if the report tells of `subject` a text in which `part` is. */
static bool tells(const struct generate_note *notes, size_t n, const char *subject,
                  const char *part)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(notes[i].subject, subject) == 0 && strstr(notes[i].text, part))
            return true;
    return false;
}

Test(generate, indices_follow_the_bus_and_nodes_the_minor)
{
    const struct generate_options options = {.root = machine_new()};
    _cleanup_run_ struct run run = run_generate(&options);
    const struct cdi_device *gpu;

    cr_assert_eq(run.r, 0, "%s", run.err.message);
    cr_expect_eq(run.spec->n_devices, 5);
    cr_assert_not_null(gpu = device(run.spec, "0"));
    cr_assert_eq(gpu->edits.n_device_nodes, 2);
    cr_expect_str_eq(gpu->edits.device_nodes[0].path, "/dev/nvidia1");
    cr_expect_str_eq(gpu->edits.device_nodes[1].path, "/dev/dri/card3");
    cr_assert_eq(gpu->edits.n_hooks, 1);
    cr_expect_str_eq(gpu->edits.hooks[0].args.items[3],
                     "../card3::/dev/dri/by-path/pci-0000:01:00.0-card");
    cr_expect_eq(gpu->edits.hooks[0].args.n, 4, "the render node is another GPU's");
    cr_assert_not_null(gpu = device(run.spec, "GPU-1"));
    cr_expect_str_eq(gpu->edits.device_nodes[0].path, "/dev/nvidia0");
    cr_expect_eq(run.report.n_left_out, 0);
    cr_expect(strstr(run.report.summary, "2 GPUs, driver 570.1"), "%s", run.report.summary);
    cr_expect(tells(run.report.notes, run.report.n_notes, "/dev/nvidia-uvm", "does not exist"));
    cr_expect_eq(run.spec->edits.n_device_nodes, 1);
    for (size_t i = 0; i < run.spec->edits.n_mounts; i++)
        cr_expect_null(strstr(run.spec->edits.mounts[i].host_path, options.root));
}

Test(generate, broken_gpus_are_left_out_with_their_reason)
{
    static const struct {
        const char *subject, *part;
    } left_out[] = {
        {"GPU 1 (0000:02:00.0)", "/dev/nvidia7 does not exist"},
        {"GPU 0000:03:00.0", "exclude"},
        {"GPU 2 (0000:04:00.0)", "minor"},
        {"GPU 0000:05:00.0", "no driver"},
        {"GPU 0000:06:00.0", "/proc/driver/nvidia/gpus"},
        {"GPU 3 (0000:08:00.0)", "/dev/nvidia8 is not a character device"},
        {"MIG device 4:0 (0000:09:00.0)", "mig-minors"},
        {"GPU 5 (0000:0a:00.0)", "/dev/nvidia10 is a symlink"},
    };
    const char *dir = machine_new();
    const struct generate_options options = {.root = dir};

    add_gpu(dir, "0000:02:00.0", "GPU UUID: GPU-2\nDevice Minor: 7\n");
    add_gpu(dir, "0000:03:00.0", "GPU UUID: GPU-3\nDevice Minor: 0\nGPU Excluded: Yes\n");
    add_gpu(dir, "0000:04:00.0", "GPU UUID: GPU-4\n");
    add_pci(dir, "0000:05:00.0", NULL);
    add_pci(dir, "0000:06:00.0", "../../drivers/nvidia");
    add_pci(dir, "0000:07:00.0", "../../drivers/vfio-pci");
    add_gpu(dir, "0000:08:00.0", "GPU UUID: GPU-8\nDevice Minor: 8\n");
    tmpdir_write(dir, "dev/nvidia8", "");
    add_gpu(dir, "0000:09:00.0", "GPU UUID: GPU-9\nDevice Minor: 9\n");
    add_node(dir, "dev/nvidia9", 195, 9);
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu9/mig/gi1/ci0/access", "");
    add_gpu(dir, "0000:0a:00.0", "GPU UUID: GPU-a\nDevice Minor: 10\n");
    cr_assert_eq(symlink("nvidia0", tmpdir_path(dir, "dev/nvidia10")), 0);

    _cleanup_run_ struct run run = run_generate(&options);

    cr_assert_eq(run.r, 0, "%s", run.err.message);
    cr_expect_eq(run.report.n_left_out, ARRAY_SIZE(left_out));
    for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
        cr_expect(tells(run.report.left_out, run.report.n_left_out, left_out[i].subject,
                        left_out[i].part),
                  "%s", left_out[i].subject);
    cr_expect(tells(run.report.notes, run.report.n_notes, "0000:07:00.0", "vfio-pci"));
    cr_expect_not_null(device(run.spec, "0"));
    cr_expect_null(device(run.spec, "1"), "indices stay those of the machine");
    cr_expect_not_null(device(run.spec, "6"));
    cr_expect_eq(device(run.spec, "all")->edits.n_device_nodes, 3);
}

Test(generate, a_gpu_whose_uuid_is_unknown)
{
    const enum generate_naming by_uuid[] = {GENERATE_NAME_UUID};
    const char *dir = machine_new();
    struct generate_options options = {.root = dir};

    add_gpu(dir, "0000:c2:00.0", "GPU UUID: GPU-\?\?\nDevice Minor: 0\n");
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0);
        cr_expect_not_null(device(run.spec, "2"));
        cr_expect(tells(run.report.unnamed, run.report.n_unnamed, "GPU 2 (0000:c2:00.0)", "UUID"));
        cr_expect_eq(run.report.n_left_out, 0, "it is in the document by its index");
    }
    options.naming = by_uuid;
    options.n_naming = 1;
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0);
        cr_expect_eq(run.spec->n_devices, 3);
        cr_expect_eq(run.report.n_left_out, 1);
    }
}

Test(generate, a_strategy_that_names_no_gpu)
{
    const enum generate_naming by_uuid[] = {GENERATE_NAME_UUID};
    const char *dir = machine_new();
    const struct generate_options options = {.root = dir, .naming = by_uuid, .n_naming = 1};

    tmpdir_write(dir, "proc/driver/nvidia/gpus/0000:c1:00.0/information", "Device Minor: 0\n");
    tmpdir_write(dir, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Device Minor: 1\n");

    _cleanup_run_ struct run run = run_generate(&options);

    cr_assert_eq(run.r, -CDI_ERR_NOTFOUND);
    cr_expect(strstr(run.err.message, "GPU 0 (0000:01:00.0), GPU 1 (0000:c1:00.0): its UUID"), "%s",
              run.err.message);
}

Test(generate, machines_without_a_usable_gpu)
{
    static const struct {
        const char *driver; /* a GPU on the bus bound to it */
        bool loaded;
        const char *message[2];
    } cases[] = {
        {NULL, false, {"no NVIDIA GPU found", "/proc/driver/nvidia/version"}},
        {"vfio-pci", false, {"not loaded", "0000:01:00.0 (bound to vfio-pci)"}},
        {"vfio-pci", true, {"no NVIDIA GPU found", "other drivers"}},
        {NULL, true, {"no NVIDIA GPU found", "/proc/driver/nvidia/gpus"}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = tmpdir_new();
        const struct generate_options options = {.root = dir};

        if (cases[i].driver)
            add_pci(dir, "0000:01:00.0", cases[i].driver);
        if (cases[i].loaded)
            tmpdir_write(dir, "proc/driver/nvidia/version", "NVRM version: 570.1\n");

        _cleanup_run_ struct run run = run_generate(&options);

        cr_expect_eq(run.r, -CDI_ERR_NOTFOUND);
        cr_expect_null(run.spec);
        for (size_t k = 0; k < 2; k++)
            cr_expect(strstr(run.err.message, cases[i].message[k]), "%s", run.err.message);
    }
}

Test(generate, no_gpu_left_is_an_error)
{
    const char *dir = machine_new();
    const char *const ids[] = {"1"};
    const struct generate_options options = {.root = dir, .device_ids = {ids, 1}};

    cr_assert_eq(unlink(tmpdir_path(dir, "dev/nvidia0")), 0);

    _cleanup_run_ struct run run = run_generate(&options);

    cr_expect_eq(run.r, -CDI_ERR_NOTFOUND);
    cr_expect(strstr(run.err.message, "GPU 1 (0000:c1:00.0)"), "%s", run.err.message);
    cr_expect(strstr(run.err.message, "/dev/nvidia0"), "%s", run.err.message);
    cr_expect_eq(run.report.n_left_out, 1);
}

/* What is asked for by id must be there, unlike what is there among others. */
Test(generate, a_gpu_asked_for_by_id_is_not_left_out)
{
    static const struct {
        const char *ids[2];
        int expected;
    } cases[] = {
        {{NULL}, 0},
        {{"0"}, 0},
        {{"all"}, 0},
        {{"1", "all"}, 0},
        {{"none"}, 0},
        {{"1"}, -CDI_ERR_NOTFOUND},
        {{"0", "1"}, -CDI_ERR_NOTFOUND},
        {{"0000:c1:00.0", "0"}, -CDI_ERR_NOTFOUND},
    };
    const char *dir = machine_new();

    cr_assert_eq(unlink(tmpdir_path(dir, "dev/nvidia0")), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir,
            .device_ids = {cases[i].ids, (size_t) !!cases[i].ids[0] + !!cases[i].ids[1]}};
        _cleanup_run_ struct run run = run_generate(&options);

        cr_expect_eq(run.r, cases[i].expected, "case %zu", i);
        if (run.r < 0) {
            cr_expect_null(run.spec);
            cr_expect_str_eq(run.err.message,
                             "cannot describe GPU 1 (0000:c1:00.0): /dev/nvidia0 does not exist");
        }
    }
}

Test(generate, errors_tell_each_reason_once)
{
    const char *dir = machine_new();
    const struct generate_options options = {.root = dir};

    add_gpu(dir, "0000:02:00.0", "GPU UUID: GPU-2\nDevice Minor: 7\n");
    add_gpu(dir, "0000:03:00.0", "GPU UUID: GPU-2\nDevice Minor: 7\n");
    tmpdir_write(dir, "proc/driver/nvidia/gpus/0000:01:00.0/information", "");
    cr_assert_eq(unlink(tmpdir_path(dir, "dev/nvidia0")), 0);

    _cleanup_run_ struct run run = run_generate(&options);

    cr_assert_eq(run.r, -CDI_ERR_NOTFOUND);
    cr_expect_str_eq(run.err.message,
                     "cannot describe GPU 0 (0000:01:00.0): the driver does not tell its device "
                     "minor: its file in /proc/driver/nvidia/gpus is unreadable or incomplete; "
                     "GPU 1 (0000:02:00.0), GPU 2 (0000:03:00.0): /dev/nvidia7 does not exist; "
                     "GPU 3 (0000:c1:00.0): /dev/nvidia0 does not exist");
}

/* A GPU with three MIG devices, which stand for it, and one that is not divided. */
static const char *mig_machine_new(void)
{
    const char *dir = machine_new();

    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu1/mig/gi2/ci0/access", "");
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu1/mig/gi2/ci1/access", "");
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu1/mig/gi13/ci0/access", "");
    tmpdir_write(dir, "proc/driver/nvidia-caps/mig-minors",
                 "config 1\nmonitor 2\ngpu1/gi2/access 21\ngpu1/gi2/ci0/access 22\n"
                 "gpu1/gi2/ci1/access 23\ngpu1/gi13/access 120\ngpu1/gi13/ci0/access 121\n");
    for (unsigned minor = 21; minor <= 121; minor = minor == 23 ? 120 : minor + 1) {
        char name[64];

        (void)snprintf(name, sizeof name, "dev/nvidia-caps/nvidia-cap%u", minor);
        add_node(dir, name, 236, minor);
    }
    return dir;
}

Test(generate, mig_devices_stand_for_their_gpu)
{
    static const char *const nodes[] = {"/dev/nvidia1", "/dev/nvidia-caps/nvidia-cap120",
                                        "/dev/nvidia-caps/nvidia-cap121"};
    const enum generate_naming naming[] = {GENERATE_NAME_INDEX, GENERATE_NAME_TYPE_INDEX,
                                           GENERATE_NAME_PCI};
    const struct generate_options options = {
        .root = mig_machine_new(), .naming = naming, .n_naming = 3};
    _cleanup_run_ struct run run = run_generate(&options);
    const struct cdi_device *device2;

    cr_assert_eq(run.r, 0, "%s", run.err.message);
    cr_expect_eq(run.spec->n_devices, 3 * 3 + 3 + 1);
    cr_expect_null(device(run.spec, "0"), "it is divided");
    cr_expect_not_null(device(run.spec, "1"));
    cr_expect_not_null(device(run.spec, "mig0:1"));
    cr_expect_not_null(device(run.spec, "0000:01:00.0-gi2-ci1"));
    cr_assert_not_null(device2 = device(run.spec, "0:2"));
    cr_assert_eq(device2->edits.n_device_nodes, ARRAY_SIZE(nodes), "without DRM devices");
    for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
        cr_expect_str_eq(device2->edits.device_nodes[i].path, nodes[i]);
    cr_expect(strstr(run.report.summary, "1 GPU, 3 MIG devices"), "%s", run.report.summary);
}

/* Their UUIDs are NVML's secret; the index is enough of a name. */
Test(generate, mig_devices_have_no_uuid_in_mode_pci)
{
    const struct generate_options options = {.root = mig_machine_new()};
    _cleanup_run_ struct run run = run_generate(&options);

    cr_assert_eq(run.r, 0, "%s", run.err.message);
    cr_expect_not_null(device(run.spec, "0:0"));
    cr_expect_eq(run.report.n_unnamed, 3);
    cr_expect_eq(run.report.n_left_out, 0);
}

Test(generate, a_mig_device_or_a_divided_gpu_by_id)
{
    static const struct {
        const char *id, *node;
    } cases[] = {
        {"0:1", "/dev/nvidia-caps/nvidia-cap21"},
        {"0", "/dev/dri/card3"},
    };
    const enum generate_naming by_index[] = {GENERATE_NAME_INDEX};
    const char *dir = mig_machine_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {.root = dir,
                                                 .device_ids = {&cases[i].id, 1},
                                                 .naming = by_index,
                                                 .n_naming = 1,
                                                 .no_all = true};
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0, "%s: %s", cases[i].id, run.err.message);
        cr_assert_eq(run.spec->n_devices, 1);
        cr_expect_str_eq(run.spec->devices[0].name, cases[i].id);
        cr_expect_str_eq(run.spec->devices[0].edits.device_nodes[1].path, cases[i].node);
    }
}

Test(generate, mig_enabled_without_any_mig_device)
{
    const char *dir = machine_new();
    const struct generate_options options = {.root = dir};

    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu0/mig/gi1/access", "");
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu1/mig/gi1/access", "");

    _cleanup_run_ struct run run = run_generate(&options);

    cr_expect_eq(run.r, -CDI_ERR_NOTFOUND);
    cr_expect(strstr(run.err.message, "MIG"), "%s", run.err.message);
}

Test(generate, roots)
{
    static const struct {
        const char *driver_root, *dev_root;
        const char *library, *node; /* on the host */
    } cases[] = {
        {"/drv", "/", "/drv/" LIBS "libcuda.so.570.1", ""},
        {"/drv/", NULL, "/drv/" LIBS "libcuda.so.570.1", "/drv/dev/nvidia1"},
        {"link", "//", "/drv/" LIBS "libcuda.so.570.1", ""},
        {NULL, "/drv", "/" LIBS "libcuda.so.570.1", "/drv/dev/nvidia1"},
    };
    const char *dir = machine_new();

    tmpdir_write(dir, "drv/" LIBS "libcuda.so.570.1", "");
    add_node(dir, "drv/dev/nvidia0", 195, 0);
    add_node(dir, "drv/dev/nvidia1", 195, 1);
    cr_assert_eq(symlink("/drv", tmpdir_path(dir, "link")), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir, .driver_root = cases[i].driver_root, .dev_root = cases[i].dev_root};
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0, "case %zu: %s", i, run.err.message);
        cr_expect_str_eq(run.spec->edits.mounts[0].host_path, cases[i].library);
        cr_expect_str_eq(run.spec->edits.mounts[0].container_path, "/" LIBS "libcuda.so.570.1");
        cr_expect_str_eq(device(run.spec, "0")->edits.device_nodes[0].host_path, cases[i].node);
        cr_expect_str_eq(run.spec->edits.env.items[0],
                         "NVIDIA_CTK_LIBCUDA_DIR=/usr/lib/x86_64-linux-gnu");
    }
}

Test(generate, the_hook_program)
{
    static const struct {
        const char *wanted, *search_path, *expected;
        bool missing;
    } cases[] = {
        {NULL, NULL, "/usr/local/bin/nvidia-cdi-hook", false},
        {"", NULL, "/usr/local/bin/nvidia-cdi-hook", false},
        {NULL, "/opt/bin", "/opt/bin/nvidia-cdi-hook", false},
        {NULL, "opt/bin:/no:/opt/bin/", "/opt/bin/nvidia-cdi-hook", false},
        {"/opt/bin/nvidia-cdi-hook", NULL, "/opt/bin/nvidia-cdi-hook", false},
        {"/x/hook", NULL, "/x/hook", true},
        {"/opt/bin", NULL, "/opt/bin", true},
        {"/usr/sbin/nvidia-ctk", NULL, "/usr/sbin/nvidia-ctk", true},
        {"nvidia-ctk", NULL, "/usr/bin/nvidia-ctk", true},
    };
    const char *dir = machine_new();

    tmpdir_write(dir, "usr/local/bin/nvidia-cdi-hook", "");
    tmpdir_write(dir, "opt/bin/nvidia-cdi-hook", "");
    tmpdir_write(dir, "usr/sbin/nvidia-ctk", "not executable");
    cr_assert_eq(chmod(tmpdir_path(dir, "usr/local/bin/nvidia-cdi-hook"), 0755), 0);
    cr_assert_eq(chmod(tmpdir_path(dir, "opt/bin/nvidia-cdi-hook"), 0755), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct generate_options options = {
            .root = dir, .hook_path = cases[i].wanted, .search_path = cases[i].search_path};
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0);
        cr_expect_str_eq(run.spec->edits.hooks[0].path, cases[i].expected);
        cr_expect_eq(run.report.missing_hook != NULL, cases[i].missing, "case %zu", i);
        if (cases[i].missing)
            cr_expect_str_eq(run.report.missing_hook, cases[i].expected);
    }
}

Test(generate, either_hook_program_will_do)
{
    const char *dir = machine_new();
    const struct generate_options options = {.root = dir};

    tmpdir_write(dir, "usr/bin/cdikit-hook", "");
    cr_assert_eq(chmod(tmpdir_path(dir, "usr/bin/cdikit-hook"), 0755), 0);
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_expect_str_eq(run.spec->edits.hooks[0].path, "/usr/bin/cdikit-hook");
        cr_expect_str_eq(run.spec->edits.hooks[0].args.items[0], "cdikit-hook");
        cr_expect_null(run.report.missing_hook);
    }
    cr_assert_eq(chmod(tmpdir_path(dir, "usr/bin/cdikit-hook"), 0644), 0);
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_expect_str_eq(run.report.missing_hook, "/usr/bin/nvidia-cdi-hook");
    }
}

/* Without hooks in the document, nobody misses the program. */
Test(generate, no_hooks_need_no_program)
{
    static const char *const all[] = {"all"}, *const one[] = {"chmod"};
    struct generate_options options = {.root = machine_new(), .disabled_hooks = {all, 1}};
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0);
        cr_expect_null(run.report.missing_hook);
    }
    options.enabled_hooks = (struct generate_strings){one, 1};
    {
        _cleanup_run_ struct run run = run_generate(&options);

        cr_assert_eq(run.r, 0);
        cr_expect_eq(run.spec->edits.n_hooks, 0, "it is for the nodes of a device");
        cr_expect_not_null(run.report.missing_hook);
    }
}

Test(generate, relative_hook_programs_are_refused)
{
    const struct generate_options options = {.root = machine_new(), .hook_path = "./hook"};
    _cleanup_run_ struct run run = run_generate(&options);

    cr_expect_eq(run.r, -CDI_ERR_USAGE);
}
