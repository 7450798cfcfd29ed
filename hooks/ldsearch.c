/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldsearch.h"

#include <string.h>

#include "base/arena.h"
#include "base/path.h"
#include "hooks/hook.h"
#include "hooks/ldconf.h"
#include "hooks/ldfiles.h"
#include "hooks/ldmachine.h"

bool ldsearch_has(const struct ldsearch *search, const char *path)
{
    for (size_t i = 0; i < search->n; i++)
        if (strcmp(search->items[i], path) == 0)
            return true;
    return false;
}

int ldsearch_folders(const struct hook_list *given, struct arena *arena, struct ldsearch *out,
                     struct cdi_error *err)
{
    *out = (struct ldsearch){arena_calloc(arena, given->n, sizeof *out->items), 0};
    if (!out->items)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < given->n; i++) {
        const char *path = arena_printf(arena, "/%s", given->items[i]);

        if (!path || !(path = path_clean(arena, path)))
            return cdi_error_nomem(err);
        if (*given->items[i] && !ldsearch_has(out, path))
            out->items[out->n++] = path;
    }
    return 0;
}

static void add_list(struct ldsearch *out, const char *const *list)
{
    while (*list)
        out->items[out->n++] = *list++;
}

static size_t count(const char *const *list)
{
    size_t n = 0;

    while (list[n])
        n++;
    return n;
}

int ldsearch_directories(const struct ldfiles *files, const struct ldconf *conf, bool folders_first,
                         struct arena *arena, struct ldsearch *out, struct cdi_error *err)
{
    const char *const *debian = files->machine->debian, *const *others = files->machine->others;
    size_t room = files->n_folders + conf->n + count(debian) + count(others);

    *out = (struct ldsearch){arena_calloc(arena, room, sizeof *out->items), 0};
    if (!out->items)
        return cdi_error_nomem(err);
    for (size_t i = 0; folders_first && i < files->n_folders; i++)
        if (ldfiles_is_news(files, conf, files->folders[i]))
            out->items[out->n++] = files->folders[i];
    for (size_t i = 0; i < conf->n; i++)
        out->items[out->n++] = conf->directories[i].path;
    if (!files->debian)
        add_list(out, others);
    add_list(out, debian);
    return 0;
}
