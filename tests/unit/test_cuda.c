/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <string.h>

#include "base/cleanup.h"
#include "generate/machine/cuda.h"
#include "tests/unit/stubs/cuda.h"

#define CUDA_EMPTY UNIT_STUBS "/empty.so"

static const struct {
    const char *library;
    struct fake_cuda says;
    struct cuda_facts want;
} cases[] = {
    {UNIT_STUBS "/cuda.so", {.version = 12080, .major = 8, .minor = 7}, {12080, 8, 7}},
    {UNIT_STUBS "/cuda.so", {.version_code = 1, .version = 1, .major = 9}, {0, 9, 0}},
    {UNIT_STUBS "/cuda.so", {.version = 12000, .init_code = 100, .major = 9}, {12000, 0, 0}},
    {UNIT_STUBS "/cuda.so", {.version = 12000, .device_code = 101, .major = 9}, {12000, 0, 0}},
    {UNIT_STUBS "/cuda.so", {.version = 12000, .attribute_code = 1, .major = 9}, {12000, 0, 0}},
    {UNIT_STUBS "/cuda_old.so", {.version = 6050, .major = 9}, {6050, 0, 0}},
};

/* Libraries stay open, so that cuda_read() opens the same again. */
Test(cuda, answers)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        void *handle = dlopen(cases[i].library, RTLD_NOW | RTLD_LOCAL);
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cuda_facts facts = {.version = -1, .major = -1, .minor = -1};
        struct fake_cuda *fake;

        cr_assert_not_null(handle, "%s", dlerror());
        fake = dlsym(handle, "fake_cuda");
        cr_assert_not_null(fake);
        *fake = cases[i].says;
        cr_assert_eq(cuda_read(cases[i].library, &facts, &err), 0, "%s", err.message);
        cr_expect_eq(facts.version, cases[i].want.version, "%zu: %d", i, facts.version);
        cr_expect_eq(facts.major, cases[i].want.major, "%zu: %d", i, facts.major);
        cr_expect_eq(facts.minor, cases[i].want.minor, "%zu: %d", i, facts.minor);
    }
}

Test(cuda, no_answers)
{
    struct cuda_facts facts = {.version = -1, .major = -1, .minor = -1};

    cr_assert_eq(cuda_read(CUDA_EMPTY, &facts, NULL), 0);
    cr_expect(facts.version == 0 && facts.major == 0 && facts.minor == 0);
}

Test(cuda, no_library)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cuda_facts facts;

    cr_expect_eq(cuda_read("/none/libcuda.so.1", &facts, &err), -CDI_ERR_NOTFOUND);
    cr_expect(err.message && strstr(err.message, "/none/libcuda.so.1"), "%s", err.message);
}
