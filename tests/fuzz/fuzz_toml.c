/* SPDX-License-Identifier: Apache-2.0 */
/* config.toml. What is accepted must hold together: counts, positions, one member for a key. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct toml *value)
{
    size_t n = 0;

    if (!value->pos.line || !value->pos.column)
        __builtin_trap();
    if (value->type != TOML_TABLE && value->type != TOML_ARRAY) {
        if (!value->text || value->first)
            __builtin_trap();
        return;
    }
    for (const struct toml *child = value->first; child; child = child->next, n++) {
        if ((value->type == TOML_TABLE) != (child->key != NULL))
            __builtin_trap();
        if (n < 64 && child->key && toml_get(value, child->key) != child)
            __builtin_trap();
        check(child);
    }
    if (n != value->n)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct cdi_error err = CDI_ERROR_INIT;
    const struct toml *root;

    if (arena && toml_parse((const char *)data, size, "f", arena, &root, &err) == 0)
        check(root);
    else if (arena && (!err.message || !err.pos.line || !err.pos.column))
        __builtin_trap();
    cdi_error_clear(&err);
    arena_free(arena);
    return 0;
}
