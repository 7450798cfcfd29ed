/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "base/strbuf.h"
#include "generate/machine/migcaps.h"
#include "tests/unit/tmpdir.h"

static void parse(const char *text, struct arena *arena, struct migcaps *caps)
{
    cr_assert_eq(migcaps_parse(text, strlen(text), arena, caps, NULL), 0);
}

/* The beginning of the file as the kernel writes it. */
#define MINORS                                                                               \
    "config 1\nmonitor 2\ngpu0/gi0/access 3\ngpu0/gi0/ci0/access 4\ngpu0/gi0/ci1/access 5\n" \
    "gpu0/gi1/access 12\ngpu0/gi1/ci0/access 13\ngpu10/gi14/ci7/access 1482\n"

Test(migcaps, minors)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct migcaps caps;

    parse(MINORS, arena, &caps);
    cr_expect_eq(caps.n, 8);
    cr_expect_eq(migcaps_config(&caps), 1);
    cr_expect_eq(migcaps_monitor(&caps), 2);
    cr_expect_eq(migcaps_gpu_instance(&caps, 0, 0), 3);
    cr_expect_eq(migcaps_gpu_instance(&caps, 0, 1), 12);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 0, 0), 4);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 0, 1), 5);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 1, 0), 13);
    cr_expect_eq(migcaps_compute_instance(&caps, 10, 14, 7), 1482);

    cr_expect_eq(migcaps_gpu_instance(&caps, 1, 0), -1);
    cr_expect_eq(migcaps_gpu_instance(&caps, 10, 14), -1);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 1, 1), -1);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 0, UINT32_MAX), -1);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, UINT32_MAX, 0), -1);
    cr_expect_eq(migcaps_compute_instance(&caps, UINT32_MAX, 0, 0), -1);
    cr_expect_eq(migcaps_gpu_instance(&caps, UINT32_MAX, 0), -1);
    cr_expect_eq(migcaps_gpu_instance(&caps, 0, UINT32_MAX), -1);
}

Test(migcaps, nothing)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct migcaps caps;

    parse("", arena, &caps);
    cr_expect_eq(caps.n, 0);
    cr_expect_eq(migcaps_config(&caps), -1);
    cr_expect_eq(migcaps_monitor(&caps), -1);
    cr_expect_eq(migcaps_gpu_instance(&caps, 0, 0), -1);
}

Test(migcaps, lines_of_another_form)
{
    static const char *const lines[] = {
        "config",
        "config ",
        "config  1",
        "config\t1",
        "config 1 ",
        "config 1 2",
        "config 1\r",
        " config 1",
        "config -1",
        "config 0x1",
        "config 01",
        "config 1048576", /* minors have 20 bits */
        "config 99999999999999999999",
        "configs 1",
        "Config 1",
        "other 1",
        "gpu0 1",
        "gpu0/gi0 1",
        "gpu0/gi0/ 1",
        "gpu0/gi0/acces 1",
        "gpu0/gi0/access1",
        "gpu0/gi0/accessory 1",
        "gpu/gi0/access 1",
        "gpu0/gi/access 1",
        "gpu0/gi0/ci/access 1",
        "gpu0/ci0/access 1",
        "gpu00/gi0/access 1",
        "gpu0/gi0/ci0/ci0/access 1",
        "gpu-1/gi0/access 1",
        "gpu1048576/gi0/access 1",
        "gpu4294967296/gi0/access 1",
        "gpu0/gi18446744073709551616/access 1",
        "gpu0/gi0/ci1048575/access 1", /* would be the GPU instance's */
        "",
    };

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct migcaps caps;
        char *text = arena_printf(arena, "monitor 7\n%s\ngpu1/gi2/access 8", lines[i]);

        parse(text, arena, &caps);
        cr_expect_eq(caps.n, 2, "\"%s\"", lines[i]);
        cr_expect_eq(migcaps_monitor(&caps), 7);
        cr_expect_eq(migcaps_gpu_instance(&caps, 1, 2), 8, "the last line ends without newline");
    }
}

Test(migcaps, a_nul_is_another_form)
{
    static const char text[] = "config 1\0\nmonitor 2\n";
    _cleanup_arena_ struct arena *arena = arena_new();
    struct migcaps caps;

    cr_assert_eq(migcaps_parse(text, sizeof text - 1, arena, &caps, NULL), 0);
    cr_expect_eq(caps.n, 1);
    cr_expect_eq(migcaps_config(&caps), -1);
    cr_expect_eq(migcaps_monitor(&caps), 2);
}

