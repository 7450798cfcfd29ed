/* SPDX-License-Identifier: Apache-2.0 */
/* The state that a hook reads (OCI runtime-spec, runtime.md, "State"). */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/state.h"
#include "tests/unit/tmpdir.h"

Test(state, good)
{
    static const struct {
        const char *text, *bundle;
        uint32_t pid;
    } cases[] = {
        {"{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"status\":\"creating\",\"pid\":4294967295,"
         "\"bundle\":\"/b\",\"annotations\":{\"a\":\"b\"}}\n",
         "/b", 4294967295U},
        {"{\"bundlePath\":\"/old\",\"pid\":1}", "/old", 1},
        {"{\"bundle\":\"/b\",\"bundlePath\":\"/old\"}", "/b", 0},
        {"{\"bundle\":\"\",\"bundlePath\":\"/old\"}", "/old", 0},
        {"{\"bundle\":null,\"pid\":null}", "", 0},
        {"{}", "", 0},
        {"null", "", 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct state state;

        cr_assert_eq(state_parse(cases[i].text, strlen(cases[i].text), arena, &state, NULL), 0,
                     "%s", cases[i].text);
        cr_expect_str_eq(state.bundle, cases[i].bundle);
        cr_expect_eq(state.pid, cases[i].pid, "%s", cases[i].text);
    }
}

Test(state, bad)
{
    static const struct {
        const char *text;
        enum cdi_errc code;
        unsigned column;
    } cases[] = {
        {"", CDI_ERR_SYNTAX, 1},
        {"{", CDI_ERR_SYNTAX, 2},
        {"[]", CDI_ERR_INVALID, 1},
        {"1", CDI_ERR_INVALID, 1},
        {"{\"bundle\":1}", CDI_ERR_INVALID, 11},
        {"{\"bundlePath\":{}}", CDI_ERR_INVALID, 15},
        {"{\"pid\":\"1\"}", CDI_ERR_INVALID, 8},
        {"{\"pid\":-1}", CDI_ERR_INVALID, 8},
        {"{\"pid\":4294967296}", CDI_ERR_INVALID, 8},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct state state;

        cr_expect_eq(state_parse(cases[i].text, strlen(cases[i].text), arena, &state, &err),
                     -(int)cases[i].code, "%s", cases[i].text);
        cr_expect(err.pos.line == 1 && err.pos.column == cases[i].column, "%s: %u", cases[i].text,
                  err.pos.column);
    }
}

Test(state, names_in_any_case)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    static const char text[] = "{\"BUNDLE\":\"/b\",\"Root\":\"/r\",\"PID\":7}";
    struct state state;

    cr_assert_eq(state_parse(text, strlen(text), arena, &state, NULL), 0);
    cr_expect_str_eq(state.bundle, "/b");
    cr_expect_str_eq(state.root, "/r");
    cr_expect_eq(state.pid, 7);
}

/* config.json of a bundle, what the state tells as root, and where the container's root is. */
Test(state, root)
{
    static const struct {
        const char *config; /* NULL: none */
        const char *told;
        const char *root; /* NULL: a failure */
        bool absolute;    /* else it is below the bundle */
    } cases[] = {
        {"{\"root\":{\"path\":\"rootfs\"}}", "", "/rootfs", false},
        {"{\"root\":{\"path\":\"./a/../rootfs/\"}}", "", "/rootfs", false},
        {"{\"root\":{\"path\":\"/abs/olute/\"}}", "", "/abs/olute/", true},
        {"{\"Root\":{\"PATH\":\"rootfs\",\"readonly\":true},\"x\":[1]}", "", "/rootfs", false},
        {"{\"root\":{}}", "", "", false},
        {"{\"root\":null}", "", "", false},
        {"{}", "", "", false},
        {NULL, "/told", "/told", true},
        {NULL, "told", "/told", false},
        {NULL, "", NULL, false},
        {"", "", NULL, false},
        {"[]", "", NULL, false},
        {"{\"root\":[]}", "", NULL, false},
        {"{\"root\":{\"path\":1}}", "", NULL, false},
        {"{\"root\":{\"path\":\"a\"}", "", NULL, false},
    };

    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *bundle = arena_printf(arena, "%s/%zu", dir, i), *path, *wanted;
        struct state state = {.bundle = bundle, .root = cases[i].told};
        int r;

        if (cases[i].config)
            tmpdir_write(bundle, "config.json", cases[i].config);
        r = state_root(&state, arena, &path, NULL);
        cr_assert_eq(r == 0, cases[i].root != NULL, "case %zu: %d", i, r);
        if (r < 0)
            continue;
        wanted = cases[i].absolute ? cases[i].root
                                   : arena_printf(arena, "%s%s", bundle, cases[i].root);
        cr_expect_str_eq(path, wanted);
    }
}

Test(state, nothing_to_look_for)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct state state = {.bundle = "", .root = ""};
    const char *path;

    cr_expect_eq(state_root(&state, arena, &path, NULL), -CDI_ERR_INVALID);
}
