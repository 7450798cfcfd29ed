/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/nvml.h"
#include "tests/unit/stubs/nvml.h"

#define NVML       UNIT_STUBS "/nvml.so"
#define NVML_OLD   UNIT_STUBS "/nvml_old.so"
#define NVML_EMPTY UNIT_STUBS "/empty.so"

/* Three GPUs: without MIG, with three MIG devices at indices 0, 2 and 3, and with MIG off. */
static const struct fake_nvml machine = {
    .count = 3,
    .driver_version = "580.65.06",
    .cuda_version = 13000,
    .gpus =
        {
            {.name = "NVIDIA L4", .uuid = "GPU-0", .bus_id = "00000000:3B:00.0", .minor = 2},
            {.name = "NVIDIA RTX PRO 6000",
             .uuid = "GPU-1",
             .bus_id = "00010000:01:00.0",
             .minor = 1,
             .addressing = 1,
             .mig = FAKE_MIG_ON,
             .max_migs = 4,
             .migs = {{"MIG-10", 1, 0, 19},
                      {NULL, 0, 0, 0},
                      {"MIG-12", 1, 1, 19},
                      {"MIG-13", 5, 0, 47}},
             .profile_ids = {[0] = 19 + 1,
                             [1] = 14 + 1,
                             [4] = 0 + 1,
                             [10] = 47 + 1,
                             [11] = 35 + 1,
                             [12] = 32 + 1,
                             [17] = 64 + 1}},
            {.name = "NVIDIA GH200 480GB",
             .uuid = "GPU-2",
             .bus_id = "00000009:01:00.0",
             .minor = 0,
             .addressing = 2,
             .mig = FAKE_MIG_OFF,
             .max_migs = 7,
             .migs = {{"MIG-20", 1, 0, 19}}},
        },
};

/* The library's answers. It stays open, so that nvml_read() opens the same again. */
static struct fake_nvml *fake;

static void start(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    cr_assert_not_null(handle, "%s", dlerror());
    fake = dlsym(handle, "fake_nvml");
    cr_assert_not_null(fake);
    *fake = machine;
}

static void start_current(void)
{
    start(NVML);
}

static struct arena *arena;
static struct nvml_facts facts;

static void read_facts(void)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    arena = arena_new();
    cr_assert_eq(nvml_read(NVML, arena, &facts, &err), 0, "%s", err.message);
    cr_assert_eq(fake->running, 0, "it is shut down");
    cr_assert_lt(fake->n_calls, FAKE_CALLS);
}

static void finish(void)
{
    arena_free(arena);
}

static void fail(const char *function, int device, int code)
{
    size_t i = 0;

    while (fake->failures[i].function)
        i++;
    fake->failures[i] = (struct fake_failure){function, device, code, 0};
}

static size_t calls(const char *function, int device)
{
    size_t n = 0;

    for (size_t i = 0; i < fake->n_calls; i++)
        n += strcmp(fake->calls[i].function, function) == 0 &&
             (device == FAKE_ANY || device == fake->calls[i].device);
    return n;
}

static void expect_str(const char *got, const char *expected, const char *what)
{
    if (expected)
        cr_expect(got && strcmp(got, expected) == 0, "%s: %s", what, got);
    else
        cr_expect_null(got, "%s: %s", what, got);
}

TestSuite(nvml, .init = start_current, .fini = finish);

Test(nvml, a_machine)
{
    const struct nvml_gpu *gpu;

    read_facts();
    expect_str(facts.driver_version, "580.65.06", "driver");
    cr_expect_eq(facts.cuda_version, 13000);
    cr_assert_eq(facts.n_gpus, 3);
    for (unsigned i = 0; i < 3; i++) {
        gpu = &facts.gpus[i];
        cr_expect_eq(gpu->index, i);
        expect_str(gpu->name, machine.gpus[i].name, "name");
        expect_str(gpu->uuid, machine.gpus[i].uuid, "uuid");
        expect_str(gpu->bus_id, machine.gpus[i].bus_id, "bus id");
        cr_expect_eq(gpu->pci, NVML_YES);
        cr_expect_eq(gpu->minor, machine.gpus[i].minor);
        cr_expect_null(gpu->problem);
        cr_expect_null(gpu->node_problem);
        cr_expect_null(gpu->mig_problem);
        cr_expect_null(gpu->coherent_problem);
    }
    cr_expect_eq(facts.gpus[0].mig, NVML_UNSUPPORTED);
    cr_expect_eq(facts.gpus[1].mig, NVML_YES);
    cr_expect_eq(facts.gpus[2].mig, NVML_NO);
    cr_expect_eq(facts.gpus[0].coherent, NVML_NO, "no mode");
    cr_expect_eq(facts.gpus[1].coherent, NVML_NO, "HMM");
    cr_expect_eq(facts.gpus[2].coherent, NVML_YES, "ATS");
}

