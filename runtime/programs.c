/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/programs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/executable.h"

/* Where cdikit is installed under the other name only; NVIDIA's nvidia-ctk has fewer modes. */
static const char *const generators[] = {"cdikit", "nvidia-ctk"};
#define DEFAULT_OF_HOOKS "nvidia-ctk"
static const char *const hooks[] = {"cdikit-hook", "nvidia-cdi-hook"};

const char *program_path(const char *configured, const char *default_name, struct arena *arena)
{
    const char *name = *configured ? configured : default_name, *found = NULL;

    if (*configured == '/')
        return configured;
    if (!strchr(name, '/') && !executable_find(name, getenv("PATH"), arena, &found))
        return NULL;
    return found ? found : arena_printf(arena, "/usr/bin/%s", default_name);
}

/* The directory of this program, with a slash at its end; "" if it is unknown. */
static const char *own_directory(struct arena *arena)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

    if (len < 0)
        return "";
    while (len > 0 && path[len - 1] != '/')
        len--;
    return arena_strndup(arena, path, (size_t)len);
}

/* Looks for a program in the directory of this one. *path becomes NULL if none is there. */
static bool find_beside(const char *const *names, size_t n, struct arena *arena, const char **path)
{
    const char *dir = own_directory(arena);
    struct stat st;

    *path = NULL;
    if (!dir)
        return false;
    for (size_t i = 0; *dir && i < n; i++) {
        const char *candidate = arena_printf(arena, "%s%s", dir, names[i]);

        if (!candidate)
            return false;
        if (executable_is(candidate, &st)) {
            *path = candidate;
            return true;
        }
    }
    return true;
}

int program_generator(struct arena *arena, const char **path, struct cdi_error *err)
{
    if (!find_beside(generators, ARRAY_SIZE(generators), arena, path))
        return cdi_error_nomem(err);
    for (size_t i = 0; !*path && i < ARRAY_SIZE(generators); i++)
        if (!executable_find(generators[i], getenv("PATH"), arena, path))
            return cdi_error_nomem(err);
    if (*path)
        return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "cdikit is not installed beside this program, nor in PATH: without it "
                         "devices can only be those of CDI documents (mode = \"cdi\")");
}

int program_hook(struct arena *arena, const char **path, struct cdi_error *err)
{
    if (!find_beside(hooks, ARRAY_SIZE(hooks), arena, path))
        return cdi_error_nomem(err);
    for (size_t i = 0; !*path && i < ARRAY_SIZE(hooks); i++)
        if (!executable_find(hooks[i], NULL, arena, path))
            return cdi_error_nomem(err);
    if (*path)
        return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "cdikit-hook is not installed beside this program, nor where programs "
                         "usually are");
}

const char *program_of_hooks(const char *configured, struct arena *arena)
{
    const char *path = program_path(configured, DEFAULT_OF_HOOKS, arena), *hook;
    struct stat st;

    if (!path || executable_is(path, &st) ||
        (*configured && strcmp(configured, DEFAULT_OF_HOOKS) != 0))
        return path;
    return program_hook(arena, &hook, NULL) == 0 ? hook : path;
}
