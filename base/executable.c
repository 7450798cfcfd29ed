/* SPDX-License-Identifier: Apache-2.0 */
#include "base/executable.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"

const char executable_dirs[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool executable_is(const char *path, struct stat *st)
{
    return stat(path, st) == 0 && !S_ISDIR(st->st_mode) && (st->st_mode & 0111);
}

bool executable_find(const char *name, const char *search, struct arena *arena, const char **out)
{
    const char *const lists[] = {search ? search : "", executable_dirs};
    const char *dir;
    struct stat st;
    size_t len;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const char *rest = lists[i];

        while ((dir = path_next(&rest, &len))) {
            if (*dir != '/')
                continue;
            *out = arena_printf(arena, "%.*s/%s", (int)len, dir, name);
            if (!*out)
                return false;
            if (executable_is(*out, &st))
                return true;
        }
    }
    *out = NULL;
    return true;
}
