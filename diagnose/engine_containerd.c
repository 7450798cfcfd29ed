/* SPDX-License-Identifier: Apache-2.0 */
/* containerd: config.toml, its imports, and in them the CRI plugin. Sources: engine_config.h. */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "diagnose/engine_reading.h"
#include "generate/glob.h"

#define MAIN_FILE "/etc/containerd/config.toml"

/* Far above any real configuration; imports can name each other. */
#define MOST_FILES 256

/* The table of the CRI plugin by version of the file; a later one overrides an earlier. */
static const char *const tables[] = {
    "cri",
    "io.containerd.grpc.v1.cri",
    "io.containerd.cri.v1.runtime",
};

struct containerd {
    struct engine_reading *reading;
    const char **paths; /* to read, and that were read, in their order */
    size_t n_paths;
    int64_t version; /* of the main file; 0: there is none */
    bool is_1;       /* containerd 1: a plugin's table replaces that of an earlier file */
    bool disabled;   /* the CRI plugin is */
    struct engine_place disabled_place;

    /* What holds without a file. */
    enum engine_cdi cdi;
    struct engine_dir *dirs;
    size_t n_dirs;
};

static int add_path(struct containerd *all, const char *path)
{
    const char **paths;

    if (!path)
        return cdi_error_nomem(all->reading->err);
    for (size_t i = 0; i < all->n_paths; i++)
        if (strcmp(all->paths[i], path) == 0)
            return 0;
    paths = arena_grow(all->reading->arena, all->paths, all->n_paths, sizeof *paths);
    if (!paths)
        return cdi_error_nomem(all->reading->err);
    paths[all->n_paths++] = path;
    all->paths = paths;
    return 0;
}

/* A path, relative ones to the directory of the file, or a pattern. */
static int add_import(struct containerd *all, const struct toml *item)
{
    struct engine_reading *reading = all->reading;
    const char *path = item->text, *slash = strrchr(reading->file, '/');
    struct glob_hits hits;
    int r;

    if (item->type != TOML_STRING)
        return engine_wrong_type(reading, item->pos, "imports", "an array of strings");
    if (all->n_paths >= MOST_FILES)
        return engine_remark(reading, item->pos,
                             "more than %d files are imported: the rest is "
                             "not looked at",
                             MOST_FILES);
    if (*path != '/')
        path = arena_printf(reading->arena, "%.*s/%s", slash ? (int)(slash - reading->file) : 0,
                            reading->file, path);
    path = path ? path_clean(reading->arena, path) : NULL;
    if (!path || !strchr(path, '*'))
        return add_path(all, path);
    r = glob_paths(reading->root, path, reading->arena, &hits, reading->err);
    for (size_t i = 0; r == 0 && i < hits.n && all->n_paths < MOST_FILES; i++)
        r = add_path(all, hits.items[i]);
    return r;
}

static int read_imports(struct containerd *all, const struct toml *imports)
{
    int r = 0;

    if (!imports)
        return 0;
    if (imports->type != TOML_ARRAY)
        return engine_wrong_type(all->reading, imports->pos, "imports", "an array of strings");
    for (const struct toml *item = imports->first; r == 0 && item; item = item->next)
        r = add_import(all, item);
    return r;
}

static void read_disabled(struct containerd *all, const struct toml *list)
{
    if (!list || list->type != TOML_ARRAY)
        return;
    for (const struct toml *item = list->first; item; item = item->next)
        for (size_t i = 0; item->type == TOML_STRING && i < ARRAY_SIZE(tables); i++)
            if (strcmp(item->text, tables[i]) == 0) {
                all->disabled = true;
                all->disabled_place = (struct engine_place){all->reading->file, item->pos};
            }
}

/* [containerd.runtimes.NAME.options] BinaryName; in version 1 also Runtime. */
static int read_runtime(struct engine_reading *reading, const struct toml *runtime)
{
    const struct toml *binary = engine_toml_at(runtime, KEYS("options", "BinaryName"));
    const struct toml *systemd = engine_toml_at(runtime, KEYS("options", "SystemdCgroup"));
    const char *path = NULL;

    if (!binary)
        binary = engine_toml_at(runtime, KEYS("options", "Runtime"));
    if (binary && binary->type == TOML_STRING)
        path = binary->text;
    for (size_t i = 0; !path && i < reading->out->n_runtimes; i++)
        if (strncmp(reading->runtimes[i].name, runtime->key, runtime->key_len) == 0 &&
            !reading->runtimes[i].name[runtime->key_len])
            path = reading->runtimes[i].path;
    if (systemd && systemd->type == TOML_BOOLEAN)
        engine_set_cgroup_driver(reading, systemd->boolean ? "systemd" : "cgroupfs", systemd->pos);
    return engine_set_runtime(reading, runtime->key, runtime->key_len, path, runtime->pos);
}

static int read_runtimes(struct engine_reading *reading, const struct toml *table)
{
    const struct toml *name = engine_toml_at(table, KEYS("containerd", "default_runtime_name"));
    const struct toml *runtimes = engine_toml_at(table, KEYS("containerd", "runtimes"));
    int r = 0;

    if (name && name->type == TOML_STRING)
        r = engine_set_default_runtime(reading, name->text, name->pos);
    if (!runtimes || runtimes->type != TOML_TABLE)
        return r;
    for (const struct toml *item = runtimes->first; r == 0 && item; item = item->next)
        if (item->type == TOML_TABLE)
            r = read_runtime(reading, item);
    return r;
}

