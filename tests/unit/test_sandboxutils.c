/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/sandboxutils.h"
#include "tests/unit/stubs/sandboxutils.h"

#define LIBRARY UNIT_STUBS "/sandboxutils.so"

static struct fake_sandbox *fake;
static struct arena *arena;
static struct sandbox_facts facts;

static char *text(const char *s)
{
    return arena_strdup(arena, s);
}

/* A list of files in their order, linked by the array. */
static struct sandboxutils_file *list_of(const struct sandboxutils_file *files, size_t n)
{
    struct sandboxutils_file *list = arena_calloc(arena, n, sizeof *list);

    for (size_t i = 0; i < n; i++) {
        list[i] = files[i];
        list[i].next = i + 1 < n ? &list[i + 1] : NULL;
    }
    return list;
}

#define LIST(...)                                            \
    list_of((const struct sandboxutils_file[]){__VA_ARGS__}, \
            ARRAY_SIZE(((const struct sandboxutils_file[]){__VA_ARGS__})))
#define FILE_OF(kind_, flags_, path_)                             \
    {                                                             \
        .kind = (kind_), .flags = (flags_), .path = text((path_)) \
    }

static void start(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    cr_assert_not_null(handle, "%s", dlerror());
    fake = dlsym(handle, "fake_sandbox");
    arena = arena_new();
    *fake = (struct fake_sandbox){.version = "580.65.06", .content = "../card1"};
    fake->devices[0] = (struct fake_sandbox_device){
        "GPU-0", 0,
        LIST(FILE_OF(0, 0, "/drv/dev/nvidia0"), FILE_OF(1, 0, "/drv/dev/dri/card1"),
             FILE_OF(2, 0, "/drv/dev/dri/renderD128"),
             FILE_OF(3, 4, "/drv/dev/dri/by-path/pci-0000:3b:00.0-card"),
             FILE_OF(4, 5, "/drv/dev/dri/by-path/pci-0000:3b:00.0-render"),
             FILE_OF(11, 0, "/drv/proc/driver/nvidia/gpus/0000:3b:00.0"))};
    fake->devices[1] = (struct fake_sandbox_device){
        "MIG-1", 1,
        LIST(FILE_OF(10, 0, "/dev/nvidia-caps/nvidia-cap21"), FILE_OF(0, 0, "/dev/nvidia1"),
             FILE_OF(10, 0, "/dev/nvidia-caps/nvidia-cap22"))};
}

static void finish(void)
{
    arena_free(arena);
}

static const char *const uuids[] = {"GPU-0", "GPU-none", "MIG-1"};

static void read_facts(void)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(sandboxutils_read(LIBRARY, "/drv", uuids, ARRAY_SIZE(uuids), arena, &facts, &err),
                 0, "%s", err.message);
    cr_assert_eq(facts.n_devices, ARRAY_SIZE(uuids));
    cr_expect_eq(fake->shutdowns, 1);
}

static void expect_error(const char *library, const char *root, int code, const char *message)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_expect_eq(sandboxutils_read(library, root, uuids, 1, arena, &facts, &err), -code);
    cr_expect(err.message && strncmp(err.message, message, strlen(message)) == 0, "%s",
              err.message);
}

TestSuite(sandboxutils, .init = start, .fini = finish);

Test(sandboxutils, files_of_the_devices)
{
    static const struct sandbox_resource gpu[] = {
        {SANDBOX_GPU_NODE, "/drv/dev/nvidia0", NULL},
        {SANDBOX_DRM_NODE, "/drv/dev/dri/card1", NULL},
        {SANDBOX_DRM_NODE, "/drv/dev/dri/renderD128", NULL},
        {SANDBOX_DRM_LINK, "/drv/dev/dri/by-path/pci-0000:3b:00.0-card", "../card1"},
    };
    static const struct sandbox_resource mig[] = {
        {SANDBOX_CAP_NODE, "/dev/nvidia-caps/nvidia-cap21", NULL},
        {SANDBOX_GPU_NODE, "/dev/nvidia1", NULL},
        {SANDBOX_CAP_NODE, "/dev/nvidia-caps/nvidia-cap22", NULL},
    };
    const struct {
        size_t device;
        const struct sandbox_resource *resources;
        size_t n;
    } cases[] = {{0, gpu, ARRAY_SIZE(gpu)}, {2, mig, ARRAY_SIZE(mig)}};

    read_facts();
    cr_expect_str_eq(facts.driver_version, "580.65.06");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct sandbox_device *device = &facts.devices[cases[i].device];

        cr_expect_null(device->problem, "%s", device->problem);
        cr_assert_eq(device->n, cases[i].n);
        for (size_t k = 0; k < device->n; k++) {
            const struct sandbox_resource *got = &device->resources[k];
            const struct sandbox_resource *expected = &cases[i].resources[k];

            cr_expect_eq(got->type, expected->type);
            cr_expect_str_eq(got->path, expected->path);
            if (expected->content)
                cr_expect_str_eq(got->content, expected->content);
            else
                cr_expect_null(got->content);
        }
    }
    cr_expect_eq(fake->inits, 1);
    cr_expect_eq(fake->versions, 1);
    cr_expect_eq(fake->queries, 3);
    cr_expect_eq(fake->contents, 1, "of the link whose content is said to be asked for");
    cr_expect_eq(fake->init.version, 1);
    cr_expect_eq(fake->init.type, 1);
    cr_expect_str_eq(fake->init.value, "/drv");
}

