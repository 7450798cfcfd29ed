/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <cdikit/name.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "cdi/registry_internal.h"

static const char *const default_dirs[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};

static void registry_freep(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}

static void scan_freep(struct registry_scan **scan)
{
    registry_scan_free(*scan);
}

void cdi_registry_free(struct cdi_registry *registry)
{
    if (!registry)
        return;
    registry_scan_free(registry->scan);
    arena_free(registry->arena);
    free(registry);
}

/* Keeps the root and the cleaned directories. */
static int set_dirs(struct cdi_registry *registry, const char *root, const char *const *dirs,
                    size_t n, struct cdi_error *err)
{
    struct arena *arena = registry->arena;

    if (n == 0) {
        dirs = default_dirs;
        n = ARRAY_SIZE(default_dirs);
    }
    if (root && *root && strcmp(root, "/") != 0 && !(registry->root = arena_strdup(arena, root)))
        return cdi_error_nomem(err);
    registry->dirs = arena_calloc(arena, n, sizeof *registry->dirs);
    if (!registry->dirs)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        if (!dirs[i])
            return cdi_error_set(err, CDI_ERR_USAGE, "spec dir number %zu is NULL", i + 1);
        registry->dirs[i] = path_clean(arena, dirs[i]);
        if (!registry->dirs[i])
            return cdi_error_nomem(err);
    }
    registry->n_dirs = n;
    return 0;
}

/* The names that a registry is made for. */
struct wanted {
    const char *const *names;
    size_t n;
};

/* Keeps the kinds of the names. A name without a kind is that of no device. */
static int set_kinds(struct cdi_registry *registry, const struct wanted *wanted,
                     struct cdi_error *err)
{
    registry->filtered = true;
    registry->kinds = arena_calloc(registry->arena, wanted->n, sizeof *registry->kinds);
    if (!registry->kinds)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < wanted->n; i++) {
        const char *name = wanted->names[i], *kind;
        struct cdi_name parts;

        if (!cdi_name_split(name, &parts))
            continue;
        kind = arena_strndup(registry->arena, name, (size_t)(parts.device.s - 1 - name));
        if (!kind)
            return cdi_error_nomem(err);
        registry->kinds[registry->n_kinds++] = kind;
    }
    return 0;
}

/* Scans, and makes the result the registry's, unless nothing has changed. */
static int scan_again(struct cdi_registry *registry, bool *changed, struct cdi_error *err)
{
    _cleanup_(scan_freep) struct registry_scan *scan = registry_scan_new();
    int r;

    if (!scan)
        return cdi_error_nomem(err);
    r = registry_scan_list(registry, scan, err);
    if (r < 0)
        return r;
    *changed = !registry->scan || !registry_scan_same(registry->scan, scan);
    if (!*changed)
        return 0;
    r = registry_scan_load(registry, scan, err);
    if (r < 0)
        return r;
    if (registry_scan_index(scan) < 0)
        return cdi_error_nomem(err);
    registry_scan_free(registry->scan);
    registry->scan = TAKE_PTR(scan);
    return 0;
}

/* Makes a registry, of everything if `wanted` is NULL. */
static int registry_make(const char *root, const char *const *dirs, size_t n_dirs,
                         const struct wanted *wanted, struct cdi_registry **out,
                         struct cdi_error *err)
{
    _cleanup_(registry_freep) struct cdi_registry *registry = calloc(1, sizeof *registry);
    bool changed;
    int r;

    if (!registry || !(registry->arena = arena_new()))
        return cdi_error_nomem(err);
    r = set_dirs(registry, root, dirs, n_dirs, err);
    if (r == 0 && wanted)
        r = set_kinds(registry, wanted, err);
    if (r == 0)
        r = scan_again(registry, &changed, err);
    if (r == 0)
        *out = TAKE_PTR(registry);
    return r;
}

int cdi_registry_new(const char *root, const char *const *dirs, size_t n, struct cdi_registry **out,
                     struct cdi_error *err)
{
    return registry_make(root, dirs, n, NULL, out, err);
}

int cdi_registry_new_for(const char *root, const char *const *dirs, size_t n_dirs,
                         const char *const *names, size_t n_names, struct cdi_registry **out,
                         struct cdi_error *err)
{
    struct wanted wanted = {names, n_names};

    return registry_make(root, dirs, n_dirs, &wanted, out, err);
}

int cdi_registry_refresh(struct cdi_registry *registry, bool *changed, struct cdi_error *err)
{
    return scan_again(registry, changed, err);
}

const char *const *cdi_registry_dirs(const struct cdi_registry *registry, size_t *n)
{
    *n = registry->n_dirs;
    return registry->dirs;
}

const struct cdi_spec *const *cdi_registry_specs(const struct cdi_registry *registry, size_t *n)
{
    *n = registry->scan->n_specs;
    return registry->scan->specs;
}

size_t cdi_registry_spec_priority(const struct cdi_registry *registry, const struct cdi_spec *spec)
{
    const struct registry_scan *scan = registry->scan;

    for (size_t i = 0; i < scan->n_specs; i++)
        if (scan->specs[i] == spec)
            return scan->priorities[i];
    return 0;
}

const struct cdi_registry_device *cdi_registry_devices(const struct cdi_registry *registry,
                                                       size_t *n)
{
    *n = registry->scan->n_devices;
    return registry->scan->devices;
}

const struct cdi_registry_device *cdi_registry_find(const struct cdi_registry *registry,
                                                    const char *name)
{
    const struct registry_scan *scan = registry->scan;
    size_t low = 0, high = scan->n_devices;

    /* The first definition of the name: the active one, if any is. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(scan->devices[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == scan->n_devices || strcmp(scan->devices[low].name, name) != 0 ||
        scan->devices[low].state != CDI_DEVICE_ACTIVE)
        return NULL;
    return &scan->devices[low];
}

const struct cdi_registry_error *cdi_registry_errors(const struct cdi_registry *registry, size_t *n)
{
    *n = registry->scan->n_failures;
    return registry->scan->errors;
}

const char *const *cdi_registry_vendors(const struct cdi_registry *registry, size_t *n)
{
    *n = registry->scan->n_vendors;
    return registry->scan->vendors;
}

const char *const *cdi_registry_classes(const struct cdi_registry *registry, size_t *n)
{
    *n = registry->scan->n_classes;
    return registry->scan->classes;
}
