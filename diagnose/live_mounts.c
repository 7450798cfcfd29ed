/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/quote.h"
#include "base/root.h"
#include "diagnose/live_internal.h"

static const char regenerate[] = "generate the document again, e.g. by `cdikit refresh`, if "
                                 "another driver was installed; else install the file or remove "
                                 "the mount";

static bool is_bind(const struct cdi_mount *mount)
{
    if (strcmp(mount->type, "bind") == 0)
        return true;
    for (size_t i = 0; i < mount->options.n; i++)
        if (strcmp(mount->options.items[i], "bind") == 0 ||
            strcmp(mount->options.items[i], "rbind") == 0)
            return true;
    return false;
}

static int check_source(struct live *live, const struct member *at, const char *path)
{
    const char *target;
    struct stat st;
    int r = root_stat(live->root, path, &st);

    if (r == 0)
        return 0;
    if (!live_is_missing(-r) && r != -ELOOP)
        return live_report_unseen(live, at, path, -r);
    target = root_readlink(live->root, path, live->arena);
    if (target)
        return live_report(live, LIVE_MOUNT_DANGLING, at, regenerate,
                           "the host's %s is a symlink to %s, which %s", quote_string(path).text,
                           quote_string(target).text,
                           r == -ELOOP ? "leads round in a circle" : "does not exist");
    return live_report(live, LIVE_MOUNT_MISSING, at, regenerate, "the host has no %s",
                       quote_string(path).text);
}

int live_check_mounts(struct live *live, const struct member *in, const struct cdi_edits *edits)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->n_mounts; i++)
        if (is_bind(&edits->mounts[i]) && edits->mounts[i].host_path[0] == '/')
            r = check_source(live, MEMBER(ITEM(in, "mounts", i), "hostPath"),
                             edits->mounts[i].host_path);
    return r;
}
