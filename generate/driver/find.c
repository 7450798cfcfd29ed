/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/find.h"

#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/ldcache.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "generate/driver/library.h"
#include "generate/driver/look.h"

/* What is done with the directories of a place. */
enum take {
    TAKE_ALL,
    TAKE_32BIT, /* all that are for 32-bit programs */
    TAKE_FIRST,
    TAKE_LIBRARIES, /* all, or what the loader's cache has */
};

static const struct {
    enum take take;
    bool resolve;          /* of TAKE_ALL */
    enum locate_type type; /* of TAKE_FIRST */
    const char *top;       /* where it is mounted; NULL: where it is */
} ways[DRIVER_N_WHERE] = {
    [DRIVER_IN_LIBRARY_DIRS] = {.take = TAKE_ALL, .resolve = true},
    [DRIVER_IN_32BIT_DIRS] = {.take = TAKE_32BIT, .resolve = true},
    [DRIVER_IN_LOADER_DIRS] = {.take = TAKE_LIBRARIES},
    [DRIVER_IN_XORG_DIRS] = {.take = TAKE_FIRST, .type = LOCATE_FILE},
    [DRIVER_IN_SHARE] = {.take = TAKE_FIRST, .type = LOCATE_FILE, .top = "/usr/share"},
    [DRIVER_IN_ETC] = {.take = TAKE_FIRST, .type = LOCATE_FILE, .top = "/etc"},
    [DRIVER_IN_ETC_OR_TOP] = {.take = TAKE_FIRST, .type = LOCATE_FILE, .top = "/etc"},
    [DRIVER_IN_RUN] = {.take = TAKE_FIRST, .type = LOCATE_FILE},
    [DRIVER_IN_TMP] = {.take = TAKE_FIRST, .type = LOCATE_ANY},
    [DRIVER_IN_FIRMWARE] = {.take = TAKE_ALL, .resolve = false},
    [DRIVER_IN_PATH] = {.take = TAKE_FIRST, .type = LOCATE_EXECUTABLE},
};

/* Versions become parts of patterns and paths. */
static bool is_version(const char *text)
{
    size_t i = 0;

    while (ascii_isalnum(text[i]) || (text[i] && strchr(".-_+", text[i])))
        i++;
    return i > 0 && !text[i];
}

/* Starts the account of a search, if one is wanted. */
static int begin_looking(struct look *look, enum driver_capability capability, const char *pattern,
                         struct cdi_error *err)
{
    struct driver *driver = look->driver;

    look->looked = NULL;
    if (!look->finder->search->explain)
        return 0;
    driver->looked = arena_grow(look->finder->arena, driver->looked, driver->n_looked,
                                sizeof *driver->looked);
    if (!driver->looked)
        return cdi_error_nomem(err);
    look->looked = &driver->looked[driver->n_looked++];
    *look->looked = (struct driver_looked){
        .capability = capability, .pattern = pattern, .first_file = driver->n_files};
    return 0;
}

/*
 * The first library that has the version, or any where that is NULL: its path in *hit, whose
 * `path` is NULL if there is none, and the version.
 */
static int find_versioned(struct look *look, const char *wanted, struct locate_path *hit,
                          const char **version, struct cdi_error *err)
{
    static const char *const stems[] = {"libcuda.so.", "libnvidia-ml.so."};

    hit->path = *version = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(stems); i++) {
        const char *pattern = arena_printf(look->finder->arena, "%s%s", stems[i],
                                           wanted ? wanted : "*.*");
        struct locate_paths hits = {0};
        int r = pattern ? begin_looking(look, DRIVER_COMPUTE, pattern, err) : cdi_error_nomem(err);

        if (r == 0)
            r = look_for_libraries(look, pattern, &hits, err);
        if (r < 0)
            return r;
        for (size_t k = 0; k < hits.n; k++) {
            const char *name = path_base(hits.items[k].path);
            size_t len = strlen(stems[i]);

            *hit = hits.items[k];
            *version = wanted;
            if (!wanted && strncmp(name, stems[i], len) == 0 && is_version(name + len))
                *version = name + len;
            if (*version)
                return 0;
        }
        hit->path = NULL;
    }
    return 0;
}

/* The account of searches for the version is worth something only if they were in vain. */
static void forget_looking(struct look *look, size_t n)
{
    look->driver->n_looked = n;
    look->looked = NULL;
}

