/* SPDX-License-Identifier: Apache-2.0 */
/* Where a configuration is looked for: in a directory, and in those above it. */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/severities.h"

enum {
    LARGEST_CONFIGURATION = 1 << 20,
};

struct known_dir {
    const char *path;
    const unsigned char *severities;
};

static int compare_dirs(const void *a, const void *b)
{
    const struct known_dir *x = a, *y = b;

    return strcmp(x->path, y->path);
}

/* The rules' own severities, those of a configuration, and those of the command line. */
static int make(const struct severities_map *map, const char *text, size_t len, const char *file,
                const unsigned char **out, struct cdi_error *err)
{
    unsigned char *severities = severities_new(map->arena);
    int r = 0;

    if (!severities)
        return cdi_error_nomem(err);
    if (text)
        r = severities_read(severities, map->arena, text, len, file, err);
    for (size_t i = 0; r == 0 && i < map->settings->n; i++)
        r = severities_set(severities, map->settings->items[i], err);
    *out = severities;
    return r;
}

/* Reads the configuration of a directory; *out stays NULL if it has none. */
static int read_dir(const struct severities_map *map, const char *dir, const unsigned char **out,
                    struct cdi_error *err)
{
    const char *file = arena_printf(map->arena, "%s/" SEVERITIES_FILE,
                                    strcmp(dir, "/") == 0 ? "" : dir);
    _cleanup_close_ int fd = file ? root_openat(map->root, file, O_RDONLY | O_NONBLOCK | O_NOCTTY)
                                  : -ENOMEM;
    _cleanup_free_ char *text = NULL;
    struct stat st;
    size_t len;
    int r;

    if (!file)
        return cdi_error_nomem(err);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        r = cdi_error_set_errno(err, fd < 0 ? -fd : errno, "cannot open");
    else if (!S_ISREG(st.st_mode))
        r = cdi_error_set(err, CDI_ERR_IO, "not a regular file");
    else
        r = file_read_fd(fd, file, LARGEST_CONFIGURATION, &text, &len, err);
    if (r == 0)
        return make(map, text, len, file, out, err);
    cdi_error_set_file(err, file);
    return r;
}

static int remember(struct severities_map *map, const char *dir, const unsigned char *severities,
                    struct cdi_error *err)
{
    struct known_dir *known = arena_alloc(map->arena, sizeof *known);

    if (!known || !(known->path = arena_strdup(map->arena, dir)))
        return cdi_error_nomem(err);
    known->severities = severities;
    return tsearch(known, &map->dirs, compare_dirs) ? 0 : cdi_error_nomem(err);
}

static const unsigned char *known_in(const struct severities_map *map, const char *dir)
{
    const struct known_dir key = {.path = dir};
    struct known_dir *const *found = tfind(&key, &map->dirs, compare_dirs);

    return found ? (*found)->severities : NULL;
}

/* Cuts the last component off; false for the root. */
static bool go_up(char *dir)
{
    char *slash = strrchr(dir, '/');

    if (!slash || dir[1] == '\0')
        return false;
    slash[slash == dir] = '\0';
    return true;
}

int severities_in(struct severities_map *map, const char *dir, const unsigned char **out,
                  struct cdi_error *err)
{
    _cleanup_free_ char *at = strdup(dir), *way = strdup(dir);
    const unsigned char *found = NULL;
    int r = 0;

    if (!at || !way)
        return cdi_error_nomem(err);
    do {
        found = known_in(map, at);
        if (!found)
            r = read_dir(map, at, &found, err);
    } while (r == 0 && !found && go_up(at));
    if (r == 0 && !found)
        r = make(map, NULL, 0, NULL, &found, err);
    /* What was found up there holds for each directory on the way. */
    while (r == 0 && !known_in(map, way)) {
        r = remember(map, way, found, err);
        if (strcmp(way, at) == 0 || !go_up(way))
            break;
    }
    *out = found;
    return r;
}

static void keep(void *known)
{
    (void)known; /* it is in the arena */
}

void severities_map_close(struct severities_map *map)
{
    tdestroy(map->dirs, keep);
}