Test(sandboxutils, failure_of_one_device)
{
    read_facts();
    cr_expect_str_eq(facts.devices[1].uuid, "GPU-none");
    cr_expect_str_eq(facts.devices[1].problem,
                     "nvSandboxUtilsGetGpuResource failed: Device not found (8)");
    cr_expect_null(facts.devices[2].problem);

    fake->failing = "GPU-0";
    fake->shutdowns = 0;
    read_facts();
    cr_expect_str_eq(facts.devices[0].problem,
                     "nvSandboxUtilsGetGpuResource failed: Unknown error (65535)");
    cr_expect_eq(facts.devices[0].n, 0);
    cr_expect_eq(facts.devices[2].n, 3);
}

/* Without the text of a link the list is not used: NVML's way finds it all. */
Test(sandboxutils, failure_of_a_link)
{
    fake->content_code = 11;
    read_facts();
    cr_expect_str_eq(facts.devices[0].problem,
                     "nvSandboxUtilsGetFileContent failed: Unknown error (11)");
    cr_expect_eq(facts.devices[0].n, 0);
    cr_expect_null(facts.devices[2].problem);
}

Test(sandboxutils, lists_that_cannot_be)
{
    static char endless[PATH_MAX + 8];
    struct sandboxutils_file *circle = LIST(FILE_OF(11, 0, "/a"), FILE_OF(11, 0, "/b"));

    memset(endless, 'x', sizeof endless - 1);
    circle[1].next = circle;
    fake->devices[0].files = circle;
    fake->devices[1].files = LIST({.kind = 0, .path = NULL});
    read_facts();
    cr_expect_str_eq(facts.devices[0].problem,
                     "nvSandboxUtilsGetGpuResource gives a list without end");
    cr_expect_str_eq(facts.devices[2].problem,
                     "nvSandboxUtilsGetGpuResource gives a file without a usable path");

    fake->devices[0].files = NULL;
    fake->devices[1].files = LIST(FILE_OF(0, 0, endless));
    fake->shutdowns = 0;
    read_facts();
    cr_expect_null(facts.devices[0].problem, "nothing is an answer");
    cr_expect_eq(facts.devices[0].n, 0);
    cr_expect_not_null(facts.devices[2].problem);
}

Test(sandboxutils, texts_without_measure)
{
    static char longer[400];
    const char *many[] = {longer};

    memset(longer, 'x', sizeof longer - 1);
    fake->version = fake->content = longer;
    read_facts();
    cr_expect_eq(strlen(facts.driver_version), 100);
    cr_expect_eq(strlen(facts.devices[0].resources[3].content), 256);

    cr_assert_eq(sandboxutils_read(LIBRARY, "/", many, 1, arena, &facts, NULL), 0);
    cr_expect_not_null(facts.devices[0].problem, "no UUID is so long");
    expect_error(LIBRARY, longer, CDI_ERR_UNSUPPORTED, "the driver root is longer than");
}

Test(sandboxutils, an_empty_version_is_unknown)
{
    fake->version = "";
    read_facts();
    cr_expect_null(facts.driver_version);
}

Test(sandboxutils, unknown_version)
{
    fake->version_code = 2;
    read_facts();
    cr_expect_null(facts.driver_version);
    cr_expect_eq(facts.devices[0].n, 4);
}

Test(sandboxutils, of_no_use)
{
    fake->init_code = 9;
    expect_error(LIBRARY, "/", CDI_ERR_UNSUPPORTED, "nvSandboxUtilsInit failed: Unknown error (9)");
    cr_expect_eq(fake->shutdowns, 0);
    cr_expect_eq(fake->queries, 0);
    expect_error(UNIT_STUBS "/sandboxutils_partial.so", "/", CDI_ERR_UNSUPPORTED,
                 UNIT_STUBS "/sandboxutils_partial.so has no function "
                            "nvSandboxUtilsGetFileContent");
    expect_error(UNIT_STUBS "/none.so", "/", CDI_ERR_NOTFOUND, "cannot open the library");
}
