/* SPDX-License-Identifier: Apache-2.0 */
/* create-symlinks: links in the container, as "TARGET::LINK". */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/link.h"
#include "hooks/message.h"

int create_symlinks_check(const struct hook_args *args, struct cdi_error *err)
{
    int r = hook_link_check(&args->links, err);

    return r == 0 ? hook_link_check(&args->device_links, err) : r;
}

static int failed(const struct hook_link *link, int os_errno, struct cdi_error *err)
{
    return cdi_error_set_errno(err, os_errno, "cannot make the link %s", link->path);
}

static int make_link(const struct hook_call *call, const struct hook_link *link,
                     struct cdi_error *err)
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
static bool target_exists(const struct hook_call *call, const struct hook_link *link)
{
    const char *path = hook_link_target(link, call->arena);
    struct rootfs_entry entry;

    if (!path || rootfs_find(call->root, path, &entry) < 0)
        return false;
    (void)close(entry.dirfd);
    return true;
}

int create_symlinks(const struct hook_call *call, struct cdi_error *err)
{
    const struct hook_list *links = &call->args->links, *device_links = &call->args->device_links;
    struct hook_link link;
    int r = 0;

    for (size_t i = 0; r == 0 && i < links->n; i++) {
        r = hook_link_parse(links->items[i], call->arena, &link, err);
        if (r == 0)
            r = make_link(call, &link, err);
    }
    for (size_t i = 0; r == 0 && i < device_links->n; i++) {
        r = hook_link_parse(device_links->items[i], call->arena, &link, err);
        if (r == 0 && target_exists(call, &link))
            r = make_link(call, &link, err);
    }
    return r;
}
