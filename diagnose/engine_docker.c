/* SPDX-License-Identifier: Apache-2.0 */
/* Docker: daemon.json, dockerd(8). Sources: see engine_config.h. */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "diagnose/engine_reading.h"

#define DEPTH 64

static int read_dirs(struct engine_reading *reading, struct json_document *doc, struct json *array)
{
    static const char wanted[] = "an array of strings";
    const char *first = NULL;
    int r = 0;

    if (array->type != JSON_ARRAY)
        return engine_wrong_type(reading, json_position(doc, array), "cdi-spec-dirs", wanted);
    engine_clear_dirs(reading, json_position(doc, array));
    for (struct json *item = json_first(doc, array); r == 0 && item; item = item->next) {
        struct cdi_position pos = json_position(doc, item);
        const char *text = json_string(doc, item);

        first = first ? first : text;
        if (text)
            r = engine_add_dir(reading, text, (struct engine_place){reading->file, pos});
        else
            r = engine_wrong_type(reading, pos, "cdi-spec-dirs", wanted);
    }
    /* [""] is the way to switch CDI off that its first releases had. */
    if (r == 0 && reading->out->n_dirs == 1 && first && !*first) {
        engine_clear_dirs(reading, json_position(doc, array));
        engine_set_cdi(reading, false, json_position(doc, array));
    }
    return r;
}

static int read_switch(struct engine_reading *reading, struct json_document *doc,
                       struct json *features)
{
    struct json *cdi = features ? json_find(doc, features, "cdi") : NULL;

    if (!cdi)
        return 0;
    if (cdi->type != JSON_TRUE && cdi->type != JSON_FALSE)
        return engine_wrong_type(reading, json_position(doc, cdi), "features.cdi", "true or false");
    engine_set_cdi(reading, cdi->type == JSON_TRUE, json_position(doc, cdi));
    return 0;
}

static int read_runtimes(struct engine_reading *reading, struct json_document *doc,
                         struct json *runtimes)
{
    int r = 0;

    if (!runtimes || runtimes->type != JSON_OBJECT)
        return 0;
    for (struct json *item = json_first(doc, runtimes); r == 0 && item; item = item->next) {
        struct json *path = item->type == JSON_OBJECT ? json_find(doc, item, "path") : NULL;

        r = engine_set_runtime(reading, item->key, item->key_len,
                               path ? json_string(doc, path) : NULL, json_position(doc, item));
    }
    return r;
}

/* "exec-opts": ["native.cgroupdriver=systemd"] */
static void read_cgroup_driver(struct engine_reading *reading, struct json_document *doc,
                               struct json *options)
{
    static const char key[] = "native.cgroupdriver=";

    if (!options || options->type != JSON_ARRAY)
        return;
    for (struct json *item = json_first(doc, options); item; item = item->next) {
        const char *text = json_string(doc, item);

        if (text && strncmp(text, key, strlen(key)) == 0)
            engine_set_cgroup_driver(reading, text + strlen(key), json_position(doc, item));
    }
}

static int read_settings(struct engine_reading *reading, struct json_document *doc)
{
    struct json *root = &doc->root, *dirs, *runtime;
    const char *name;
    int r;

    if (root->type != JSON_OBJECT)
        return engine_wrong_type(reading, json_position(doc, root), "the document", "an object");
    r = read_switch(reading, doc, json_find(doc, root, "features"));
    dirs = json_find(doc, root, "cdi-spec-dirs");
    if (r == 0 && dirs && dirs->type != JSON_NULL)
        r = read_dirs(reading, doc, dirs);
    if (r == 0)
        r = read_runtimes(reading, doc, json_find(doc, root, "runtimes"));
    read_cgroup_driver(reading, doc, json_find(doc, root, "exec-opts"));
    runtime = json_find(doc, root, "default-runtime");
    name = runtime ? json_string(doc, runtime) : NULL;
    if (r == 0 && name)
        r = engine_set_default_runtime(reading, name, json_position(doc, runtime));
    return r;
}

static int read_file(struct engine_reading *reading, void *own, char *text, size_t len)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct json_document doc;
    int r = json_parse(&doc, reading->arena, text, len, DEPTH, &why);

    (void)own;
    if (r < 0)
        return engine_take_error(reading, &why);
    r = read_settings(reading, &doc);
    return r < 0 ? r : json_check(&doc, reading->err);
}

/* Where a user's daemon looks beside the directories of all, unless it is told others. */
static int add_user_dirs(struct engine_reading *reading)
{
    const struct engine_place nowhere = {NULL, {0, 0}};
    const char *runtime_dir = reading->user->runtime_dir, *dir;
    int r = engine_user_path(reading, "cdi", &dir);

    if (r == 0 && dir)
        r = engine_add_dir(reading, dir, nowhere);
    if (r < 0 || !runtime_dir || !*runtime_dir)
        return r;
    dir = arena_printf(reading->arena, "%s/cdi", runtime_dir);
    return dir ? engine_add_dir(reading, dir, nowhere) : cdi_error_nomem(reading->err);
}

int engine_read_docker(struct engine_reading *reading)
{
    bool rootless = engine_is_rootless(reading);
    const char *file = "/etc/docker/daemon.json";
    int r = 0;

    if (rootless) {
        r = engine_user_path(reading, "docker/daemon.json", &file);
        reading->out->restart = "systemctl --user restart docker";
        if (r == 0 &&
            (!reading->version->has_number || engine_is_at_least(reading->version, 29, 2)))
            r = add_user_dirs(reading);
    }
    if (r < 0 || !file)
        return r;
    reading->out->main_file = file;
    reading->out->enable = arena_printf(reading->arena, "set \"features\": {\"cdi\": true} in %s",
                                        file);
    if (!reading->out->enable)
        return cdi_error_nomem(reading->err);
    return engine_read_file(reading, file, false, read_file, NULL);
}
