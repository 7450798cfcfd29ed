/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/drm.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/machine/nodes.h"

int drm_names(const struct root *system, const char *pci_name, struct arena *arena,
              const char ***names, size_t *n, struct cdi_error *err)
{
    const char *path = arena_printf(arena, "/sys/bus/pci/devices/%s/drm", pci_name);

    *names = NULL;
    *n = 0;
    if (!path)
        return cdi_error_nomem(err);
    /* Whatever the reason for which there is no list: a GPU without DRM devices is complete. */
    return root_list(system, path, arena, names, n) == -ENOMEM ? cdi_error_nomem(err) : 0;
}

int drm_by_path_links(const struct root *dev, const char *pci_name,
                      const struct machine_node *nodes, size_t n_nodes, struct arena *arena,
                      struct machine_link **links, size_t *n, struct cdi_error *err)
{
    static const char *const suffixes[] = {"card", "render"};

    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
        const char *path, *target, *node;
        struct stat st;

        path = arena_printf(arena, "/dev/dri/by-path/pci-%s-%s", pci_name, suffixes[i]);
        if (!path)
            return cdi_error_nomem(err);
        target = root_readlink(dev, path, arena);
        node = target ? root_realpath(dev, path, arena) : NULL;
        /* NULL for a link that does lead somewhere: for lack of memory. */
        if (!node && root_lstat(dev, path, &st) == 0 && S_ISLNK(st.st_mode) &&
            root_stat(dev, path, &st) == 0)
            return cdi_error_nomem(err);
        if (!node || !nodes_have(nodes, n_nodes, node))
            continue;
        *links = arena_grow(arena, *links, *n, sizeof **links);
        if (!*links)
            return cdi_error_nomem(err);
        (*links)[(*n)++] = (struct machine_link){target, path};
    }
    return 0;
}