Test(nvml, mig_devices)
{
    static const struct nvml_mig expected[] = {
        {0, "MIG-10", 1, 0, false, NULL},
        {2, "MIG-12", 1, 1, false, NULL},
        {3, "MIG-13", 5, 0, true, NULL},
    };

    read_facts();
    cr_assert_eq(facts.gpus[1].n_migs, ARRAY_SIZE(expected));
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        const struct nvml_mig *mig = &facts.gpus[1].migs[i];

        cr_expect_eq(mig->index, expected[i].index);
        expect_str(mig->uuid, expected[i].uuid, "uuid");
        cr_expect_eq(mig->gi, expected[i].gi);
        cr_expect_eq(mig->ci, expected[i].ci);
        cr_expect_eq(mig->graphics, expected[i].graphics, "%zu", i);
        cr_expect_null(mig->problem, "%s", mig->problem);
    }
    cr_expect_eq(facts.gpus[0].n_migs, 0);
    cr_expect_eq(facts.gpus[2].n_migs, 0);
}

Test(nvml, graphics_profiles)
{
    static const struct {
        uint32_t profile_id;
        bool graphics;
    } cases[] = {{19, false}, {14, false}, {0, false}, {47, true},
                 {35, true},  {32, true},  {64, true}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        *fake = machine;
        fake->gpus[1].migs[0].profile_id = cases[i].profile_id;
        read_facts();
        cr_expect_null(facts.gpus[1].migs[0].problem);
        cr_expect_eq(facts.gpus[1].migs[0].graphics, cases[i].graphics, "id %u",
                     cases[i].profile_id);
        arena_free(TAKE_PTR(arena));
    }
}

/* Each question once; of the GPU without MIG, and the one where it is off, none about MIG. */
Test(nvml, calls)
{
    static const char *const of_each[] = {
        "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetName",       "nvmlDeviceGetUUID",
        "nvmlDeviceGetMinorNumber",      "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetMigMode",
        "nvmlDeviceGetAddressingMode",
    };
    static const char *const once[] = {
        "nvmlInit_v2",
        "nvmlShutdown",
        "nvmlDeviceGetCount_v2",
        "nvmlSystemGetDriverVersion",
        "nvmlSystemGetCudaDriverVersion",
        "nvmlDeviceGetMaxMigDeviceCount",
    };

    read_facts();
    for (size_t i = 0; i < ARRAY_SIZE(of_each); i++)
        for (int gpu = 0; gpu < 3; gpu++)
            cr_expect_eq(calls(of_each[i], gpu), 1, "%s %d", of_each[i], gpu);
    for (size_t i = 0; i < ARRAY_SIZE(once); i++)
        cr_expect_eq(calls(once[i], FAKE_ANY), 1, "%s", once[i]);
    cr_expect_eq(calls("nvmlDeviceGetMaxMigDeviceCount", 1), 1);
    cr_expect_eq(calls("nvmlDeviceGetMigDeviceHandleByIndex", FAKE_ANY), 4, "one an index");
    cr_expect_eq(calls("nvmlGpuInstanceGetInfo", 1), 2, "one a GPU instance");
    cr_expect_eq(calls("nvmlDeviceGetGpuInstanceProfileInfo", 1), 11, "as far as 10");
    cr_expect_eq(calls("nvmlInit", FAKE_ANY), 0);
    cr_expect_eq(calls("nvmlDeviceGetCount", FAKE_ANY), 0);
    cr_expect_eq(calls("nvmlDeviceGetHandleByIndex", FAKE_ANY), 0);
    cr_expect_eq(calls("nvmlDeviceGetPciInfo_v2", FAKE_ANY), 0);
}

/* However many MIG devices a GPU has, its profiles are asked for once. */
Test(nvml, profiles_are_asked_once)
{
    struct fake_gpu *gpu = &fake->gpus[1];

    gpu->max_migs = 7;
    for (unsigned i = 0; i < 7; i++)
        gpu->migs[i] = (struct fake_mig){"MIG-x", i, 0, i % 2 ? 64 : 999};
    read_facts();
    cr_assert_eq(facts.gpus[1].n_migs, 7);
    cr_expect_eq(calls("nvmlDeviceGetGpuInstanceProfileInfo", FAKE_ANY), NVML_PROFILES);
    expect_str(facts.gpus[1].migs[0].problem,
               "GPU instance 0 has profile 999, which the GPU does not know", "not found");
    cr_expect(facts.gpus[1].migs[1].graphics);
    cr_expect_null(facts.gpus[1].migs[1].problem);
}