static int read_switch(struct engine_reading *reading, const struct toml *table)
{
    const struct toml *on = toml_get(table, "enable_cdi");
    const struct toml *misplaced = engine_toml_at(table, KEYS("containerd", "enable_cdi"));

    if (misplaced)
        return engine_remark(reading, misplaced->pos,
                             "enable_cdi has no effect in the table containerd of the CRI "
                             "plugin: it belongs one level up");
    if (!on)
        return 0;
    if (on->type != TOML_BOOLEAN)
        return engine_wrong_type(reading, on->pos, "enable_cdi", "true or false");
    engine_set_cdi(reading, on->boolean, on->pos);
    return 0;
}

/* Forgets what the files before have said. */
static void forget(const struct containerd *all)
{
    const struct engine_place nowhere = {NULL, {0, 0}};
    struct engine_config *out = all->reading->out;

    out->cdi = all->cdi;
    out->cdi_place = nowhere;
    all->reading->dirs = all->dirs;
    out->n_dirs = all->n_dirs;
    out->dirs_place = nowhere;
    out->n_runtimes = 0;
    out->default_runtime = NULL;
    out->cgroup_driver = NULL;
    out->cgroup_place = nowhere;
}

static int read_table(const struct containerd *all, const struct toml *table)
{
    struct engine_reading *reading = all->reading;
    const struct toml *dirs = toml_get(table, "cdi_spec_dirs");
    int r;

    if (all->is_1)
        forget(all);
    r = read_switch(reading, table);
    if (r == 0 && dirs)
        r = engine_set_dirs(reading, dirs);
    return r < 0 ? r : read_runtimes(reading, table);
}

/* containerd 1 looks at one table, that of the main file's version. */
static int read_tables(const struct containerd *all, const struct toml *plugins)
{
    bool version_1 = all->version < 2;
    int r = 0;

    for (size_t i = 0; r == 0 && plugins && i < ARRAY_SIZE(tables); i++) {
        const struct toml *table = toml_get(plugins, tables[i]);

        if (!table || table->type != TOML_TABLE)
            continue;
        if (!all->is_1 || i == (version_1 ? 0 : 1))
            r = read_table(all, table);
        else if (i == 1)
            r = engine_remark(all->reading, table->pos,
                              "containerd 1 does not look at this table, because %s has no "
                              "version = 2",
                              MAIN_FILE);
    }
    return r;
}

static int read_file(struct engine_reading *reading, void *own, char *text, size_t len)
{
    struct containerd *all = own;
    bool is_main = reading->out->n_files == 1;
    const struct toml *root, *version;
    int r = engine_parse_toml(reading, text, len, &root);

    if (r < 0 || !root)
        return r;
    version = toml_get(root, "version");
    if (is_main && root->n)
        all->version = version && version->type == TOML_INTEGER ? version->integer : 1;
    if (version && version->type != TOML_INTEGER)
        r = engine_wrong_type(reading, version->pos, "version", "an integer");
    else if (version && all->is_1 && version->integer > 2)
        r = engine_problem(reading, version->pos,
                           "containerd 1 refuses a configuration of version %lld: 2 is its newest",
                           (long long)version->integer);
    read_disabled(all, toml_get(root, "disabled_plugins"));
    if (r == 0)
        r = read_tables(all, toml_get(root, "plugins"));
    return r < 0 ? r : read_imports(all, toml_get(root, "imports"));
}

/* What switches CDI on, by the version of the main file. */
static const char *how_to_enable(const struct containerd *all)
{
    struct arena *arena = all->reading->arena;
    const char *table = all->version == 1 ? "cri" : all->version > 2 ? tables[2] : tables[1];

    if (all->disabled)
        return arena_printf(arena, "take the CRI plugin out of disabled_plugins in %s",
                            all->disabled_place.file);
    return arena_printf(arena, "set enable_cdi = true in the table [plugins.\"%s\"] of %s%s", table,
                        MAIN_FILE, all->version ? "" : ", which begins with version = 2");
}

int engine_read_containerd(struct engine_reading *reading)
{
    struct containerd all = {
        .reading = reading,
        .is_1 = reading->version->has_number && !engine_is_at_least(reading->version, 2, 0),
        .cdi = reading->out->cdi,
        .dirs = reading->dirs,
        .n_dirs = reading->out->n_dirs,
    };
    int r = add_path(&all, MAIN_FILE);

    reading->out->main_file = MAIN_FILE;
    for (size_t i = 0; r == 0 && i < all.n_paths; i++)
        r = engine_read_file(reading, all.paths[i], i > 0, read_file, &all);
    if (r < 0)
        return r;
    if (all.disabled && reading->out->cdi != ENGINE_CDI_NONE) {
        reading->out->cdi = ENGINE_CDI_OFF;
        reading->out->cdi_place = all.disabled_place;
    }
    reading->out->enable = how_to_enable(&all);
    return reading->out->enable ? 0 : cdi_error_nomem(reading->err);
}
