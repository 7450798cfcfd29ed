/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/hooks.h"

#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/path.h"
#include "base/root.h"
#include "generate/driver/find.h"

static bool has(const struct generate_strings *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], name) == 0)
            return true;
    return false;
}

static const struct vendor_hook *find_hook(const struct vendor *vendor, const char *name)
{
    for (size_t i = 0; i < vendor->n_hooks; i++)
        if (strcmp(vendor->hooks[i].name, name) == 0)
            return &vendor->hooks[i];
    return NULL;
}

bool hook_wanted(const struct vendor *vendor, const struct hook_policy *policy, const char *name)
{
    const struct vendor_hook *hook = find_hook(vendor, name);

    if (has(&policy->enabled, name))
        return true;
    if (policy->off && strcmp(policy->off, name) == 0)
        return false;
    return !(hook && hook->off) && !has(&policy->disabled, name) && !has(&policy->disabled, "all");
}

bool hook_known(const struct vendor *vendor, const char *name, const char **nearest)
{
    struct nearest near = nearest_init(name, strlen(name));

    *nearest = NULL;
    if (find_hook(vendor, name))
        return true;
    for (size_t i = 0; i < vendor->n_hooks; i++)
        nearest_offer(&near, vendor->hooks[i].name);
    *nearest = near.best;
    return false;
}

static bool is_executable(const struct root *system, const char *path)
{
    struct stat st;

    return root_stat(system, path, &st) == 0 && !S_ISDIR(st.st_mode) && (st.st_mode & 0111);
}

/* Looks for dir/name; *out stays NULL if it is no executable. */
static int try_dir(const struct root *system, const char *dir, size_t len, const char *name,
                   struct arena *arena, const char **out, struct cdi_error *err)
{
    const char *path;

    while (len && dir[len - 1] == '/')
        len--;
    path = arena_printf(arena, "%.*s/%s", (int)len, dir, name);
    if (!path)
        return cdi_error_nomem(err);
    if (is_executable(system, path))
        *out = path;
    return 0;
}

int hook_program(const struct root *system, const char *name, const char *search_path,
                 struct arena *arena, const char **path, bool *found, struct cdi_error *err)
{
    const char *hit = NULL, *dir, *rest = search_path ? search_path : "";
    size_t len;
    int r = 0;

    *path = name;
    *found = name[0] == '/' && is_executable(system, name);
    if (name[0] == '/')
        return 0;
    if (strchr(name, '/'))
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "the hook program %s is neither an absolute path nor a name", name);
    while (!hit && (dir = path_next(&rest, &len)))
        if (*dir == '/' && (r = try_dir(system, dir, len, name, arena, &hit, err)) < 0)
            return r;
    for (const char *const *usual = driver_program_dirs; *usual && !hit; usual++)
        if ((r = try_dir(system, *usual, strlen(*usual), name, arena, &hit, err)) < 0)
            return r;
    *found = hit != NULL;
    *path = hit ? hit : arena_printf(arena, "/usr/bin/%s", name);
    return *path ? 0 : cdi_error_nomem(err);
}

int hook_program_first(const struct root *system, const char *const *names, const char *search_path,
                       struct arena *arena, const char **path, bool *found, struct cdi_error *err)
{
    const char *first = NULL;

    *found = false;
    for (; *names; names++) {
        int r = hook_program(system, *names, search_path, arena, path, found, err);

        if (r < 0 || *found)
            return r;
        first = first ? first : *path;
    }
    *path = first;
    return 0;
}
