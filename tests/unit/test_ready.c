/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/ready.h"
#include "tests/unit/tmpdir.h"

#define BOUND "sys/bus/pci/drivers/nvidia/"
#define GPUS  "proc/driver/nvidia/gpus/"

static struct arena *arena;
static const char *top;

static void setup(void)
{
    arena = arena_new();
    top = tmpdir_new();
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(ready, .init = setup, .fini = teardown);

static const char *missing(enum generate_mode mode)
{
    const struct generate_options options = {.mode = mode, .root = top};
    const char *what;

    cr_assert_eq(driver_ready(&options, arena, &what, NULL), 0);
    return what ? what : "nothing";
}

Test(ready, step_by_step)
{
    cr_expect_str_eq(missing(GENERATE_MODE_AUTO), "the NVIDIA driver is not loaded: there is no "
                                                  "/proc/driver/nvidia/version");
    tmpdir_write(top, "proc/driver/nvidia/version", "");
    cr_expect_str_eq(missing(GENERATE_MODE_AUTO), "no GPU is bound to the driver");
    tmpdir_write(top, BOUND "bind", "");
    tmpdir_write(top, BOUND "0000:01:00.0/vendor", "");
    cr_expect_str_eq(missing(GENERATE_MODE_AUTO),
                     "GPU 0000:01:00.0 is not in /proc/driver/nvidia/gpus");
    tmpdir_write(top, GPUS "0000:01:00.0/information", "GPU UUID: GPU-\?\?\nDevice Minor: 0\n");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI),
                     "GPU 0000:01:00.0 has no UUID and number in /proc/driver/nvidia/gpus");
    /* Beneath another root NVML, which would make nodes, is not asked. */
    cr_expect_str_eq(missing(GENERATE_MODE_AUTO), missing(GENERATE_MODE_PCI));
    tmpdir_write(top, GPUS "0000:01:00.0/information", "GPU UUID: GPU-1\nDevice Minor: 3\n");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI), "there is no /dev/nvidia3");
    tmpdir_write(top, "dev/nvidia3", "no device");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI), "there is no /dev/nvidia3");
    cr_assert_eq(unlink(tmpdir_path(top, "dev/nvidia3")), 0);
    if (mknod(tmpdir_path(top, "dev/nvidia3"), S_IFCHR | 0600, makedev(195, 3)) < 0)
        cr_skip_test("a device node needs root");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI), "nothing");
    /* One more that is not there yet. */
    tmpdir_write(top, BOUND "0000:02:00.0/vendor", "");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI),
                     "GPU 0000:02:00.0 is not in /proc/driver/nvidia/gpus");
}

/* Of this machine, whatever it has. */
Test(ready, this_machine)
{
    const bool loaded = access("/proc/driver/nvidia/version", F_OK) == 0;

    top = NULL;
    cr_expect_str_eq(missing(GENERATE_MODE_CSV), "nothing");
    cr_expect_str_eq(missing(GENERATE_MODE_MANAGEMENT),
                     loaded ? "nothing"
                            : "the NVIDIA driver is not loaded: there is no "
                              "/proc/driver/nvidia/version");
}

/* A GPU that the driver was told not to use never gets a UUID. */
Test(ready, excluded)
{
    tmpdir_write(top, "proc/driver/nvidia/version", "");
    tmpdir_write(top, BOUND "0000:01:00.0/vendor", "");
    tmpdir_write(top, GPUS "0000:01:00.0/information", "GPU Excluded: Yes\n");
    cr_expect_str_eq(missing(GENERATE_MODE_PCI), "nothing");
}

Test(ready, modes)
{
    static const enum generate_mode at_once[] = {GENERATE_MODE_CSV, GENERATE_MODE_WSL,
                                                 GENERATE_MODE_MOFED, GENERATE_MODE_GDRCOPY};
    static const enum generate_mode with_module[] = {GENERATE_MODE_MANAGEMENT, GENERATE_MODE_IMEX,
                                                     GENERATE_MODE_GDS, GENERATE_MODE_NVSWITCH,
                                                     GENERATE_MODE_CUDA_COMPAT};

    for (size_t i = 0; i < ARRAY_SIZE(at_once); i++)
        cr_expect_str_eq(missing(at_once[i]), "nothing");
    for (size_t i = 0; i < ARRAY_SIZE(with_module); i++)
        cr_expect_str_neq(missing(with_module[i]), "nothing");
    tmpdir_write(top, "proc/driver/nvidia/version", "");
    for (size_t i = 0; i < ARRAY_SIZE(with_module); i++)
        cr_expect_str_eq(missing(with_module[i]), "nothing");
}

/* The GPUs' own nodes are the business of nvidia-container-cli. */
Test(ready, graphics)
{
    cr_expect_str_neq(missing(GENERATE_MODE_GRAPHICS), "nothing");
    tmpdir_write(top, "proc/driver/nvidia/version", "");
    cr_expect_str_eq(missing(GENERATE_MODE_GRAPHICS), "no GPU is bound to the driver");
    tmpdir_write(top, BOUND "0000:01:00.0/vendor", "");
    cr_expect_str_eq(missing(GENERATE_MODE_GRAPHICS),
                     "GPU 0000:01:00.0 is not in /proc/driver/nvidia/gpus");
    tmpdir_write(top, GPUS "0000:01:00.0/information", "GPU UUID: GPU-1\nDevice Minor: 3\n");
    cr_expect_str_eq(missing(GENERATE_MODE_GRAPHICS), "nothing");
    cr_expect_str_eq(missing(GENERATE_MODE_NVML), "there is no /dev/nvidia3");
}

/* Systems without that module, by all that auto knows them by. */
Test(ready, other_systems)
{
    static const struct {
        const char *file, *text;
    } systems[] = {{"etc/nv_tegra_release", ""},
                   {"sys/devices/soc0/family", "Tegra\n"},
                   {"usr/lib/wsl/lib/libdxcore.so", ""}};

    for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
        cr_expect_str_neq(missing(GENERATE_MODE_AUTO), "nothing");
        tmpdir_write(top, systems[i].file, systems[i].text);
        cr_expect_str_eq(missing(GENERATE_MODE_AUTO), "nothing", "%s", systems[i].file);
        cr_expect_str_neq(missing(GENERATE_MODE_NVML), "nothing");
        cr_assert_eq(unlink(tmpdir_path(top, systems[i].file)), 0);
    }
    tmpdir_write(top, "sys/devices/soc0/family", "i.MX\n");
    cr_expect_str_neq(missing(GENERATE_MODE_AUTO), "nothing");
}

/* A driver root that a container will fill is waited for; any other trouble is an error. */
Test(ready, roots)
{
    struct generate_options options = {.root = top, .driver_root = "/run/nvidia/driver"};
    struct cdi_error err = CDI_ERROR_INIT;
    const char *what = NULL;

    cr_assert_eq(driver_ready(&options, arena, &what, &err), 0);
    cr_assert_not_null(what);
    cr_expect_not_null(strstr(what, "/run/nvidia/driver"), "%s", what);
    cr_expect_null(err.message);
    tmpdir_write(top, "run/nvidia/driver", "");
    cr_expect_eq(driver_ready(&options, arena, &what, &err), -CDI_ERR_IO);
    cdi_error_clear(&err);
}