/* What fails for a GPU is its own problem, and one question's problem is not another's. */
Test(nvml, failures_of_a_gpu)
{
    static const struct {
        const char *function;
        const char *problem, *node_problem, *mig_problem, *coherent_problem;
    } cases[] = {
#define FAILED(name) name " failed: Unknown Error (999)"
        {"nvmlDeviceGetHandleByIndex_v2", FAILED("nvmlDeviceGetHandleByIndex"), NULL, NULL, NULL},
        {"nvmlDeviceGetName", FAILED("nvmlDeviceGetName"), NULL, NULL, NULL},
        {"nvmlDeviceGetUUID", FAILED("nvmlDeviceGetUUID"), NULL, NULL, NULL},
        {"nvmlDeviceGetMigMode", FAILED("nvmlDeviceGetMigMode"), NULL, NULL, NULL},
        {"nvmlDeviceGetMinorNumber", NULL, FAILED("nvmlDeviceGetMinorNumber"), NULL, NULL},
        {"nvmlDeviceGetPciInfo_v3", NULL, FAILED("nvmlDeviceGetPciInfo"), NULL, NULL},
        {"nvmlDeviceGetMaxMigDeviceCount", NULL, NULL, FAILED("nvmlDeviceGetMaxMigDeviceCount"),
         NULL},
        {"nvmlDeviceGetAddressingMode", NULL, NULL, NULL, FAILED("nvmlDeviceGetAddressingMode")},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct nvml_gpu *gpu;

        *fake = machine;
        fail(cases[i].function, 1, NVML_CODE_UNKNOWN);
        read_facts();
        cr_assert_eq(facts.n_gpus, 3);
        gpu = &facts.gpus[1];
        expect_str(gpu->problem, cases[i].problem, cases[i].function);
        expect_str(gpu->node_problem, cases[i].node_problem, cases[i].function);
        expect_str(gpu->mig_problem, cases[i].mig_problem, cases[i].function);
        expect_str(gpu->coherent_problem, cases[i].coherent_problem, cases[i].function);
        cr_expect_null(facts.gpus[0].problem);
        cr_expect_null(facts.gpus[2].problem);
        expect_str(facts.gpus[2].uuid, "GPU-2", "the next GPU");
        arena_free(TAKE_PTR(arena));
    }
}

Test(nvml, answers_of_a_gpu_that_fails)
{
    fail("nvmlDeviceGetHandleByIndex_v2", 0, NVML_CODE_UNKNOWN);
    fail("nvmlDeviceGetMinorNumber", 1, NVML_CODE_NOT_SUPPORTED);
    fail("nvmlDeviceGetMigMode", 2, NVML_CODE_UNKNOWN);
    fail("nvmlDeviceGetUUID", 2, NVML_CODE_UNKNOWN);
    read_facts();
    cr_expect_eq(facts.gpus[0].mig, NVML_FAILED);
    cr_expect_eq(facts.gpus[0].minor, -1);
    cr_expect_null(facts.gpus[0].uuid);
    cr_expect_eq(facts.gpus[1].minor, -1);
    expect_str(facts.gpus[1].node_problem, "nvmlDeviceGetMinorNumber failed: Not Supported (3)",
               "minor");
    cr_expect_eq(facts.gpus[2].mig, NVML_FAILED);
    expect_str(facts.gpus[2].problem, "nvmlDeviceGetUUID failed: Unknown Error (999)",
               "the first of two");
    expect_str(facts.gpus[2].name, "NVIDIA GH200 480GB", "name");
}

/* An integrated GPU has no PCI information; no GPU needs to have an addressing mode. */
Test(nvml, unsupported)
{
    fake->gpus[0].bus_id = NULL;
    fail("nvmlDeviceGetAddressingMode", FAKE_ANY, NVML_CODE_NOT_SUPPORTED);
    read_facts();
    cr_expect_eq(facts.gpus[0].pci, NVML_UNSUPPORTED);
    cr_expect_null(facts.gpus[0].bus_id);
    cr_expect_null(facts.gpus[0].node_problem);
    cr_expect_eq(facts.gpus[2].coherent, NVML_UNSUPPORTED);
    cr_expect_null(facts.gpus[2].coherent_problem);
}

