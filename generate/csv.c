/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/csv.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/span.h"
#include "generate/glob.h"

static const char *const types[] = {
    [CSV_DEV] = "dev", [CSV_DIR] = "dir", [CSV_LIB] = "lib", [CSV_SYM] = "sym"};

const char *csv_type_name(enum csv_type type)
{
    return types[type];
}

/* Takes a line apart; false if it is no entry. */
static bool split(struct span line, enum csv_type *type, struct span *path)
{
    const char *comma = memchr(line.s, ',', line.len);
    struct span name;

    if (!comma)
        return false;
    name = span_trim((struct span){line.s, (size_t)(comma - line.s)});
    *path = span_trim((struct span){comma + 1, line.len - (size_t)(comma + 1 - line.s)});
    if (!path->len || memchr(path->s, '\0', path->len))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        *type = (enum csv_type)i;
        if (strlen(types[i]) == name.len && memcmp(types[i], name.s, name.len) == 0)
            return true;
    }
    return false;
}

static int add_entry(struct csv_list *list, enum csv_type type, struct span path,
                     struct arena *arena, struct cdi_error *err)
{
    struct csv_entry *grown = arena_grow(arena, list->items, list->n, sizeof *grown);
    const char *text = arena_printf(arena, "/%.*s", (int)path.len, path.s);

    if (!grown)
        return cdi_error_nomem(err);
    list->items = grown;
    /* A relative path, too, must not lead out of the directory that it is looked for in. */
    if (!text || !(text = path_clean(arena, text)))
        return cdi_error_nomem(err);
    if (*path.s != '/' && text[1])
        text++;
    grown[list->n++] = (struct csv_entry){type, text};
    return 0;
}

int csv_parse(const char *text, size_t len, struct arena *arena, struct csv_list *list,
              size_t *bad_line, struct cdi_error *err)
{
    const char *end = text + len;

    *bad_line = 0;
    for (size_t number = 1; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct span line = span_trim(
            (struct span){text, (size_t)((newline ? newline : end) - text)});
        enum csv_type type;
        struct span path;

        text = newline ? newline + 1 : end;
        if (!line.len)
            continue;
        if (split(line, &type, &path)) {
            int r = add_entry(list, type, path, arena, err);

            if (r < 0)
                return r;
        } else if (*line.s != '#' && !*bad_line) {
            *bad_line = number;
        }
    }
    return 0;
}

bool csv_ignored(const char *const *patterns, size_t n, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    for (size_t i = 0; i < n; i++) {
        bool by_name = strncmp(patterns[i], "**/", 3) == 0;

        if (glob_match(by_name ? patterns[i] + 3 : patterns[i], by_name ? name : path))
            return true;
    }
    return false;
}
