/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/words.h"
#include "runtime/config.h"

int config_words(const char *string, struct arena *arena, struct config_list *words,
                 struct cdi_error *err)
{
    char *rest = arena_strdup(arena, string), *word;
    const char **items = NULL;
    size_t n = 0;

    if (!rest)
        return cdi_error_nomem(err);
    while ((word = words_next(&rest))) {
        if (!*word)
            continue;
        items = arena_grow(arena, items, n, sizeof *items);
        if (!items)
            return cdi_error_nomem(err);
        items[n++] = word;
    }
    *words = (struct config_list){items, n};
    return 0;
}
