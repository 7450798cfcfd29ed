/* SPDX-License-Identifier: Apache-2.0 */
/* podman: containers.conf(5) in several directories. Sources: see engine_config.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "diagnose/engine_reading.h"

#define NAME     "containers/containers.conf"
#define ROOTLESS "containers/containers.rootless.conf"
#define ROOTFUL  "containers/containers.rootful.conf"

/*
 * An array of strings; {append = true} in it makes this array, and those of later files until one
 * says false, be added to what was set before.
 */
static int read_dirs(struct engine_reading *reading, const struct toml *array, bool *append)
{
    static const char wanted[] = "an array of strings";
    int r = 0;

    if (array->type != TOML_ARRAY)
        return engine_wrong_type(reading, array->pos, "cdi_spec_dirs", wanted);
    for (const struct toml *item = array->first; item; item = item->next) {
        const struct toml *flag = toml_get(item, "append");

        if (flag && flag->type == TOML_BOOLEAN)
            *append = flag->boolean;
    }
    if (!*append)
        engine_clear_dirs(reading, array->pos);
    for (const struct toml *item = array->first; r == 0 && item; item = item->next) {
        if (item->type == TOML_STRING)
            r = engine_add_dir(reading, item->text,
                               (struct engine_place){reading->file, item->pos});
        else if (item->type != TOML_TABLE)
            r = engine_wrong_type(reading, item->pos, "cdi_spec_dirs", wanted);
    }
    return r;
}

/* NAME = ["/usr/bin/NAME", ...]: the first that exists is used. */
static int read_runtimes(struct engine_reading *reading, const struct toml *table)
{
    int r = 0;

    if (!table || table->type != TOML_TABLE)
        return 0;
    for (const struct toml *item = table->first; r == 0 && item; item = item->next) {
        const char *path = NULL;
        struct stat st;

        for (const struct toml *at = item->first; at; at = at->next) {
            if (at->type != TOML_STRING)
                continue;
            path = path ? path : at->text;
            if (root_stat(reading->root, at->text, &st) == 0) {
                path = at->text;
                break;
            }
        }
        r = engine_set_runtime(reading, item->key, item->key_len, path, item->pos);
    }
    return r;
}

static int read_file(struct engine_reading *reading, void *own, char *text, size_t len)
{
    const struct toml *root, *engine, *dirs, *runtime, *manager;
    int r = engine_parse_toml(reading, text, len, &root);

    if (r < 0 || !root)
        return r;
    engine = toml_get(root, "engine");
    dirs = engine ? toml_get(engine, "cdi_spec_dirs") : NULL;
    if (dirs && reading->version->has_number && !engine_is_at_least(reading->version, 5, 1))
        r = engine_remark(reading, dirs->pos, "podman reads cdi_spec_dirs from 5.1.0 on");
    else if (dirs)
        r = read_dirs(reading, dirs, own);
    if (r == 0 && engine)
        r = read_runtimes(reading, toml_get(engine, "runtimes"));
    runtime = engine ? toml_get(engine, "runtime") : NULL;
    if (r == 0 && runtime && runtime->type == TOML_STRING)
        r = engine_set_default_runtime(reading, runtime->text, runtime->pos);
    manager = engine ? toml_get(engine, "cgroup_manager") : NULL;
    if (manager && manager->type == TOML_STRING)
        engine_set_cgroup_driver(reading, manager->text, manager->pos);
    return r;
}

/* A list of paths in the making. */
struct paths {
    const char **items;
    size_t n;
};

static int add_path(struct engine_reading *reading, struct paths *paths, const char *path)
{
    const char **all = arena_grow(reading->arena, paths->items, paths->n, sizeof *all);

    if (!all || !path)
        return cdi_error_nomem(reading->err);
    all[paths->n++] = path;
    paths->items = all;
    return 0;
}

/* Adds the drop-ins of a directory, sorted; one that cannot be listed is a problem. */
static int add_dropins(struct engine_reading *reading, struct paths *paths, const char *dir)
{
    const char **names;
    size_t n = 0;
    int r = dir ? root_list(reading->root, dir, reading->arena, &names, &n) : -ENOMEM;

    if (r == -ENOMEM)
        return cdi_error_nomem(reading->err);
    if (r < 0 && r != -ENOENT) {
        reading->file = dir;
        return engine_problem(reading, (struct cdi_position){0, 0}, "cannot list it: %s",
                              strerror(-r));
    }
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(reading->arena, "%s/%s", dir, names[i]);
        size_t len = strlen(names[i]);
        struct stat st;

        if (!path)
            return cdi_error_nomem(reading->err);
        if (len < 5 || strcmp(names[i] + len - 5, ".conf") != 0 ||
            (root_stat(reading->root, path, &st) == 0 && S_ISDIR(st.st_mode)))
            continue;
        if (add_path(reading, paths, path) < 0)
            return -CDI_ERR_NOMEM;
    }
    return 0;
}

