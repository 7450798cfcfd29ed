/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/nodes.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/root.h"

/* Why a node cannot be used: `r` is the result of lstat. NULL if it can. */
static const char *node_problem(const char *host_path, int r, mode_t mode, struct arena *arena)
{
    if (r == -ENOENT || r == -ENOTDIR)
        return arena_printf(arena, "%s does not exist", host_path);
    if (r < 0)
        return arena_printf(arena, "%s cannot be looked at: %s", host_path, strerror(-r));
    if (S_ISLNK(mode))
        return arena_printf(arena, "%s is a symlink, not a character device", host_path);
    return arena_printf(arena, "%s is not a character device", host_path);
}

int nodes_add(const struct dev_root *dev, const char *path, struct arena *arena,
              struct machine_node **nodes, size_t *n, const char **problem, struct cdi_error *err)
{
    struct machine_node node = {0};
    struct stat st = {0};
    int r = root_lstat(dev->root, path, &st);

    *problem = NULL;
    node.path = arena_strdup(arena, path);
    node.host_path = arena_printf(arena, "%s%s", dev->prefix, path);
    if (!node.path || !node.host_path)
        return cdi_error_nomem(err);
    if (r < 0 || !S_ISCHR(st.st_mode)) {
        *problem = node_problem(node.host_path, r, st.st_mode, arena);
        return *problem ? 0 : cdi_error_nomem(err);
    }
    node.major = major(st.st_rdev);
    node.minor = minor(st.st_rdev);
    node.mode = st.st_mode & 07777;
    node.gid = st.st_gid;
    *nodes = arena_grow(arena, *nodes, *n, sizeof **nodes);
    if (!*nodes)
        return cdi_error_nomem(err);
    (*nodes)[(*n)++] = node;
    return 0;
}

bool nodes_have(const struct machine_node *nodes, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(nodes[i].path, path) == 0)
            return true;
    return false;
}
