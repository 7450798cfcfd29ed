/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/yaml.h"

#include <string.h>

#include "cdi/yaml_producers.h"

int yaml_read(struct arena *arena, const char *text, size_t len, const char *file,
              const struct yaml_node **root, struct cdi_error *err)
{
    int r = yaml_block_read(arena, text, len, root, err);

    if (r == 0)
        return yaml_libyaml_read(arena, text, len, file, root, err);
    return r < 0 ? r : 0;
}

int yaml_entry_compare(const void *a, const void *b)
{
    const struct yaml_node *x = ((const struct yaml_entry *)a)->key;
    const struct yaml_node *y = ((const struct yaml_entry *)b)->key;
    int order = strcmp(x->scalar.s, y->scalar.s);

    if (order)
        return order;
    if (x->pos.line != y->pos.line)
        return x->pos.line < y->pos.line ? -1 : 1;
    return (x->pos.column > y->pos.column) - (x->pos.column < y->pos.column);
}
