/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/engine_reading.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"

static struct engine_place here(const struct engine_reading *reading, struct cdi_position pos)
{
    return (struct engine_place){reading->file, pos};
}

static int add_problem(struct engine_reading *reading, struct cdi_position pos, bool fatal,
                       const char *message)
{
    struct engine_problem *all = arena_grow(reading->arena, reading->problems,
                                            reading->out->n_problems, sizeof *all);

    if (!all || !message)
        return cdi_error_nomem(reading->err);
    all[reading->out->n_problems++] = (struct engine_problem){here(reading, pos), fatal, message};
    reading->problems = all;
    return 0;
}

int engine_problem(struct engine_reading *reading, struct cdi_position pos, const char *fmt, ...)
{
    const char *message;
    va_list ap;

    va_start(ap, fmt);
    message = arena_vprintf(reading->arena, fmt, ap);
    va_end(ap);
    return add_problem(reading, pos, true, message);
}

int engine_remark(struct engine_reading *reading, struct cdi_position pos, const char *fmt, ...)
{
    const char *message;
    va_list ap;

    va_start(ap, fmt);
    message = arena_vprintf(reading->arena, fmt, ap);
    va_end(ap);
    return add_problem(reading, pos, false, message);
}

int engine_wrong_type(struct engine_reading *reading, struct cdi_position pos, const char *key,
                      const char *wanted)
{
    return engine_problem(reading, pos, "%s is not %s, so that the engine refuses the file", key,
                          wanted);
}

int engine_take_error(struct engine_reading *reading, const struct cdi_error *why)
{
    if (why->code == CDI_ERR_NOMEM)
        return cdi_error_nomem(reading->err);
    return add_problem(reading, why->pos, true, arena_strdup(reading->arena, why->message));
}

static int remember_file(struct engine_reading *reading)
{
    const char **all = arena_grow(reading->arena, reading->files, reading->out->n_files,
                                  sizeof *all);

    if (!all)
        return cdi_error_nomem(reading->err);
    all[reading->out->n_files++] = reading->file;
    reading->files = all;
    return 0;
}

int engine_read_file(struct engine_reading *reading, const char *path, bool must_exist,
                     engine_file_reader *read, void *own)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = root_read(reading->root, path, ENGINE_FILE_LIMIT, &text, &len, &why);

    if (r < 0 && (why.os_errno == ENOENT || why.os_errno == ENOTDIR) && !must_exist)
        return 0;
    reading->file = arena_strdup(reading->arena, path);
    if (!reading->file || remember_file(reading) < 0)
        return cdi_error_nomem(reading->err);
    return r < 0 ? engine_take_error(reading, &why) : read(reading, own, text, len);
}

int engine_parse_toml(struct engine_reading *reading, const char *text, size_t len,
                      const struct toml **table)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int r = toml_parse(text, len, reading->file, reading->arena, table, &why);

    if (r == 0)
        return 0;
    *table = NULL;
    return engine_take_error(reading, &why);
}

const struct toml *engine_toml_at(const struct toml *table, const char *const *keys)
{
    for (; table && *keys; keys++)
        table = toml_get(table, *keys);
    return table;
}

void engine_clear_dirs(struct engine_reading *reading, struct cdi_position pos)
{
    reading->dirs = NULL;
    reading->out->n_dirs = 0;
    reading->out->dirs_place = here(reading, pos);
}

int engine_add_dir(struct engine_reading *reading, const char *path, struct engine_place place)
{
    struct engine_dir *all = arena_grow(reading->arena, reading->dirs, reading->out->n_dirs,
                                        sizeof *all);

    path = arena_strdup(reading->arena, path);
    if (!all || !path)
        return cdi_error_nomem(reading->err);
    all[reading->out->n_dirs++] = (struct engine_dir){path, place};
    reading->dirs = all;
    return 0;
}

int engine_set_dirs(struct engine_reading *reading, const struct toml *array)
{
    static const char wanted[] = "an array of strings";
    int r = 0;

    if (array->type != TOML_ARRAY)
        return engine_wrong_type(reading, array->pos, reading->out->dirs_key, wanted);
    engine_clear_dirs(reading, array->pos);
    for (const struct toml *item = array->first; r == 0 && item; item = item->next) {
        if (item->type == TOML_STRING)
            r = engine_add_dir(reading, item->text, here(reading, item->pos));
        else
            r = engine_wrong_type(reading, item->pos, reading->out->dirs_key, wanted);
    }
    return r;
}

void engine_set_cdi(struct engine_reading *reading, bool on, struct cdi_position pos)
{
    if (reading->out->cdi == ENGINE_CDI_NONE)
        return;
    reading->out->cdi = on ? ENGINE_CDI_ON : ENGINE_CDI_OFF;
    reading->out->cdi_place = here(reading, pos);
}

int engine_set_runtime(struct engine_reading *reading, const char *name, size_t name_len,
                       const char *path, struct cdi_position pos)
{
    struct engine_runtime *all = reading->runtimes, *at = NULL;

    for (size_t i = 0; i < reading->out->n_runtimes; i++)
        if (strlen(all[i].name) == name_len && memcmp(all[i].name, name, name_len) == 0)
            at = &all[i];
    if (!at) {
        all = arena_grow(reading->arena, all, reading->out->n_runtimes, sizeof *all);
        if (!all)
            return cdi_error_nomem(reading->err);
        reading->runtimes = all;
        at = &all[reading->out->n_runtimes++];
    }
    *at = (struct engine_runtime){
        .name = arena_strndup(reading->arena, name, name_len),
        .path = path ? arena_strdup(reading->arena, path) : NULL,
        .place = here(reading, pos),
    };
    return at->name && (at->path || !path) ? 0 : cdi_error_nomem(reading->err);
}

int engine_set_default_runtime(struct engine_reading *reading, const char *name,
                               struct cdi_position pos)
{
    reading->out->default_runtime = arena_strdup(reading->arena, name);
    reading->out->default_place = here(reading, pos);
    return reading->out->default_runtime ? 0 : cdi_error_nomem(reading->err);
}

void engine_set_cgroup_driver(struct engine_reading *reading, const char *name,
                              struct cdi_position pos)
{
    static const char *const drivers[] = {"systemd", "cgroupfs"};

    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        if (strcmp(drivers[i], name) == 0) {
            reading->out->cgroup_driver = drivers[i];
            reading->out->cgroup_place = here(reading, pos);
        }
}

int engine_user_path(struct engine_reading *reading, const char *name, const char **path)
{
    const struct engine_user *user = reading->user;
    bool xdg = user && user->config_home && *user->config_home;

    *path = NULL;
    if (!user || (!xdg && (!user->home || !*user->home)))
        return 0;
    *path = arena_printf(reading->arena, "%s/%s%s", xdg ? user->config_home : user->home,
                         xdg ? "" : ".config/", name);
    return *path ? 0 : cdi_error_nomem(reading->err);
}
