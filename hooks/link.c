/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/link.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "hooks/hook.h"

#define SEPARATOR "::"

static int wrong(const char *text, const char *why, struct cdi_error *err)
{
    return cdi_error_set(err, CDI_ERR_USAGE, "link %s: %s", quote_string(text).text, why);
}

int hook_link_parse(const char *text, struct arena *arena, struct hook_link *link,
                    struct cdi_error *err)
{
    const char *separator = strstr(text, SEPARATOR), *path;
    char *name, *dir;
    size_t len;

    if (!separator || strstr(separator + strlen(SEPARATOR), SEPARATOR))
        return wrong(text, "must be TARGET::LINK", err);
    path = separator + strlen(SEPARATOR);
    for (len = strlen(path); len && path[len - 1] == '/';)
        len--;
    name = arena_strndup(arena, path, len);
    dir = arena_printf(arena, "/%.*s", (int)(strrchr(path, '/') ? strrchr(path, '/') - path : 0),
                       path);
    link->target = arena_strndup(arena, text, (size_t)(separator - text));
    link->dir = dir ? path_clean(arena, dir) : NULL;
    if (!name || !link->target || !link->dir)
        return cdi_error_nomem(err);
    link->name = path_base(name);
    if (!*link->target)
        return wrong(text, "the target is empty", err);
    if (!*link->name || strcmp(link->name, ".") == 0 || strcmp(link->name, "..") == 0)
        return wrong(text, "the link has no name", err);
    link->path = arena_printf(arena, "%s/%s", link->dir[1] ? link->dir : "", link->name);
    return link->path ? 0 : cdi_error_nomem(err);
}

int hook_link_check(const struct hook_list *links, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct hook_link link;
    int r = arena ? 0 : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < links->n; i++)
        r = hook_link_parse(links->items[i], arena, &link, err);
    return r;
}

const char *hook_link_target(const struct hook_link *link, struct arena *arena)
{
    const char *path = link->target;

    if (*path != '/')
        path = arena_printf(arena, "%s/%s", link->dir, path);
    return path ? path_clean(arena, path) : NULL;
}
