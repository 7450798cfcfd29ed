/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/machine/devchar.h"
#include "generate/machine/majors.h"
#include "generate/machine/migcaps.h"
#include "tests/unit/tmpdir.h"

static const struct majors majors = {.gpu = 195, .uvm = 511, .caps = 236};

/* "/dev/nvidia0 195:0" for each, one a line. */
static void check_list(const struct devchars *list, const char *expected)
{
    char all[2048] = "", *end = all;

    for (size_t i = 0; i < list->n; i++)
        end += sprintf(end, "%s %u:%u\n", list->items[i].path, list->items[i].major,
                       list->items[i].minor);
    cr_expect_str_eq(all, expected);
}

Test(devchar, all_of_a_machine_without_mig)
{
    struct devchars list = {.arena = arena_new()};

    cr_assert_eq(devchars_add_all(&majors, NULL, 2, &list, NULL), 0);
    check_list(&list, "/dev/nvidia-modeset 195:254\n/dev/nvidiactl 195:255\n"
                      "/dev/nvidia-uvm 511:0\n/dev/nvidia-uvm-tools 511:1\n"
                      "/dev/nvidia0 195:0\n/dev/nvidia1 195:1\n");
    arena_free(list.arena);
}

Test(devchar, capabilities_end_at_a_gap)
{
    static const char text[] = "config 1\nmonitor 2\ngpu0/gi0/access 3\ngpu0/gi0/ci0/access 4\n"
                               "gpu0/gi0/ci2/access 5\ngpu0/gi1/access 6\ngpu0/gi3/access 7\n"
                               "gpu1/gi1/access 8\n";
    struct devchars list = {.arena = arena_new()};
    struct migcaps caps;

    cr_assert_eq(migcaps_parse(text, strlen(text), list.arena, &caps, NULL), 0);
    cr_assert_eq(devchars_add_all(&majors, &caps, 2, &list, NULL), 0);
    check_list(&list, "/dev/nvidia-modeset 195:254\n/dev/nvidiactl 195:255\n"
                      "/dev/nvidia-uvm 511:0\n/dev/nvidia-uvm-tools 511:1\n"
                      "/dev/nvidia-caps/nvidia-cap1 236:1\n/dev/nvidia-caps/nvidia-cap2 236:2\n"
                      "/dev/nvidia0 195:0\n/dev/nvidia-caps/nvidia-cap3 236:3\n"
                      "/dev/nvidia-caps/nvidia-cap4 236:4\n/dev/nvidia-caps/nvidia-cap6 236:6\n"
                      "/dev/nvidia1 195:1\n");
    arena_free(list.arena);
}

Test(devchar, a_module_that_is_not_loaded)
{
    static const struct majors missing[] = {{-1, 511, 236}, {195, -1, 236}, {195, 511, -1}};
    struct devchars list = {.arena = arena_new()};
    struct migcaps caps = {NULL, 0};

    for (size_t i = 0; i < ARRAY_SIZE(missing); i++)
        cr_expect_eq(devchars_add_all(&missing[i], &caps, 1, &list, NULL), -CDI_ERR_NOTFOUND);
    cr_expect_eq(devchars_add_all(&missing[2], NULL, 1, &list, NULL), 0, "without MIG");
    arena_free(list.arena);
}

static void make_node(const char *dir, const char *name, unsigned number)
{
    if (mknod(tmpdir_path(dir, name), S_IFCHR | 0600, makedev(195, number)) < 0 && errno == EPERM)
        cr_skip_test("needs CAP_MKNOD");
}

Test(devchar, those_that_are_present)
{
    const char *dir = tmpdir_new();
    struct devchars list = {.arena = arena_new()};
    _cleanup_root_ struct root root = ROOT_INIT;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(devchars_add_present(&root, &list, NULL), 0);
    cr_expect_eq(list.n, 0, "no /dev at all");
    tmpdir_write(dir, "dev/nvidia-caps/nvidia-file", "");
    tmpdir_write(dir, "dev/nvidia3", "");
    make_node(dir, "dev/nvidia1", 1);
    make_node(dir, "dev/nvidia0", 0);
    make_node(dir, "dev/nvidiactl", 255);
    make_node(dir, "dev/zero", 5);
    make_node(dir, "dev/nvidia-fs0", 6);
    make_node(dir, "dev/nvidia-nvswitchctl", 7);
    make_node(dir, "dev/nvidia-nvlink", 8);
    make_node(dir, "dev/nvidia-caps/nvidia-cap1", 9);
    make_node(dir, "dev/nvidia-caps/other", 10);
    cr_assert_eq(symlink("nvidia0", tmpdir_path(dir, "dev/nvidia2")), 0);
    cr_assert_eq(devchars_add_present(&root, &list, NULL), 0);
    check_list(&list, "/dev/nvidia0 195:0\n/dev/nvidia1 195:1\n/dev/nvidiactl 195:255\n"
                      "/dev/nvidia-caps/nvidia-cap1 195:9\n");
    arena_free(list.arena);
}

/* The configuration space of a display controller. */
static void make_gpu(const char *dir, const char *address, bool virtual)
{
    char name[128];

    (void)snprintf(name, sizeof name, "sys/bus/pci/devices/%s/vendor", address);
    tmpdir_write(dir, name, "0x10de\n");
    (void)snprintf(name, sizeof name, "sys/bus/pci/devices/%s/device", address);
    tmpdir_write(dir, name, "0x2330\n");
    (void)snprintf(name, sizeof name, "sys/bus/pci/devices/%s/class", address);
    tmpdir_write(dir, name, "0x030200\n");
    (void)snprintf(name, sizeof name, "sys/bus/pci/devices/%s/physfn", address);
    if (virtual)
        cr_assert_eq(symlink("../0000:01:00.0", tmpdir_path(dir, name)), 0);
}

Test(devchar, virtual_functions_are_no_gpus)
{
    const char *dir = tmpdir_new();
    struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    size_t n = 7;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(devchars_count_gpus(&root, arena, &n, NULL), 0);
    cr_expect_eq(n, 0);
    make_gpu(dir, "0000:01:00.0", false);
    make_gpu(dir, "0000:01:00.4", true);
    make_gpu(dir, "0000:02:00.0", false);
    cr_assert_eq(devchars_count_gpus(&root, arena, &n, NULL), 0);
    cr_expect_eq(n, 2);
    arena_free(arena);
}
