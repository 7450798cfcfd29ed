/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/hooks.h"

#include <string.h>

#include "base/arena.h"
#include "base/root.h"
#include "generate/driver/find.h"

#define DEFAULT_PROGRAM "nvidia-cdi-hook"

static bool has(const struct generate_strings *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], name) == 0)
            return true;
    return false;
}

bool hook_wanted(const struct hook_policy *policy, const char *name)
{
    if (has(&policy->enabled, name))
        return true;
    return strcmp(name, HOOK_CHMOD) != 0 && !has(&policy->disabled, name) &&
           !has(&policy->disabled, "all");
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

int hook_program(const struct root *system, const char *wanted, const char *search_path,
                 struct arena *arena, const char **path, bool *found, struct cdi_error *err)
{
    const char *name = wanted && *wanted ? wanted : DEFAULT_PROGRAM, *hit = NULL;
    int r = 0;

    *found = true;
    *path = name;
    if (name[0] == '/')
        return 0;
    if (strchr(name, '/'))
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "the hook program %s is neither an absolute path nor a name", name);
    while (search_path && *search_path && !hit) {
        size_t len = strcspn(search_path, ":");

        if (*search_path == '/' &&
            (r = try_dir(system, search_path, len, name, arena, &hit, err)) < 0)
            return r;
        search_path += len + (search_path[len] == ':');
    }
    for (const char *const *dir = driver_program_dirs; *dir && !hit; dir++)
        if ((r = try_dir(system, *dir, strlen(*dir), name, arena, &hit, err)) < 0)
            return r;
    *found = hit != NULL;
    *path = hit ? hit : arena_printf(arena, "/usr/bin/%s", name);
    return *path ? 0 : cdi_error_nomem(err);
}
