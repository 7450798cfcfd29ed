/* SPDX-License-Identifier: Apache-2.0 */
/* The library under test is the one with the soname libdxcore.so that a test has opened. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/dxcore.h"
#include "tests/unit/stubs/dxcore.h"

#define STORE L"/usr/lib/wsl/drivers/nv_dispi.inf_amd64_1"

static struct fake_dxcore *start(const char *name)
{
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    struct fake_dxcore *fake;

    cr_assert_not_null(handle, "%s", dlerror());
    fake = dlsym(handle, "fake_dxcore");
    if (fake)
        *fake = (struct fake_dxcore){
            .n = 3,
            .adapters = {{2700, STORE, 0, 0}, {3100, L"/b", 0, 0}, {3100, STORE, 0, 0}},
        };
    return fake;
}

static void expect_stores(struct arena *arena, const char *const *expected, size_t n_expected)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char **stores;
    size_t n;

    cr_assert_eq(dxcore_driver_stores(arena, &stores, &n, &err), 0, "%s", err.message);
    cr_assert_eq(n, n_expected, "%zu stores", n);
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(stores[i], expected[i]);
}

static const char *const both[] = {"/usr/lib/wsl/drivers/nv_dispi.inf_amd64_1", "/b"};

Test(dxcore, each_store_once)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore.so");

    expect_stores(arena, both, 2);
    cr_expect_eq(fake->filter, 1, "adapters that can compute");
    cr_expect_eq(fake->seconds, 0);
    cr_expect_eq(fake->closed, 3);
}

Test(dxcore, older_enumeration)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore_old.so");

    expect_stores(arena, both, 2);
    cr_expect_eq(fake->seconds, 2, "counted, and listed");
}

Test(dxcore, adapters_that_are_skipped)
{
    static const wchar_t no_character[] = {'/', 0x110000, 0}, half[] = {'/', 0xD800, 0};
    static const struct fake_adapter skipped[] = {
        {2600, L"/old", 0, 0},            /* WDDM before 2.7 */
        {0, L"/mute", 0, 0},              /* has no answer about WDDM */
        {2700, NULL, 0, 0},               /* nor about its store */
        {2700, L"/failing", 0, 2},        /* the registry fails */
        {2700, L"", 0, 0},                /* an empty path */
        {2700, L"/long", 260 * 4 + 4, 0}, /* longer than Windows' paths */
        {2700, L"/long", UINT32_MAX, 0},
        {2700, no_character, 0, 0},
        {2700, half, 0, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(skipped); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore.so");

        fake->adapters[0] = skipped[i];
        fake->n = 2;
        expect_stores(arena, both + 1, 1);
    }
}

Test(dxcore, texts)
{
    static wchar_t longest[261];
    char expected[261];
    const char *const stores[] = {"/t\xc3\xa4st\xf0\x9f\x98\x80", "/cut", expected};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore.so");

    wmemset(longest, L'x', 260);
    memset(expected, 'x', 260);
    expected[260] = '\0';
    fake->adapters[0].store = L"/t\u00e4st\U0001f600";
    fake->adapters[1] = (struct fake_adapter){2700, L"/cut", 4 * 5, 0}; /* with its NUL */
    fake->adapters[2].store = longest;
    expect_stores(arena, stores, 3);
}

/* An enumeration that fails, or is not believable, has no adapters. */
Test(dxcore, enumeration)
{
    static const struct fake_dxcore cases[] = {
        {.n = 3, .count_code = -1},
        {.n = 3, .list_code = -1},
        {.n = UINT32_MAX},
        {.n = 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore.so");

        fake->n = cases[i].n;
        fake->count_code = cases[i].count_code;
        fake->list_code = cases[i].list_code;
        expect_stores(arena, NULL, 0);
    }
}

/* Adapters come and go between the two questions. */
Test(dxcore, adapters_that_come_and_go)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct fake_dxcore *fake = start(UNIT_STUBS "/dxcore.so");

    fake->n = 1;
    fake->n_then = 3;
    expect_stores(arena, both, 1);
    fake->n = 3;
    fake->n_then = 1;
    expect_stores(arena, both, 1);
}

Test(dxcore, missing_functions)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char **stores;
    size_t n;

    (void)start(UNIT_STUBS "/dxcore_empty.so");
    cr_assert_eq(dxcore_driver_stores(arena, &stores, &n, &err), -CDI_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.message, "libdxcore.so has no function D3DKMTQueryAdapterInfo");
    cr_expect_eq(n, 0);
}

Test(dxcore, no_library)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char **stores;
    size_t n;

    if (dlopen("libdxcore.so", RTLD_LAZY))
        cr_skip_test("this is WSL");
    cr_assert_eq(dxcore_driver_stores(arena, &stores, &n, &err), -CDI_ERR_NOTFOUND);
    cr_expect(strstr(err.message, "cannot open the library libdxcore.so"), "%s", err.message);
}