Test(nvml, failures_of_a_mig_device)
{
    static const struct {
        const char *function;
        int device;
        const char *problem;
    } cases[] = {
        {"nvmlDeviceGetUUID", FAKE_MIG(1, 3), FAILED("nvmlDeviceGetUUID")},
        {"nvmlDeviceGetGpuInstanceId", FAKE_MIG(1, 3), FAILED("nvmlDeviceGetGpuInstanceId")},
        {"nvmlDeviceGetComputeInstanceId", FAKE_MIG(1, 3),
         FAILED("nvmlDeviceGetComputeInstanceId")},
        {"nvmlDeviceGetGpuInstanceById", 1, FAILED("nvmlDeviceGetGpuInstanceById")},
        {"nvmlGpuInstanceGetInfo", 1, FAILED("nvmlGpuInstanceGetInfo")},
        {"nvmlDeviceGetGpuInstanceProfileInfo", 1, FAILED("nvmlDeviceGetGpuInstanceProfileInfo")},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        *fake = machine;
        fail(cases[i].function, cases[i].device, NVML_CODE_UNKNOWN);
        read_facts();
        cr_assert_eq(facts.gpus[1].n_migs, 3);
        expect_str(facts.gpus[1].migs[2].problem, cases[i].problem, cases[i].function);
        cr_expect_not(facts.gpus[1].migs[2].graphics);
        cr_expect_null(facts.gpus[1].problem);
        cr_expect_null(facts.gpus[1].mig_problem);
        if (cases[i].device != 1)
            cr_expect_null(facts.gpus[1].migs[1].problem, "%s", facts.gpus[1].migs[1].problem);
        arena_free(TAKE_PTR(arena));
    }
}

/* One profile that cannot be asked for is no problem of those whose profile is another. */
Test(nvml, failure_of_a_profile)
{
    fake->failures[0] = (struct fake_failure){"nvmlDeviceGetGpuInstanceProfileInfo", 1,
                                              NVML_CODE_UNKNOWN, 1};
    read_facts();
    expect_str(facts.gpus[1].migs[0].problem, FAILED("nvmlDeviceGetGpuInstanceProfileInfo"), "0");
    cr_expect_null(facts.gpus[1].migs[2].problem);
    cr_expect(facts.gpus[1].migs[2].graphics);
}

Test(nvml, failures_of_mig_handles)
{
    static const struct {
        int code;
        const char *problem;
    } cases[] = {
        {NVML_CODE_NOT_FOUND, NULL},
        {NVML_CODE_INVALID_ARGUMENT, NULL},
        {NVML_CODE_UNKNOWN, FAILED("nvmlDeviceGetMigDeviceHandleByIndex")},
        {NVML_CODE_NOT_SUPPORTED, "nvmlDeviceGetMigDeviceHandleByIndex failed: Not Supported (3)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        *fake = machine;
        fail("nvmlDeviceGetMigDeviceHandleByIndex", FAKE_MIG(1, 0), cases[i].code);
        read_facts();
        expect_str(facts.gpus[1].mig_problem, cases[i].problem, "problem");
        cr_assert_eq(facts.gpus[1].n_migs, 2);
        expect_str(facts.gpus[1].migs[0].uuid, "MIG-12", "the next");
        arena_free(TAKE_PTR(arena));
    }
}

/* Buffers that the library fills to the brim, and counts that cannot be. */
Test(nvml, a_library_without_measure)
{
    static char longer[200], expected[NVML_DEVICE_TEXT_SIZE + 1];

    memset(longer, 'x', sizeof longer - 1);
    memset(expected, 'x', NVML_DEVICE_TEXT_SIZE);
    fake->gpus[0].name = fake->gpus[0].uuid = fake->gpus[0].bus_id = longer;
    fake->driver_version = longer;
    fake->gpus[1].max_migs = UINT32_MAX;
    read_facts();
    expect_str(facts.gpus[0].name, expected, "name");
    expect_str(facts.gpus[0].uuid, expected, "uuid");
    cr_expect_eq(strlen(facts.gpus[0].bus_id), 32);
    cr_expect_eq(strlen(facts.driver_version), 80);
    cr_expect_eq(facts.gpus[1].n_migs, 3);
}

Test(nvml, unknown_versions)
{
    fail("nvmlSystemGetDriverVersion", FAKE_ANY, NVML_CODE_UNKNOWN);
    fail("nvmlSystemGetCudaDriverVersion", FAKE_ANY, NVML_CODE_UNKNOWN);
    fail("nvmlShutdown", FAKE_ANY, NVML_CODE_UNKNOWN);
    arena = arena_new();
    cr_assert_eq(nvml_read(NVML, arena, &facts, NULL), 0, "a failing shutdown is none");
    cr_expect_null(facts.driver_version);
    cr_expect_eq(facts.cuda_version, 0);
    cr_expect_eq(facts.n_gpus, 3);
}

Test(nvml, an_empty_version_is_unknown)
{
    fake->driver_version = "";
    read_facts();
    cr_expect_null(facts.driver_version);
}

static void expect_error(const char *library, int code, const char *message)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    if (!arena)
        arena = arena_new();
    cr_expect_eq(nvml_read(library, arena, &facts, &err), -code);
    cr_expect(err.message && strncmp(err.message, message, strlen(message)) == 0, "%s",
              err.message);
    cr_expect_eq(facts.n_gpus, 0);
}

