/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/registry.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/toml.h"

#define CONFIG_FILE "nvidia-container-runtime/config.toml"

static const char *const default_runtimes[] = {"runc", "crun"};
static const char *const default_spec_dirs[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};

#define ENV_KEY "accept-nvidia-visible-devices-envvar-when-unprivileged"

/* The keys: the way to each, what it holds, and its place. */
static const struct key {
    const char *path[4]; /* ends with NULL if shorter */
    const char *name;
    enum toml_type type; /* an array is one of strings */
    size_t offset;
} keys[] = {
    {{"nvidia-container-runtime", "runtimes"},
     "nvidia-container-runtime.runtimes",
     TOML_ARRAY,
     offsetof(struct config, runtimes)},
    {{"nvidia-container-runtime", "modes", "cdi", "spec-dirs"},
     "nvidia-container-runtime.modes.cdi.spec-dirs",
     TOML_ARRAY,
     offsetof(struct config, spec_dirs)},
    {{ENV_KEY}, ENV_KEY, TOML_BOOLEAN, offsetof(struct config, env_when_unprivileged)},
};

void config_defaults(struct config *config)
{
    *config = (struct config){
        .runtimes = {default_runtimes, ARRAY_SIZE(default_runtimes)},
        .spec_dirs = {default_spec_dirs, ARRAY_SIZE(default_spec_dirs)},
        .env_when_unprivileged = true,
    };
}

void config_clear(struct config *config)
{
    arena_free(config->arena);
    config_defaults(config);
}

static int wrong_type(const char *file, const struct toml *at, const char *what, const char *wanted,
                      struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_INVALID, file, at->pos, "%s must be %s, not %s", what,
                            wanted, toml_type_name(at->type));
}

/* The value of a key, or NULL; a parent that is no table is an error. */
static int find(const struct toml *root, const struct key *key, const char *file,
                const struct toml **value, struct cdi_error *err)
{
    *value = root;
    for (size_t i = 0; i < ARRAY_SIZE(key->path) && key->path[i] && *value; i++) {
        if ((*value)->type != TOML_TABLE)
            return wrong_type(file, *value, key->path[i - 1], "a table", err);
        *value = toml_get(*value, key->path[i]);
    }
    return 0;
}

static int read_list(const struct toml *array, const struct key *key, const char *file,
                     struct arena *arena, struct config_list *list, struct cdi_error *err)
{
    const char **items;
    size_t n = 0;

    if (array->type != TOML_ARRAY)
        return wrong_type(file, array, key->name, "an array of strings", err);
    items = arena_calloc(arena, array->n, sizeof *items);
    if (!items)
        return cdi_error_nomem(err);
    for (const struct toml *element = array->first; element; element = element->next) {
        if (element->type != TOML_STRING)
            return wrong_type(file, element, key->name, "an array of strings", err);
        items[n++] = element->text;
    }
    *list = (struct config_list){items, n};
    return 0;
}

static int read_keys(const struct toml *root, const char *file, struct config *config,
                     struct cdi_error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct key *key = &keys[i];
        void *place = (char *)config + key->offset;
        const struct toml *value;
        int r = find(root, key, file, &value, err);

        if (r < 0)
            return r;
        if (!value)
            continue;
        if (key->type == TOML_ARRAY)
            r = read_list(value, key, file, config->arena, place, err);
        else if (value->type == TOML_BOOLEAN)
            *(bool *)place = value->boolean;
        else
            r = wrong_type(file, value, key->name, toml_type_name(key->type), err);
        if (r < 0)
            return r;
    }
    return 0;
}

int config_parse(const char *text, size_t len, const char *name, struct config *config,
                 struct cdi_error *err)
{
    const struct toml *root;
    int r;

    config_defaults(config);
    config->arena = arena_new();
    if (!config->arena)
        return cdi_error_nomem(err);
    r = toml_parse(text, len, name, config->arena, &root, err);
    if (r == 0)
        r = read_keys(root, name, config, err);
    if (r < 0)
        config_clear(config);
    return r;
}

const char *config_path(const char *file_variable, const char *xdg_variable, char *buf, size_t size)
{
    int len;

    if (file_variable && *file_variable)
        return file_variable;
    if (!xdg_variable || !*xdg_variable)
        return "/etc/" CONFIG_FILE;
    len = snprintf(buf, size, "%s/" CONFIG_FILE, xdg_variable);
    return len > 0 && (size_t)len < size ? buf : NULL;
}

int config_load(struct config *config, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    const char *path;
    char buf[4096];
    size_t len;
    int r;

    config_defaults(config);
    path = config_path(getenv("NVIDIA_CTK_CONFIG_FILE_PATH"), getenv("XDG_CONFIG_HOME"), buf,
                       sizeof buf);
    if (!path)
        return cdi_error_set(err, CDI_ERR_LIMIT, "the path in XDG_CONFIG_HOME is too long");
    /* The usual case, a file that is not there, is no error and should cost no memory. */
    if (access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    r = file_read(AT_FDCWD, path, CONFIG_MAX_SIZE, &text, &len, err);
    return r < 0 ? r : config_parse(text, len, path, config, err);
}
