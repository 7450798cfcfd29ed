/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.toml. What is accepted must hold together: counts, positions, one member for a key; and
 * as a configuration no string is missing, and what is refused is defaults.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/toml.h"
#include "runtime/config.h"
#include "runtime/config_keys.h"

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

static void check_list(const struct config_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->items[i])
            __builtin_trap();
}

static void check_config(const uint8_t *data, size_t size)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct config config;

    if (config_parse((const char *)data, size, "f", &config, &err) < 0 &&
        (!err.message || !err.pos.line || config.arena))
        __builtin_trap();
    for (size_t i = 0; i < config_n_keys; i++) {
        const void *place = (const char *)&config + config_keys[i].offset;

        if (config_keys[i].type == CONFIG_STRING && place != &config.cli.user &&
            !*(const char *const *)place)
            __builtin_trap();
        if (config_keys[i].type == CONFIG_LIST)
            check_list(place);
    }
    check_list(&config.warnings);
    cdi_error_clear(&err);
    config_clear(&config);
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
    check_config(data, size);
    return 0;
}
