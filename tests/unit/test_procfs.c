/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/machine/procfs.h"
#include "tests/unit/tmpdir.h"

static void expect_str(const char *got, const char *expected, const char *what)
{
    if (expected)
        cr_expect(got && strcmp(got, expected) == 0, "%s: %s", what, got);
    else
        cr_expect_null(got, "%s: %s", what, got);
}

#define INFORMATION                                                                          \
    "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 112\n"                                   \
    "GPU UUID: \t GPU-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11\nVideo BIOS: \t 92.00.45.00.06\n" \
    "Bus Type: \t PCIe\nDMA Size: \t 47 bits\nBus Location: \t 0000:3b:00.0\n"               \
    "Device Minor: \t 12\nGPU Excluded:\t No\n"

Test(procfs, information)
{
    static const struct {
        const char *text, *model, *uuid;
        int64_t minor;
        bool excluded;
    } cases[] = {
        {INFORMATION, "NVIDIA A100-SXM4-80GB", "GPU-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11", 12,
         false},
        /* What the driver shows of a GPU that was not used yet. */
        {"Model: \t\t Tesla T4\nGPU UUID: \t GPU-\?\?\?\?\?\?\?\?-\?\?\?\?-\?\?\?\?-\?\?\?\?-"
         "\?\?\?\?\?\?\?\?\?\?\?\?\n"
         "Device Minor: \t 0\n",
         "Tesla T4", NULL, 0, false},
        {"GPU Excluded:\t Yes\nDevice Minor: \t 3\n", NULL, NULL, 3, true},
        {"Device Minor: \t -1\n", NULL, NULL, -1, false},
        {"Device Minor: \t 99999999\n", NULL, NULL, -1, false},
        {"Device Minor: \t\n", NULL, NULL, -1, false},
        {"Device Minor:7", NULL, NULL, 7, false},
        {"Model: a: b\nno colon\n:\n\n\n", "a: b", NULL, -1, false},
        {"GPU UUID: GPU-1 2\n", NULL, NULL, -1, false},
        {"GPU UUID: GPU-\n", NULL, NULL, -1, false}, /* no device can be called so */
        {"GPU UUID: -1\n", NULL, NULL, -1, false},
        {"", NULL, NULL, -1, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct procfs_gpu gpu;

        cr_assert(procfs_parse_information(cases[i].text, strlen(cases[i].text), arena, &gpu));
        expect_str(gpu.model, cases[i].model, "model");
        expect_str(gpu.uuid, cases[i].uuid, "uuid");
        cr_expect_eq(gpu.minor, cases[i].minor, "case %zu: minor %ld", i, (long)gpu.minor);
        cr_expect_eq(gpu.excluded, cases[i].excluded, "case %zu", i);
    }
}

Test(procfs, version)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.06  Wed Jun 26 06:46:07 UTC "
         "2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n",
         "535.183.06"},
        {"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  "
         "(dvs-builder@U22-I3-AE18-23-3)  Sun Jul 27 06:54:38 UTC 2025\n",
         "580.65.06"},
        {"NVRM version: NVIDIA UNIX x86_64 Kernel Module  390.157  Wed Oct 12\n", "390.157"},
        {"GCC version:  gcc version 12.2.0\n", NULL},
        {"NVRM version: none\n", NULL},
        {"NVRM version: .5 5. 1..2 580\n", NULL},
        {"NVRM version:", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();

        const char *version;

        cr_expect(procfs_parse_version(cases[i].text, strlen(cases[i].text), arena, &version));
        expect_str(version, cases[i].expected, cases[i].text);
    }
}

Test(procfs, a_machine)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tmpdir_new(), *version;
    struct procfs_gpu *list;
    size_t n;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(procfs_gpus(&root, arena, &list, &n, NULL), 0);
    cr_expect_eq(n, 0);
    cr_assert_eq(procfs_driver_version(&root, arena, &version, &err), -CDI_ERR_NOTFOUND);
    cr_expect(strstr(err.message, "/proc/driver/nvidia/version"), "%s", err.message);

    tmpdir_write(dir, "proc/driver/nvidia/version",
                 "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.133.20  Mon\n");
    tmpdir_write(dir, "proc/driver/nvidia/gpus/10000:01:00.0/information", "Device Minor: 0\n");
    tmpdir_write(dir, "proc/driver/nvidia/gpus/0000:c1:00.0/information", INFORMATION);
    tmpdir_write(dir, "proc/driver/nvidia/gpus/0000:1a:00.0/power", "");
    tmpdir_write(dir, "proc/driver/nvidia/gpus/what/information", "Device Minor: 5\n");
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/gpu12/mig/gi2/access", "");
    tmpdir_write(dir, "proc/driver/nvidia/capabilities/mig/config", "");
    cr_assert_eq(procfs_driver_version(&root, arena, &version, NULL), 0);
    cr_expect_str_eq(version, "570.133.20");
    cr_assert_eq(procfs_gpus(&root, arena, &list, &n, NULL), 0);
    cr_assert_eq(n, 3);
    cr_expect_eq(list[0].address.bus, 0x1a);
    cr_expect_eq(list[0].minor, -1, "its file cannot be read");
    cr_expect_eq(list[1].address.bus, 0xc1);
    cr_expect_eq(list[1].minor, 12);
    cr_expect_eq(list[2].address.domain, 0x10000);
    cr_expect(procfs_has_gpu_instances(&root, 12, arena));
    cr_expect_not(procfs_has_gpu_instances(&root, 0, arena));
}