/* In any order; of several lines for one capability the last counts. */
Test(migcaps, later_lines_win)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct migcaps caps;

    parse("gpu1/gi0/access 20\nconfig 9\ngpu0/gi3/ci0/access 30\nconfig 4\n"
          "gpu1/gi0/access 21\nmonitor 1\nconfig 6\n",
          arena, &caps);
    cr_expect_eq(caps.n, 4);
    cr_expect_eq(migcaps_config(&caps), 6);
    cr_expect_eq(migcaps_monitor(&caps), 1);
    cr_expect_eq(migcaps_gpu_instance(&caps, 1, 0), 21);
    cr_expect_eq(migcaps_compute_instance(&caps, 0, 3, 0), 30);

    parse("config 1\nconfig 2\n", arena, &caps);
    cr_expect_eq(caps.n, 1);
    cr_expect_eq(migcaps_config(&caps), 2);
}

/* 32 GPUs with 15 GPU instances of 8 compute instances each, as the driver lists them. */
static char *whole_file(void)
{
    struct strbuf text = STRBUF_INIT;
    unsigned minor = 1;

    strbuf_printf(&text, "config %u\n", minor++);
    strbuf_printf(&text, "monitor %u\n", minor++);
    for (unsigned gpu = 0; gpu < 32; gpu++)
        for (unsigned gi = 0; gi < 15; gi++) {
            strbuf_printf(&text, "gpu%u/gi%u/access %u\n", gpu, gi, minor++);
            for (unsigned ci = 0; ci < 8; ci++)
                strbuf_printf(&text, "gpu%u/gi%u/ci%u/access %u\n", gpu, gi, ci, minor++);
        }
    return strbuf_take(&text, NULL);
}

Test(migcaps, the_file)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    _cleanup_free_ char *text = whole_file();
    const char *dir = tmpdir_new();
    struct migcaps caps;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(migcaps_read(&root, arena, &caps, &err), -CDI_ERR_NOTFOUND);
    cr_expect(strstr(err.message, "/proc/driver/nvidia-caps/mig-minors"), "%s", err.message);

    tmpdir_write(dir, "proc/driver/nvidia-caps/mig-minors", text);
    cr_assert_eq(migcaps_read(&root, arena, &caps, NULL), 0);
    cr_expect_eq(caps.n, 4322);
    for (uint32_t gpu = 0; gpu < 32; gpu++)
        for (uint32_t gi = 0; gi < 15; gi++) {
            int64_t minor = 3 + (gpu * 15 + gi) * 9;

            cr_expect_eq(migcaps_gpu_instance(&caps, gpu, gi), minor);
            for (uint32_t ci = 0; ci < 8; ci++)
                cr_expect_eq(migcaps_compute_instance(&caps, gpu, gi, ci), minor + 1 + ci);
        }
}

Test(migcaps, a_file_that_is_none)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tmpdir_new();
    struct migcaps caps;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    tmpdir_write(dir, "proc/driver/nvidia-caps/mig-minors/file", "");
    cr_expect_eq(migcaps_read(&root, arena, &caps, NULL), -CDI_ERR_IO);
}

#define CAPABILITIES "proc/driver/nvidia/capabilities/"

Test(migcaps, instances)
{
    static const struct mig_instance expected[] = {{1, 0}, {2, 0}, {2, 1}, {2, 10}, {11, 3}};
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tmpdir_new();
    struct mig_instance *instances;
    size_t n = 99;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(mig_instances(&root, 3, arena, &instances, &n, NULL), 0);
    cr_expect_eq(n, 0);

    tmpdir_write(dir, CAPABILITIES "mig/config", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi11/ci3/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi2/ci10/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi2/ci1/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi2/ci0/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi2/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi1/ci0/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi5/access", "");    /* no compute instance */
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi/ci0/access", ""); /* no numbers */
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi1/cix/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu3/mig/gi1x/ci0/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu4/mig/gi0/ci0/access", "");
    tmpdir_write(dir, CAPABILITIES "gpu5/mig/access", "");
    cr_assert_eq(mig_instances(&root, 3, arena, &instances, &n, NULL), 0);
    cr_assert_eq(n, ARRAY_SIZE(expected));
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(instances[i].gi, expected[i].gi, "%zu", i);
        cr_expect_eq(instances[i].ci, expected[i].ci, "%zu", i);
    }
    cr_assert_eq(mig_instances(&root, 5, arena, &instances, &n, NULL), 0);
    cr_expect_eq(n, 0);
    cr_assert_eq(mig_instances(&root, -1, arena, &instances, &n, NULL), 0);
    cr_expect_eq(n, 0);
}
