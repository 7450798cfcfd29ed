/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

/* Applies one ".." to a cleaned path of len bytes; returns the new length. */
static size_t clean_parent(char *path, size_t len, bool absolute)
{
    const char *slash = memrchr(path, '/', len);
    const char *last = slash ? slash + 1 : path;

    if (len == 0 && absolute)
        return 0;
    if (len == 0 || (len - (size_t)(last - path) == 2 && memcmp(last, "..", 2) == 0)) {
        if (len)
            path[len++] = '/';
        path[len++] = '.';
        path[len++] = '.';
        return len;
    }
    return slash ? (size_t)(slash - path) : 0;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *path_clean(struct arena *arena, const char *path)
{
    bool absolute = *path == '/';
    char *clean = arena_bytes(arena, strlen(path) + 2);
    size_t len = 0;

    if (!clean)
        return NULL;
    for (const char *p = path, *end; *p; p = end) {
        size_t n;

        p += strspn(p, "/");
        n = strcspn(p, "/");
        end = p + n;
        if (n == 0 || (n == 1 && *p == '.'))
            continue;
        if (n == 2 && memcmp(p, "..", 2) == 0) {
            len = clean_parent(clean, len, absolute);
            continue;
        }
        if (len || absolute)
            clean[len++] = '/';
        memcpy(clean + len, p, n);
        len += n;
    }
    if (len == 0)
        clean[len++] = absolute ? '/' : '.';
    clean[len] = '\0';
    return clean;
}

const char *path_next(const char **rest, size_t *len)
{
    const char *element = *rest + strspn(*rest, ":");

    *len = strcspn(element, ":");
    *rest = element + *len;
    return *len ? element : NULL;
}
