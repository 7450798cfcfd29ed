/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/programs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/lowlevel.h"

static const char *const generators[] = {"cdikit", "nvidia-ctk"};

/* Where PATH or the usual directories have a program; NULL if nowhere. */
static const char *find(const char *name, struct arena *arena)
{
    char path[PATH_MAX];

    if (lowlevel_find(&name, 1, getenv("PATH"), NULL, path, sizeof path, NULL) < 0)
        return NULL;
    return arena_strdup(arena, path);
}

const char *program_path(const char *configured, const char *default_name, struct arena *arena)
{
    const char *found;

    if (*configured == '/')
        return configured;
    found = find(*configured ? configured : default_name, arena);
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

    if (!dir)
        return cdi_error_nomem(err);
    for (size_t i = 0; *dir && i < ARRAY_SIZE(generators); i++) {
        *path = arena_printf(arena, "%s%s", dir, generators[i]);
        if (!*path)
            return cdi_error_nomem(err);
        if (access(*path, X_OK) == 0)
            return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(generators); i++)
        if ((*path = find(generators[i], arena)))
            return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "cdikit is not installed beside this program, nor in PATH: without it "
                         "devices can only be those of CDI documents (mode = \"cdi\")");
}
