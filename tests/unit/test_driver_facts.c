/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/driver_facts.h"
#include "tests/unit/stubs/cuda.h"
#include "tests/unit/tmpdir.h"

#define LIBRARY "usr/lib64/libcuda.so.1"

static const char *dir;
static struct arena *arena;
static struct fake_cuda *fake;
static struct generate_driver_facts facts;

/* A driver root with a libcuda, which stays open, so that the same is opened again. */
static void setup(void)
{
    _cleanup_close_ int from = open(UNIT_STUBS "/cuda.so", O_RDONLY | O_CLOEXEC), to = -1;
    void *handle;

    arena = arena_new();
    dir = tmpdir_new();
    tmpdir_write(dir, LIBRARY, "");
    to = open(tmpdir_path(dir, LIBRARY), O_WRONLY | O_CLOEXEC);
    cr_assert(from >= 0 && to >= 0);
    while (sendfile(to, from, NULL, 1 << 20) > 0)
        ;
    handle = dlopen(tmpdir_path(dir, LIBRARY), RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(handle, "%s", dlerror());
    fake = dlsym(handle, "fake_cuda");
    cr_assert_not_null(fake);
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(driver_facts, .init = setup, .fini = teardown);

static void read_facts(const struct generate_options *options)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(generate_driver_facts(options, arena, &facts, &err), 0, "%s", err.message);
}

static void expect(const char *is, const char *want)
{
    cr_expect((is && want) ? strcmp(is, want) == 0 : is == want, "%s, not %s", is ? is : "-",
              want ? want : "-");
}

static const struct {
    struct fake_cuda says;
    const char *cuda, *arch;
} versions[] = {
    {{.version = 12080, .major = 8, .minor = 7}, "12.8", "8.7"},
    {{.version = 13000, .major = 10}, "13.0", "10.0"},
    {{.version = 9020, .init_code = 100}, "9.2", NULL},
    {{.version_code = 1, .major = 12, .minor = 1}, NULL, "12.1"},
    {{.version = 0}, NULL, NULL},
    {{.version = -1}, NULL, NULL},
};

Test(driver_facts, versions)
{
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        *fake = versions[i].says;
        read_facts(&(struct generate_options){.driver_root = dir});
        expect(facts.cuda, versions[i].cuda);
        expect(facts.arch, versions[i].arch);
    }
}

/* Beneath another root than the machine's no library is loaded; files are read. */
Test(driver_facts, other_root)
{
    *fake = (struct fake_cuda){.version = 12080, .major = 8};
    tmpdir_write(dir, "proc/driver/nvidia/version",
                 "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.133.20  Sun Mar 30\n");
    read_facts(&(struct generate_options){.root = dir});
    expect(facts.cuda, NULL);
    expect(facts.arch, NULL);
    expect(facts.driver, "570.133.20");
}

Test(driver_facts, nothing)
{
    const char *empty = tmpdir_new();

    read_facts(&(struct generate_options){.root = empty});
    expect(facts.cuda, NULL);
    expect(facts.arch, NULL);
    expect(facts.driver, NULL);
}

Test(driver_facts, no_root)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_expect_lt(generate_driver_facts(&(struct generate_options){.root = "/none/root"}, arena,
                                       &facts, &err),
                 0);
    cr_expect(err.message && strstr(err.message, "/none/root"), "%s", err.message);
}
