/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/look.h"

#include <string.h>

#include "base/arena.h"
#include "base/ldcache.h"

int look_note(struct look *look, const struct locate_path *place, struct cdi_error *err)
{
    struct driver_looked *looked = look->looked;
    struct arena *arena = look->finder->arena;
    const char *prefix = place->in->prefix, *path = place->path;

    if (!looked)
        return 0;
    looked->places = arena_grow(arena, looked->places, looked->n_places, sizeof *looked->places);
    if (!looked->places)
        return cdi_error_nomem(err);
    if (*prefix && strcmp(path, "/") == 0)
        path = "";
    looked->places[looked->n_places] = arena_printf(arena, "%s%s", prefix, path);
    return looked->places[looked->n_places++] ? 0 : cdi_error_nomem(err);
}

int look_in_dirs(struct look *look, const struct locate_paths *dirs, const char *pattern,
                 bool resolve, struct locate_paths *hits, struct cdi_error *err)
{
    const char *slash = strrchr(pattern, '/');
    const char *sub = slash ? arena_strndup(look->finder->arena, pattern, (size_t)(slash - pattern))
                            : NULL;

    if (slash && !sub)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < dirs->n; i++) {
        struct locate *in = dirs->items[i].in;
        const char *dir = sub ? locate_join(in, dirs->items[i].path, sub) : dirs->items[i].path;
        int r = dir ? look_note(look, &dirs->items[i], err) : cdi_error_nomem(err);

        if (r == 0)
            r = locate_in_dir(in, dir, slash ? slash + 1 : pattern, resolve, hits, err);
        if (r < 0)
            return r;
    }
    return 0;
}

void look_claim(struct driver_finder *f, struct locate_paths *hits)
{
    size_t len = strlen(f->driver.prefix);

    for (size_t i = 0; i < hits->n; i++) {
        struct locate_path *hit = &hits->items[i];

        if (hit->in == &f->driver || strncmp(hit->path, f->driver.prefix, len) != 0 ||
            hit->path[len] != '/')
            continue;
        hit->in = &f->driver;
        hit->path += len;
    }
}

int look_for_libraries(struct look *look, const char *pattern, struct locate_paths *hits,
                       struct cdi_error *err)
{
    struct driver_finder *f = look->finder;
    const struct locate_path cache_place = {.in = &f->driver, .path = LDCACHE_PATH};
    int r = look_in_dirs(look, &f->places.dirs[DRIVER_IN_LOADER_DIRS], pattern, true, hits, err);

    if (r == 0 && !hits->n && !f->places.only_given &&
        (r = look_note(look, &cache_place, err)) == 0)
        r = cache_search(&f->cache, &f->driver, pattern, hits, err);
    if (r == 0 && !hits->n)
        r = look_in_dirs(look, &f->places.last_resort, pattern, true, hits, err);
    look_claim(f, hits);
    return r;
}

int look_host_path(struct driver_finder *f, const struct locate_path *hit, const char **out,
                   struct cdi_error *err)
{
    const char *prefix = hit->in->prefix, *inside, *outside;
    int r;

    if (!*prefix) {
        *out = hit->path;
        return 0;
    }
    if (!(*out = arena_printf(f->arena, "%s%s", prefix, hit->path)))
        return cdi_error_nomem(err);
    if (hit->resolved)
        return 0;
    if ((r = locate_realpath(hit->in, hit->path, &inside, err)) < 0 ||
        (r = locate_realpath(&f->system, *out, &outside, err)) < 0)
        return r;
    if (!inside)
        return 0;
    if (!(inside = arena_printf(f->arena, "%s%s", prefix, inside)))
        return cdi_error_nomem(err);
    if (!outside || strcmp(outside, inside) != 0)
        *out = inside;
    return 0;
}
