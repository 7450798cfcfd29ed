/* SPDX-License-Identifier: Apache-2.0 */
/* That the two readers of YAML agree: what the block reader reads, libyaml reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cdi/yaml_producers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool same)
{
    if (!same)
        abort();
}

static void compare_scalars(const struct yaml_node *x, const struct yaml_node *y)
{
    want(x->scalar.type == y->scalar.type && x->merge == y->merge);
    switch (x->scalar.type) {
    case SCALAR_STRING:
        want(x->len == y->len && memcmp(x->scalar.s, y->scalar.s, x->len + 1) == 0);
        break;
    case SCALAR_NULL:
        break;
    case SCALAR_BOOL:
        want(x->scalar.b == y->scalar.b);
        break;
    case SCALAR_INT:
    case SCALAR_UINT:
        want(x->scalar.u == y->scalar.u);
        break;
    case SCALAR_FLOAT:
        want(memcmp(&x->scalar.f, &y->scalar.f, sizeof x->scalar.f) == 0);
        break;
    }
}

static void compare(const struct yaml_node *x, const struct yaml_node *y)
{
    want(x->kind == y->kind && x->pos.line == y->pos.line && x->pos.column == y->pos.column);
    if (x->kind == YAML_SCALAR) {
        compare_scalars(x, y);
        return;
    }
    want(x->len == y->len && x->weight == y->weight && x->open == y->open);
    for (size_t i = 0; i < x->len; i++) {
        if (x->kind == YAML_SEQUENCE) {
            compare(x->items[i], y->items[i]);
            continue;
        }
        compare(x->entries[i].key, y->entries[i].key);
        compare(x->entries[i].value, y->entries[i].value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *block_arena = arena_new(), *libyaml_arena = arena_new();
    const struct yaml_node *block, *libyaml;

    want(block_arena && libyaml_arena);
    if (yaml_block_read(block_arena, (const char *)data, size, &block, NULL) == 1) {
        want(yaml_libyaml_read(libyaml_arena, (const char *)data, size, NULL, &libyaml, NULL) == 0);
        want(libyaml != NULL);
        compare(block, libyaml);
    }
    arena_free(block_arena);
    arena_free(libyaml_arena);
    return 0;
}
