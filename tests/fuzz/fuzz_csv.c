/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV files of Tegra systems, and patterns of what is left out of them: the first line. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "generate/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct csv_list *list, const char *pattern)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct csv_entry *entry = &list->items[i];

        if (entry->type > CSV_SYM || !*entry->path || strchr(entry->path, '\n') ||
            strstr(entry->path, "/../") || strncmp(entry->path, "../", 3) == 0)
            __builtin_trap();
        if (csv_ignored(&pattern, 1, entry->path) && !*pattern)
            __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *text = (const char *)data, *newline = size ? memchr(text, '\n', size) : NULL;
    size_t bad_line, len = newline ? (size_t)(newline - text) : 0;
    char *pattern = arena ? arena_strndup(arena, text, len) : NULL;
    struct csv_list list = {0};

    if (pattern && csv_parse(text, size, arena, &list, &bad_line, NULL) == 0)
        check(&list, pattern);
    arena_free(arena);
    return 0;
}
