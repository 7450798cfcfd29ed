/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/transform.h>

#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"

/* One transformation. */
struct roots {
    const char *from; /* ends with a slash */
    const char *to;
    enum cdi_paths which;
    struct arena *arena;
};

/*
 * Writes the cleaned form of a path over its uncleaned one. "" stays "": a relative path that
 * leads nowhere is ".".
 */
static void clean(char *path)
{
    bool rooted = *path == '/';
    char *end = path + rooted; /* of what is written */
    char *floor = end;         /* ".." does not go below it */
    const char *p = path;

    if (!*path)
        return;
    while (*p) {
        size_t len = strcspn(p, "/");
        bool up = len == 2 && p[0] == '.' && p[1] == '.';

        if (len == 0 || (len == 1 && *p == '.') || (up && rooted && end == floor)) {
            /* nothing to write */
        } else if (up && end > floor) {
            while (end > floor && end[-1] != '/')
                end--;
            end -= end > floor;
        } else {
            if (end > path + rooted)
                *end++ = '/';
            memmove(end, p, len);
            end += len;
            floor = up ? end : floor;
        }
        p += len;
        p += *p == '/';
    }
    if (end == path)
        *end++ = '.';
    *end = '\0';
}

/* A path with another root, or the same pointer. NULL without memory. */
static const char *move(const struct roots *roots, const char *path)
{
    size_t len = strlen(path), prefix = strlen(roots->from);
    const char *rest;
    char *moved;

    /* The path itself is compared as if it ended with a slash, too. */
    if (len + 1 < prefix || strncmp(path, roots->from, len < prefix ? len : prefix) != 0)
        return path;
    rest = len < prefix ? "" : path + prefix;
    moved = arena_printf(roots->arena, "%s%s%s", roots->to, *roots->to && *rest ? "/" : "", rest);
    if (!moved)
        return NULL;
    clean(moved);
    return moved;
}

static bool move_path(const struct roots *roots, const char **path)
{
    *path = move(roots, *path);
    return *path;
}

static bool move_argument(const struct roots *roots, const char **arg)
{
    const char *colons = strstr(*arg, "::");
    const char *left, *right;

    if (!colons)
        return move_path(roots, arg);
    left = arena_strndup(roots->arena, *arg, (size_t)(colons - *arg));
    right = colons + 2;
    if (!left || !move_path(roots, &left) || !move_path(roots, &right))
        return false;
    *arg = arena_printf(roots->arena, "%s::%s", left, right);
    return *arg;
}

/*
 * A copy of an array: documents that a program built may have one array in several places, which
 * must not be moved twice.
 */
static void *copy(const struct roots *roots, const void *array, size_t n, size_t size)
{
    void *out = arena_calloc(roots->arena, n, size);

    return out && n ? memcpy(out, array, n * size) : out;
}

static bool move_nodes(const struct roots *roots, struct cdi_edits *edits)
{
    struct cdi_device_node *nodes = copy(roots, edits->device_nodes, edits->n_device_nodes,
                                         sizeof *nodes);

    if (!nodes)
        return false;
    edits->device_nodes = nodes;
    for (size_t i = 0; i < edits->n_device_nodes; i++) {
        if (roots->which == CDI_PATHS_HOST && !*nodes[i].host_path)
            nodes[i].host_path = nodes[i].path;
        if (!move_path(roots,
                       roots->which == CDI_PATHS_HOST ? &nodes[i].host_path : &nodes[i].path))
            return false;
    }
    return true;
}

static bool move_mounts(const struct roots *roots, struct cdi_edits *edits)
{
    struct cdi_mount *mounts = copy(roots, edits->mounts, edits->n_mounts, sizeof *mounts);

    if (!mounts)
        return false;
    edits->mounts = mounts;
    for (size_t i = 0; i < edits->n_mounts; i++)
        if (!move_path(roots, roots->which == CDI_PATHS_HOST ? &mounts[i].host_path
                                                             : &mounts[i].container_path))
            return false;
    return true;
}

static bool move_arguments(const struct roots *roots, struct cdi_strings *args)
{
    const char **items = copy(roots, args->items, args->n, sizeof *items);

    if (!items)
        return false;
    if (args->n)
        args->items = items;
    for (size_t i = 0; i < args->n; i++)
        if (!move_argument(roots, &items[i]))
            return false;
    return true;
}

static bool move_hooks(const struct roots *roots, struct cdi_edits *edits)
{
    struct cdi_hook *hooks = copy(roots, edits->hooks, edits->n_hooks, sizeof *hooks);

    if (!hooks)
        return false;
    edits->hooks = hooks;
    for (size_t i = 0; i < edits->n_hooks; i++) {
        bool starts = strcmp(hooks[i].hook_name, "startContainer") == 0;
        bool creates = strcmp(hooks[i].hook_name, "createContainer") == 0;
        enum cdi_paths path = starts ? CDI_PATHS_CONTAINER : CDI_PATHS_HOST;
        enum cdi_paths args = starts || creates ? CDI_PATHS_CONTAINER : CDI_PATHS_HOST;

        if (path == roots->which && !move_path(roots, &hooks[i].path))
            return false;
        if (args == roots->which && !move_arguments(roots, &hooks[i].args))
            return false;
    }
    return true;
}

static bool move_edits(const struct roots *roots, struct cdi_edits *edits)
{
    return move_nodes(roots, edits) && move_mounts(roots, edits) && move_hooks(roots, edits);
}

int cdi_spec_transform_root(struct cdi_spec *spec, const char *from, const char *to,
                            enum cdi_paths which, struct cdi_error *err)
{
    size_t len = strlen(from);
    const struct roots roots = {
        .from = arena_printf(spec->arena, "%s%s", from, len && from[len - 1] == '/' ? "" : "/"),
        .to = to,
        .which = which,
        .arena = spec->arena,
    };
    struct cdi_device *devices;
    bool done = roots.from;

    if (strcmp(from, to) != 0) {
        devices = copy(&roots, spec->devices, spec->n_devices, sizeof *devices);
        done = done && devices && move_edits(&roots, &spec->edits);
        if (devices)
            spec->devices = devices;
        for (size_t i = 0; done && i < spec->n_devices; i++)
            done = move_edits(&roots, &devices[i].edits);
    }
    if (!done)
        return cdi_error_nomem(err);
    if (!*spec->version)
        spec->version = cdi_spec_min_version(spec);
    return 0;
}