static int no_library(const struct driver_finder *f, const char *version, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf where = STRBUF_INIT;
    const char *suffix = version ? version : "*", *root = f->driver.prefix;

    if (f->places.only_given) {
        const struct locate_paths *dirs = &f->places.dirs[DRIVER_IN_LOADER_DIRS];

        for (size_t i = 0; i < dirs->n; i++)
            strbuf_printf(&where, "%s%s%s", i ? ", " : "", dirs->items[i].in->prefix,
                          dirs->items[i].path);
        if (!dirs->n)
            strbuf_addstr(&where, "the directories that were given, none of which is absolute");
    } else {
        strbuf_printf(&where, "the library directories and " LDCACHE_PATH " of %s (%s)",
                      *root ? root : "/", f->cache.problem ? f->cache.problem : "cache read");
    }
    if (where.failed)
        return cdi_error_nomem(err);
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         "no driver library found: looked for libcuda.so.%s and "
                         "libnvidia-ml.so.%s in %s",
                         suffix, suffix, where.s);
}

static int find_version(struct look *look, const char *wanted, struct cdi_error *err)
{
    struct locate_path hit;
    const char *version;
    size_t n;
    int r;

    if (wanted && !is_version(wanted))
        return cdi_error_set(err, CDI_ERR_INVALID, "the driver reports \"%s\" as its version",
                             wanted);
    if ((r = find_versioned(look, wanted, &hit, &version, err)) < 0)
        return r;
    n = look->driver->n_looked;
    if (!hit.path && wanted) {
        if ((r = find_versioned(look, NULL, &hit, &version, err)) < 0)
            return r;
        forget_looking(look, n);
        if (hit.path)
            return cdi_error_set(
                err, CDI_ERR_NOTFOUND,
                "the loaded NVIDIA kernel module is version %s, but the driver's libraries are "
                "version %s (%s%s): reboot, or reload the module, to use the installed driver",
                wanted, version, hit.in->prefix, hit.path);
    }
    if (!hit.path)
        return no_library(look->finder, wanted, err);
    forget_looking(look, 0);
    look->driver->version = arena_strdup(look->finder->arena, version);
    return look->driver->version ? 0 : cdi_error_nomem(err);
}

/* The directories of all libraries that carry the version, in order of finding. */
static int find_library_dirs(struct look *look, struct cdi_error *err)
{
    struct driver_finder *f = look->finder;
    struct driver *driver = look->driver;
    const char *pattern = arena_printf(f->arena, "lib*.so.%s", driver->version);
    struct locate_paths hits = {0}, dirs = {0};
    int r = pattern ? look_for_libraries(look, pattern, &hits, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        const char *path = hits.items[i].path;
        size_t len = (size_t)(path_base(path) - path) - 1;
        const char *dir = arena_strndup(f->arena, path, len ? len : 1);

        r = dir ? locate_add(hits.items[i].in, &dirs, dir, true, err) : cdi_error_nomem(err);
    }
    if (r < 0)
        return r;
    driver->library_dirs = arena_calloc(f->arena, dirs.n, sizeof *driver->library_dirs);
    if (!driver->library_dirs)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < dirs.n; i++)
        driver->library_dirs[driver->n_library_dirs++] = dirs.items[i].path;
    return places_set_library_dirs(&f->places, &dirs, &f->driver, err);
}

/* Adds a file, which is at `path` in a container. */
static int add_file(struct look *look, const struct driver_rule *rule,
                    const struct locate_path *hit, const char *path, struct cdi_error *err)
{
    struct driver *driver = look->driver;
    struct driver_file *files,
        file = {.capability = rule->capability, .kind = rule->kind, .path = path};
    int r = look_host_path(look->finder, hit, &file.host_path, err);

    if (r == 0 && rule->kind == DRIVER_LIBRARY)
        r = library_read(hit->in, hit->path, &file, err);
    if (r < 0)
        return r;
    if (rule->kind == DRIVER_LIBRARY && rule->part != DRIVER_PART_COMPAT32)
        file.capability = driver_library_capability(path_base(hit->path), rule->capability);
    files = arena_grow(look->finder->arena, driver->files, driver->n_files, sizeof file);
    if (!files)
        return cdi_error_nomem(err);
    files[driver->n_files++] = file;
    driver->files = files;
    return 0;
}

/* The first file below one of the directories. */
static int find_first(struct look *look, const struct driver_rule *rule, const char *name,
                      struct cdi_error *err)
{
    const struct locate_paths *dirs = &look->finder->places.dirs[rule->where];
    const char *top = ways[rule->where].top;

    for (size_t i = 0; i < dirs->n; i++) {
        struct locate_path hit = {.in = dirs->items[i].in};
        bool found;
        int r;

        if (!(hit.path = locate_join(hit.in, dirs->items[i].path, name)))
            return cdi_error_nomem(err);
        if ((r = look_note(look, &dirs->items[i], err)) < 0 ||
            (r = locate_is(hit.in, hit.path, ways[rule->where].type, &found, err)) < 0)
            return r;
        if (found) {
            const char *path = top ? locate_join(hit.in, top, name) : hit.path;

            return path ? add_file(look, rule, &hit, path, err) : cdi_error_nomem(err);
        }
    }
    return 0;
}

