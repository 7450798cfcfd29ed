/* SPDX-License-Identifier: Apache-2.0 */
/* CRI-O: crio.conf(5), crio.conf.d(5). Sources: see engine_config.h. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/root.h"
#include "diagnose/engine_reading.h"

#define MAIN_FILE "/etc/crio/crio.conf"
#define DROPINS   "/etc/crio/crio.conf.d"

/* Directories below DROPINS count too, of which nobody nests many. */
#define MOST_DEPTH 16

static int read_runtimes(struct engine_reading *reading, const struct toml *runtimes)
{
    int r = 0;

    if (!runtimes || runtimes->type != TOML_TABLE)
        return 0;
    for (const struct toml *item = runtimes->first; r == 0 && item; item = item->next) {
        const struct toml *path = toml_get(item, "runtime_path");

        r = engine_set_runtime(reading, item->key, item->key_len,
                               path && path->type == TOML_STRING ? path->text : NULL, item->pos);
    }
    return r;
}

static int read_file(struct engine_reading *reading, void *own, char *text, size_t len)
{
    const struct toml *root, *dirs, *name, *manager;
    int r = engine_parse_toml(reading, text, len, &root);

    (void)own;
    if (r < 0 || !root)
        return r;
    dirs = engine_toml_at(root, KEYS("crio", "runtime", "cdi_spec_dirs"));
    if (dirs)
        r = engine_set_dirs(reading, dirs);
    if (r == 0)
        r = read_runtimes(reading, engine_toml_at(root, KEYS("crio", "runtime", "runtimes")));
    name = engine_toml_at(root, KEYS("crio", "runtime", "default_runtime"));
    if (r == 0 && name && name->type == TOML_STRING)
        r = engine_set_default_runtime(reading, name->text, name->pos);
    manager = engine_toml_at(root, KEYS("crio", "runtime", "cgroup_manager"));
    if (manager && manager->type == TOML_STRING)
        engine_set_cgroup_driver(reading, manager->text, manager->pos);
    return r;
}

/* Every file below the directory, whatever its extension; a link to a directory is none. */
static int read_dropins(struct engine_reading *reading, const char *dir, unsigned depth)
{
    const char **names;
    size_t n = 0;
    int r = root_list(reading->root, dir, reading->arena, &names, &n);

    if (r == -ENOMEM)
        return cdi_error_nomem(reading->err);
    if (r == -ENOENT)
        return 0;
    if (r < 0 || depth > MOST_DEPTH) {
        reading->file = dir;
        return engine_problem(reading, (struct cdi_position){0, 0}, "cannot list it: %s",
                              r < 0 ? strerror(-r) : "it is nested too deep");
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *path = arena_printf(reading->arena, "%s/%s", dir, names[i]);
        struct stat st;

        if (!path)
            return cdi_error_nomem(reading->err);
        if (root_lstat(reading->root, path, &st) == 0 && S_ISDIR(st.st_mode))
            r = read_dropins(reading, path, depth + 1);
        else
            r = engine_read_file(reading, path, true, read_file, NULL);
    }
    return r;
}

int engine_read_crio(struct engine_reading *reading)
{
    int r = engine_read_file(reading, MAIN_FILE, false, read_file, NULL);

    reading->out->main_file = MAIN_FILE;
    return r < 0 ? r : read_dropins(reading, DROPINS, 0);
}
