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

int program_generator(struct arena *arena, const char **path, struct cdi_error *err)
{
    const char *dir = own_directory(arena);
    struct stat st;

    if (!dir)
        return cdi_error_nomem(err);
    for (size_t i = 0; *dir && i < ARRAY_SIZE(generators); i++) {
        *path = arena_printf(arena, "%s%s", dir, generators[i]);
        if (!*path)
            return cdi_error_nomem(err);
        if (executable_is(*path, &st))
            return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(generators); i++) {
        if (!executable_find(generators[i], getenv("PATH"), arena, path))
            return cdi_error_nomem(err);
        if (*path)
            return 0;
    }
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "cdikit is not installed beside this program, nor in PATH: without it "
                         "devices can only be those of CDI documents (mode = \"cdi\")");
}
