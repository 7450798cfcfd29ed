/* SPDX-License-Identifier: Apache-2.0 */
/* create-symlinks: links in the container, as "TARGET::LINK". */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/message.h"

#define SEPARATOR "::"

/* A link as it shall be. */
struct link {
    const char *target;
    const char *dir; /* clean */
    const char *name;
    const char *path; /* both, for messages */
};

static int wrong_link(const char *text, const char *why, struct cdi_error *err)
{
    return cdi_error_set(err, CDI_ERR_USAGE, "link %s: %s", quote_string(text).text, why);
}

/* Strings come from the arena. */
static int parse_link(const char *text, struct arena *arena, struct link *link,
                      struct cdi_error *err)
{
    const char *separator = strstr(text, SEPARATOR), *path;
    char *name, *dir;
    size_t len;

    if (!separator || strstr(separator + strlen(SEPARATOR), SEPARATOR))
        return wrong_link(text, "must be TARGET::LINK", err);
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
        return wrong_link(text, "the target is empty", err);
    if (!*link->name || strcmp(link->name, ".") == 0 || strcmp(link->name, "..") == 0)
        return wrong_link(text, "the link has no name", err);
    link->path = arena_printf(arena, "%s/%s", link->dir[1] ? link->dir : "", link->name);
    return link->path ? 0 : cdi_error_nomem(err);
}

static int check_links(const struct hook_list *links, struct arena *arena, struct cdi_error *err)
{
    struct link link;
    int r = 0;

    for (size_t i = 0; r == 0 && i < links->n; i++)
        r = parse_link(links->items[i], arena, &link, err);
    return r;
}

int create_symlinks_check(const struct hook_args *args, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    int r = arena ? check_links(&args->links, arena, err) : cdi_error_nomem(err);

    return r == 0 ? check_links(&args->device_links, arena, err) : r;
}

static int failed(const struct link *link, int os_errno, struct cdi_error *err)
{
    return cdi_error_set_errno(err, os_errno, "cannot make the link %s", link->path);
}

static int make_link(const struct hook_call *call, const struct link *link, struct cdi_error *err)
{
    _cleanup_close_ int dirfd = rootfs_make_directory(call->root, link->dir, 0755);
    bool made;
    int r;

    if (dirfd < 0)
        return failed(link, -dirfd, err);
    r = confine_symlink(dirfd, link->name, link->target, &made);
    if (r < 0)
        return failed(link, -r, err);
    if (made)
        hook_debug("made the link %s to %s", link->path, link->target);
    return 0;
}

/* True if what the link shall name is in the container. */
static bool target_exists(const struct hook_call *call, const struct link *link)
{
    const char *path = link->target;
    struct rootfs_entry entry;

    /* By its text: the directory of the link may be missing yet. */
    if (*path != '/')
        path = arena_printf(call->arena, "%s/%s", link->dir, path);
    path = path ? path_clean(call->arena, path) : NULL;
    if (!path || rootfs_find(call->root, path, &entry) < 0)
        return false;
    (void)close(entry.dirfd);
    return true;
}

int create_symlinks(const struct hook_call *call, struct cdi_error *err)
{
    const struct hook_list *links = &call->args->links, *device_links = &call->args->device_links;
    struct link link;
    int r = 0;

    for (size_t i = 0; r == 0 && i < links->n; i++) {
        r = parse_link(links->items[i], call->arena, &link, err);
        if (r == 0)
            r = make_link(call, &link, err);
    }
    for (size_t i = 0; r == 0 && i < device_links->n; i++) {
        r = parse_link(device_links->items[i], call->arena, &link, err);
        if (r == 0 && target_exists(call, &link))
            r = make_link(call, &link, err);
    }
    return r;
}
