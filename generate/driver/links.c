/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/links.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "generate/glob.h"

/* A link beside every file whose name fits: `target`, or the file itself where that is NULL. */
struct link_rule {
    const char *pattern;
    const char *target;
    const char *link; /* below the file's directory */
};

/* Programs dlopen these by the bare name, or by one that no SONAME has. */
static const struct link_rule library_rules[] = {
    {"libcuda.so.*.*", "libcuda.so.1", "libcuda.so"},
    {"libGLX_nvidia.so.*.*", NULL, "libGLX_indirect.so.0"},
    {"libnvidia-opticalflow.so.*.*", "libnvidia-opticalflow.so.1", "libnvidia-opticalflow.so"},
};

/* The pattern is followed by '.' and the driver's version. */
static const struct link_rule graphics_rules[] = {
    {"libnvidia-allocator.so", "../libnvidia-allocator.so.1", "gbm/nvidia-drm_gbm.so"},
    {"libnvidia-vulkan-producer.so", NULL, "libnvidia-vulkan-producer.so"},
    {"libglxserver_nvidia.so", NULL, "libglxserver_nvidia.so"},
};

/* Adds "target::<directory of path>/link", once. */
static bool add_link(struct driver_links *out, struct arena *arena, const char *target,
                     const char *path, const char *link)
{
    int dir_len = (int)(path_base(path) - path);
    const char *text = arena_printf(arena, "%s::%.*s%s", target, dir_len, path, link);

    if (!text)
        return false;
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->items[i], text) == 0)
            return true;
    out->items = arena_grow(arena, out->items, out->n, sizeof *out->items);
    if (!out->items)
        return false;
    out->items[out->n++] = text;
    return true;
}

static bool add_library(const struct driver_file *file, struct arena *arena,
                        struct driver_links *out)
{
    const char *name = path_base(file->path);

    for (size_t i = 0; i < ARRAY_SIZE(library_rules); i++) {
        const struct link_rule *rule = &library_rules[i];

        if (glob_match(rule->pattern, name) &&
            !add_link(out, arena, rule->target ? rule->target : name, file->path, rule->link))
            return false;
    }
    if (!file->soname)
        return true;
    if (file->soname_is_link && strcmp(file->soname, name) != 0 &&
        !add_link(out, arena, name, file->path, file->soname))
        return false;
    if (file->dev_name_is_link && strcmp(file->dev_name, file->soname) != 0)
        return add_link(out, arena, file->soname, file->path, file->dev_name);
    return true;
}

bool driver_library_links(const struct driver *driver, struct arena *arena,
                          struct driver_links *out)
{
    *out = (struct driver_links){0};
    for (size_t i = 0; i < driver->n_files; i++)
        if (driver->files[i].kind == DRIVER_LIBRARY && !add_library(&driver->files[i], arena, out))
            return false;
    return true;
}

/* True if a name is the library's with the version after it. */
static bool is_versioned(const char *name, const char *library, const char *version)
{
    size_t len = strlen(library);

    return strncmp(name, library, len) == 0 && name[len] == '.' &&
           strcmp(name + len + 1, version) == 0;
}

static bool add_graphics(const struct driver_file *file, const char *version, struct arena *arena,
                         struct driver_links *out)
{
    const char *name = path_base(file->path);

    for (size_t i = 0; i < ARRAY_SIZE(graphics_rules); i++) {
        const struct link_rule *rule = &graphics_rules[i];

        if (is_versioned(name, rule->pattern, version))
            return add_link(out, arena, rule->target ? rule->target : name, file->path, rule->link);
    }
    return true;
}

bool driver_graphics_links(const struct driver *driver, struct arena *arena,
                           struct driver_links *out)
{
    *out = (struct driver_links){0};
    for (size_t i = 0; i < driver->n_files; i++) {
        enum driver_kind kind = driver->files[i].kind;

        if ((kind == DRIVER_GRAPHICS_LIBRARY || kind == DRIVER_LINK_SOURCE) &&
            !add_graphics(&driver->files[i], driver->version, arena, out))
            return false;
    }
    return true;
}
