/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/cache.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/ldcache.h"
#include "base/path.h"
#include "base/root.h"
#include "generate/glob.h"

#define CACHE_LIMIT (64U << 20)
#define MOST_LINKS  40 /* as the kernel follows, path_resolution(7) */

/* A library in the cache; what follows from its links is found out when it is asked for. */
struct cache_library {
    const char *path;
    bool resolved;
    const char *canonical; /* NULL if it leads nowhere */
    const char **names;    /* of the path, the links on the way, and what they lead to */
    size_t n_names;
};

/* A cache that is absent or broken is an empty one. */
static int load(struct cache *cache, const struct locate *locate, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_free_ char *data = NULL;
    struct ldcache parsed = {0};
    void *kept = NULL;
    size_t len;
    int r;

    cache->loaded = true;
    r = root_read(locate->root, LDCACHE_PATH, CACHE_LIMIT, &data, &len, &problem);
    /* The paths stay where they are: copies of those of many entries could be any amount. */
    if (r == 0 && (kept = arena_bytes(locate->arena, len + 1)))
        r = ldcache_parse(memcpy(kept, data, len), len, locate->arena, &parsed, &problem);
    else if (r == 0)
        return cdi_error_nomem(err);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        cache->problem = arena_strdup(locate->arena, problem.message);
        return cache->problem ? 0 : cdi_error_nomem(err);
    }
    cache->libraries = arena_calloc(locate->arena, parsed.n, sizeof *cache->libraries);
    if (!cache->libraries)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < parsed.n; i++)
        if (ldcache_is_64bit(&parsed.entries[i]))
            cache->libraries[cache->n++].path = parsed.entries[i].path;
    return 0;
}

/* How much of a name is the library's: up to ".so" or what is special in a pattern. */
static size_t stem_length(const char *pattern)
{
    const char *end = strstr(pattern, ".so");
    size_t literal = strcspn(pattern, GLOB_SPECIAL);

    return end && (size_t)(end - pattern) < literal ? (size_t)(end - pattern) : literal;
}

static int add_name(struct cache_library *library, const struct locate *locate, const char *path,
                    struct cdi_error *err)
{
    library->names = arena_grow(locate->arena, library->names, library->n_names,
                                sizeof *library->names);
    if (!library->names) {
        library->n_names = 0;
        return cdi_error_nomem(err);
    }
    library->names[library->n_names++] = path_base(path);
    return 0;
}

static int resolve(struct cache_library *library, const struct locate *locate,
                   struct cdi_error *err)
{
    const char *path = library->path;
    int r = locate_realpath(locate, path, &library->canonical, err);

    if (r < 0 || !library->canonical || strcmp(library->canonical, path) == 0) {
        library->resolved = r == 0;
        return r == 0 && library->canonical ? add_name(library, locate, path, err) : r;
    }
    for (int i = 0; i < MOST_LINKS; i++) {
        const char *target;
        int dir_len = (int)(path_base(path) - path);

        if ((r = add_name(library, locate, path, err)) < 0)
            return r;
        if (!(target = root_readlink(locate->root, path, locate->arena)))
            break;
        path = *target == '/' ? target
                              : arena_printf(locate->arena, "%.*s%s", dir_len, path, target);
        if (!path)
            return cdi_error_nomem(err);
    }
    library->resolved = true;
    return 0;
}

int cache_search(struct cache *cache, struct locate *locate, const char *pattern,
                 struct locate_paths *out, struct cdi_error *err)
{
    size_t stem = stem_length(pattern);
    int r = cache->loaded ? 0 : load(cache, locate, err);

    for (size_t i = 0; r == 0 && i < cache->n; i++) {
        struct cache_library *library = &cache->libraries[i];
        bool hit = false;

        if (strncmp(path_base(library->path), pattern, stem) != 0)
            continue;
        if (!library->resolved && (r = resolve(library, locate, err)) < 0)
            return r;
        for (size_t k = 0; k < library->n_names && !hit; k++)
            hit = glob_match(pattern, library->names[k]);
        if (hit && library->canonical)
            r = locate_add(locate, out, library->canonical, true, err);
    }
    return r;
}
