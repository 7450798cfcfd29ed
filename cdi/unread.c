/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/unread.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

int unread_add(struct unread *unread, const char *path, struct cdi_error *err)
{
    const char **paths = arena_grow(unread->arena, unread->paths, unread->n, sizeof *paths);
    const char *copy = arena_strdup(unread->arena, path);

    if (!paths || !copy)
        return cdi_error_nomem(err);
    paths[unread->n++] = copy;
    unread->paths = paths;
    return 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void unread_sort(struct unread *unread)
{
    if (unread->n)
        qsort(unread->paths, unread->n, sizeof *unread->paths, compare_paths);
}

/* Compares a path with the len bytes at `begin` and, unless it is '\0', one more character. */
static int compare_begin(const char *path, const char *begin, size_t len, char next)
{
    int order = strncmp(path, begin, len);

    if (order || !next)
        return order;
    return (unsigned char)path[len] - (unsigned char)next;
}

/*
 * The first path that is not below such a beginning, or NULL. What begins so stands together
 * from there on.
 */
static const char *lower_bound(const struct unread *unread, const char *begin, size_t len,
                               char next)
{
    size_t low = 0, high = unread->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_begin(unread->paths[middle], begin, len, next) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < unread->n ? unread->paths[low] : NULL;
}

static bool has_exactly(const struct unread *unread, const char *path, size_t len)
{
    /* Of all that begins so, the path itself is the first. */
    const char *found = lower_bound(unread, path, len, '\0');

    return found && strncmp(found, path, len) == 0 && found[len] == '\0';
}

static bool has_beneath(const struct unread *unread, const char *path, size_t len, char next)
{
    const char *found = lower_bound(unread, path, len, next);

    return found && compare_begin(found, path, len, next) == 0;
}

bool unread_has(const struct unread *unread, const char *path)
{
    size_t len = strlen(path);

    if (unread->n == 0)
        return false;
    if (has_exactly(unread, "", 0) || has_exactly(unread, path, len))
        return true;
    for (size_t i = 1; i < len; i++)
        if ((path[i] == '.' || path[i] == '[') && has_exactly(unread, path, i))
            return true;
    return has_beneath(unread, path, len, '.') || has_beneath(unread, path, len, '[');
}
