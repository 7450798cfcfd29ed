/* SPDX-License-Identifier: Apache-2.0 */
/* The state that a hook reads (OCI runtime-spec, runtime.md, "State"). */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/state.h"

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