static int find_all(struct look *look, const struct driver_rule *rule, const char *pattern,
                    struct cdi_error *err)
{
    enum take take = ways[rule->where].take;
    struct locate_paths hits = {0};
    int r;

    if (take == TAKE_LIBRARIES)
        r = look_for_libraries(look, pattern, &hits, err);
    else
        r = look_in_dirs(look, &look->finder->places.dirs[rule->where], pattern,
                         ways[rule->where].resolve, &hits, err);
    look_claim(look->finder, &hits);
    for (size_t i = 0; r == 0 && i < hits.n; i++)
        if (take != TAKE_32BIT || library_is_32bit(hits.items[i].in, hits.items[i].path))
            r = add_file(look, rule, &hits.items[i], hits.items[i].path, err);
    return r;
}

/* Puts the version where the pattern has "%V". */
static const char *expand(const struct look *look, const char *pattern)
{
    const char *mark = strstr(pattern, "%V");

    if (!mark)
        return pattern;
    return arena_printf(look->finder->arena, "%.*s%s%s", (int)(mark - pattern), pattern,
                        look->driver->version, mark + 2);
}

static int find_rule(struct look *look, const struct driver_rule *rule, struct cdi_error *err)
{
    const char *pattern = expand(look, rule->pattern);
    int r = pattern ? begin_looking(look, rule->capability, pattern, err) : cdi_error_nomem(err);

    if (r < 0)
        return r;
    r = ways[rule->where].take == TAKE_FIRST ? find_first(look, rule, pattern, err)
                                             : find_all(look, rule, pattern, err);
    if (look->looked)
        look->looked->n_files = look->driver->n_files - look->looked->first_file;
    return r;
}

#define PART(name) (1U << DRIVER_PART_##name)

/* The parts that each scope has, as bits. */
static const unsigned scope_parts[] = {
    [DRIVER_EVERYTHING] = PART(LIBRARIES) | PART(GRAPHICS) | PART(IPC) | PART(FIRMWARE) |
                          PART(BINARIES) | PART(EXPLICIT) | PART(COMPAT32),
    [DRIVER_MANAGEMENT] = PART(LIBRARIES) | PART(IPC) | PART(FIRMWARE) | PART(BINARIES) |
                          PART(EXPLICIT) | PART(COMPAT32),
    [DRIVER_GRAPHICS_STACK] = PART(GRAPHICS),
    [DRIVER_VERSION_ONLY] = 0,
};

/* Of these what the search does not leave out. */
static unsigned wanted_parts(const struct driver_search *search, enum driver_scope scope)
{
    unsigned parts = scope_parts[scope];

    if (search->no_ipc)
        parts &= ~PART(IPC);
    if (!search->explicit_libraries)
        parts &= ~PART(EXPLICIT);
    if (!search->compat32)
        parts &= ~PART(COMPAT32);
    return parts;
}

int driver_finder_init(struct driver_finder *finder, const struct driver_search *search,
                       struct arena *arena, struct cdi_error *err)
{
    *finder = (struct driver_finder){.search = search, .arena = arena};
    locate_init(&finder->driver, search->root, search->prefix, arena);
    locate_init(&finder->system, search->system, "", arena);
    return places_init(&finder->places, search, &finder->driver,
                       *search->prefix ? &finder->system : &finder->driver, err);
}

int driver_finder_library(struct driver_finder *finder, const char *name, const char **path,
                          struct cdi_error *err)
{
    struct look look = {.finder = finder};
    struct locate_paths hits = {0};
    int r = look_for_libraries(&look, name, &hits, err);

    *path = NULL;
    if (r < 0 || !hits.n)
        return r;
    return look_host_path(finder, &hits.items[0], path, err);
}

int driver_find(struct driver_finder *finder, const char *version, enum driver_scope scope,
                struct driver *out, struct cdi_error *err)
{
    struct look look = {.finder = finder, .driver = out};
    unsigned parts = wanted_parts(finder->search, scope);
    size_t n;
    const struct driver_rule *rules = driver_rules(&n);
    int r;

    *out = (struct driver){0};
    if ((r = find_version(&look, version, err)) < 0 || (r = find_library_dirs(&look, err)) < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        if ((parts & 1U << rules[i].part) && (r = find_rule(&look, &rules[i], err)) < 0)
            return r;
    return 0;
}
