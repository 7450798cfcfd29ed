/* SPDX-License-Identifier: Apache-2.0 */
/* What a hook reads of the runtime: the state of a container, and the root in a config.json. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "hooks/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
    struct cdi_error err = CDI_ERROR_INIT;
    const char *path = NULL;
    struct state state;
    int r;

    if (text) {
        r = state_parse(text, size, arena, &state, &err);
        require((r == 0) == (err.code == CDI_OK));
        require(r < 0 || (state.bundle && state.root));
        cdi_error_clear(&err);
        /* A root that is told needs no file. */
        if (r == 0 && *state.root)
            require(state_root(&state, arena, &path, NULL) == 0 && *path);
        r = state_config_root(text, size, arena, &path, &err);
        require((r == 0) == (err.code == CDI_OK) && (r < 0 || path));
        cdi_error_clear(&err);
    }
    arena_free(arena);
    return 0;
}
