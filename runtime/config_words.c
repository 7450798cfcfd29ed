/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "runtime/config.h"

static const char blanks[] = " \t\n\v\f\r";

int config_words(const char *string, struct arena *arena, struct config_list *words,
                 struct cdi_error *err)
{
    char *rest = arena_strdup(arena, string), *word;
    const char **items = NULL;
    size_t n = 0;

    if (!rest)
        return cdi_error_nomem(err);
    while ((word = strsep(&rest, ","))) {
        size_t len;

        word += strspn(word, blanks);
        len = strlen(word);
        while (len && strchr(blanks, word[len - 1]))
            word[--len] = '\0';
        if (!len)
            continue;
        items = arena_grow(arena, items, n, sizeof *items);
        if (!items)
            return cdi_error_nomem(err);
        items[n++] = word;
    }
    *words = (struct config_list){items, n};
    return 0;
}