/* The count is asked for twice, in one session. */
Test(nvml, count)
{
    fake->failures[0] = (struct fake_failure){"nvmlDeviceGetCount_v2", FAKE_ANY, NVML_CODE_UNKNOWN,
                                              1};
    read_facts();
    cr_expect_eq(facts.n_gpus, 3);
    cr_expect_eq(calls("nvmlInit_v2", FAKE_ANY), 1);
    cr_expect_eq(calls("nvmlDeviceGetCount_v2", FAKE_ANY), 2);

    *fake = machine;
    fake->failures[0] = (struct fake_failure){"nvmlDeviceGetCount_v2", FAKE_ANY, NVML_CODE_UNKNOWN,
                                              2};
    expect_error(NVML, CDI_ERR_UNSUPPORTED, FAILED("nvmlDeviceGetCount"));
    cr_expect_eq(fake->running, 0, "it is shut down");
    cr_expect_eq(calls("nvmlDeviceGetCount_v2", FAKE_ANY), 2);

    *fake = machine;
    fake->count = UINT32_MAX;
    expect_error(NVML, CDI_ERR_UNSUPPORTED, "nvmlDeviceGetCount says 4294967295 GPUs");
}

Test(nvml, no_gpus)
{
    fake->count = 0;
    read_facts();
    cr_expect_eq(facts.n_gpus, 0);
    expect_str(facts.driver_version, "580.65.06", "driver");
}

/* The message has the remedy, if there is one. */
Test(nvml, init)
{
    static const struct {
        int code;
        const char *message;
    } cases[] = {
        {NVML_CODE_DRIVER_NOT_LOADED, "nvmlInit failed: Driver Not Loaded (9): load the kernel "
                                      "module with \"modprobe nvidia\""},
        {NVML_CODE_LIB_RM_VERSION_MISMATCH, "nvmlInit failed: Unknown Error (18): the loaded "
                                            "kernel module and the driver's libraries are of "
                                            "different versions"},
        {NVML_CODE_NO_PERMISSION, "nvmlInit failed: Unknown Error (4): run this as root"},
        {77, "nvmlInit failed: Unknown Error (77)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        *fake = machine;
        fail("nvmlInit_v2", FAKE_ANY, cases[i].code);
        expect_error(NVML, CDI_ERR_UNSUPPORTED, cases[i].message);
        cr_expect_eq(fake->n_calls, 1, "nothing else is asked");
    }
}

/* A driver without MIG, without suffixes and with the old PCI information. */
Test(nvml, old_driver)
{
    start(NVML_OLD);
    arena = arena_new();
    cr_assert_eq(nvml_read(NVML_OLD, arena, &facts, NULL), 0);
    cr_assert_eq(facts.n_gpus, 3);
    cr_expect_eq(calls("nvmlInit", FAKE_ANY), 1);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_null(facts.gpus[i].problem);
        cr_expect_null(facts.gpus[i].node_problem);
        cr_expect_eq(facts.gpus[i].mig, NVML_UNSUPPORTED);
        cr_expect_eq(facts.gpus[i].n_migs, 0);
        cr_expect_eq(facts.gpus[i].coherent, NVML_UNSUPPORTED);
        expect_str(facts.gpus[i].bus_id, "0000:3B:00.0", "bus id");
    }
}

Test(nvml, no_library)
{
    expect_error(UNIT_STUBS "/none.so", CDI_ERR_NOTFOUND, "cannot open the library " UNIT_STUBS);
    expect_error(NVML_EMPTY, CDI_ERR_UNSUPPORTED, "nvmlInit failed: error 13");
}