/* The file, and its drop-ins. */
static int add_with_dropins(struct engine_reading *reading, struct paths *paths, const char *path)
{
    int r = add_path(reading, paths, path);

    return r < 0 ? r : add_dropins(reading, paths, arena_printf(reading->arena, "%s.d", path));
}

/* The drop-ins for engines with or without root's rights, and for those of this user. */
static int add_special(struct engine_reading *reading, struct paths *paths, const char *path,
                       bool rootless)
{
    int r = add_dropins(reading, paths, arena_printf(reading->arena, "%s.d", path));

    if (r == 0 && rootless)
        r = add_dropins(reading, paths,
                        arena_printf(reading->arena, "%s.d/%u", path, reading->user->uid));
    return r;
}

/* Until podman 5: every file, in the order of its directory. */
static int list_files(struct engine_reading *reading, const char *home, struct paths *paths)
{
    int r = add_path(reading, paths, "/usr/share/" NAME);

    if (r == 0)
        r = add_with_dropins(reading, paths, "/etc/" NAME);
    if (r == 0 && engine_is_rootless(reading)) {
        r = add_path(reading, paths, "/etc/" ROOTLESS);
        if (r == 0)
            r = add_special(reading, paths, "/etc/" ROOTLESS, true);
    }
    return r == 0 && home ? add_with_dropins(reading, paths, home) : r;
}

static int compare_bases(const void *a, const void *b)
{
    return strcmp(path_base(*(const char *const *)a), path_base(*(const char *const *)b));
}

/* Of drop-ins with one name only the last counts; then by name. */
static void settle_dropins(struct paths *dropins)
{
    size_t kept = 0;

    for (size_t i = 0; i < dropins->n; i++) {
        bool again = false;

        for (size_t j = i + 1; j < dropins->n; j++)
            again |= compare_bases(&dropins->items[i], &dropins->items[j]) == 0;
        if (!again)
            dropins->items[kept++] = dropins->items[i];
    }
    dropins->n = kept;
    if (kept)
        qsort(dropins->items, kept, sizeof *dropins->items, compare_bases);
}

/* From podman 6 on: one containers.conf, the user's before root's, and the drop-ins of all. */
static int list_files_6(struct engine_reading *reading, const char *home, struct paths *paths)
{
    const char *const mains[] = {home, "/etc/" NAME, "/usr/share/" NAME};
    static const char *const tops[] = {"/usr/share/", "/etc/"};
    bool rootless = engine_is_rootless(reading);
    const char *special = rootless ? ROOTLESS : ROOTFUL;
    struct paths dropins = {NULL, 0};
    struct stat st;
    int r = 0;

    for (size_t i = 0; r == 0 && !paths->n && i < ARRAY_SIZE(mains); i++)
        if (mains[i] && root_stat(reading->root, mains[i], &st) != -ENOENT)
            r = add_path(reading, paths, mains[i]);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tops); i++) {
        r = add_dropins(reading, &dropins, arena_printf(reading->arena, "%s" NAME ".d", tops[i]));
        if (r == 0)
            r = add_special(reading, &dropins,
                            arena_printf(reading->arena, "%s%s", tops[i], special), rootless);
    }
    if (r == 0 && home)
        r = add_dropins(reading, &dropins, arena_printf(reading->arena, "%s.d", home));
    settle_dropins(&dropins);
    for (size_t i = 0; r == 0 && i < dropins.n; i++)
        r = add_path(reading, paths, dropins.items[i]);
    return r;
}

int engine_read_podman(struct engine_reading *reading)
{
    struct paths paths = {NULL, 0};
    const char *home = NULL;
    bool append = false;
    int r = 0;

    /* Before podman 5 root's has no files of its user. */
    if (engine_is_rootless(reading) || !reading->version->has_number ||
        engine_is_at_least(reading->version, 5, 0))
        r = engine_user_path(reading, NAME, &home);
    reading->out->main_file = engine_is_rootless(reading) && home ? home : "/etc/" NAME;
    if (r == 0)
        r = engine_is_at_least(reading->version, 6, 0) ? list_files_6(reading, home, &paths)
                                                       : list_files(reading, home, &paths);
    for (size_t i = 0; r == 0 && i < paths.n; i++)
        r = engine_read_file(reading, paths.items[i], false, read_file, &append);
    return r;
}
