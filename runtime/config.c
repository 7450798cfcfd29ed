/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "base/toml.h"
#include "runtime/config_keys.h"

#define CONFIG_FILE "nvidia-container-runtime/config.toml"

static void *place_of(const struct config_key *key, struct config *config)
{
    return (char *)config + key->offset;
}

void config_defaults(struct config *config)
{
    *config = (struct config){.arena = NULL};
    for (size_t i = 0; i < config_n_keys; i++) {
        const struct config_key *key = &config_keys[i];
        void *place = place_of(key, config);

        switch (key->type) {
        case CONFIG_BOOL:
        case CONFIG_FEATURE:
            *(bool *)place = key->value.boolean;
            break;
        case CONFIG_STRING:
            *(const char **)place = key->value.string;
            break;
        case CONFIG_LIST:
            *(struct config_list *)place = key->value.list;
            break;
        case CONFIG_TABLE:
        case CONFIG_OBSOLETE:
            break;
        }
    }
}

void config_clear(struct config *config)
{
    arena_free(config->arena);
    config_defaults(config);
}

/* One reading of a document. */
struct reading {
    const char *file;
    struct config *config;
    const char *warnings[CONFIG_MAX_WARNINGS];
    size_t n_warnings;            /* also those that have no room */
    struct cdi_position ldconfig; /* where it is set */
    struct cdi_error *err;
};

static int wrong_type(const struct reading *reading, const struct toml *at, const char *name,
                      const char *wanted)
{
    return cdi_error_set_at(reading->err, CDI_ERR_INVALID, reading->file, at->pos,
                            "%s must be %s, not %s", name, wanted, toml_type_name(at->type));
}

static int read_list(const struct reading *reading, const struct toml *array, const char *name,
                     struct config_list *list)
{
    static const char wanted[] = "an array of strings";
    const char **items;
    size_t n = 0;

    if (array->type != TOML_ARRAY)
        return wrong_type(reading, array, name, wanted);
    items = arena_calloc(reading->config->arena, array->n, sizeof *items);
    if (!items)
        return cdi_error_nomem(reading->err);
    for (const struct toml *element = array->first; element; element = element->next) {
        if (element->type != TOML_STRING)
            return wrong_type(reading, element, name, wanted);
        items[n++] = element->text;
    }
    *list = (struct config_list){items, n};
    return 0;
}

CDI_PRINTF(3, 4)
static int warn(struct reading *reading, const struct toml *at, const char *fmt, ...)
{
    struct arena *arena = reading->config->arena;
    const char *text, *what;
    va_list ap;

    if (reading->n_warnings++ >= CONFIG_MAX_WARNINGS)
        return 0;
    va_start(ap, fmt);
    what = arena_vprintf(arena, fmt, ap);
    va_end(ap);
    text = what ? arena_printf(arena, "%s:%u:%u: %s", reading->file ? reading->file : "config.toml",
                               at->pos.line, at->pos.column, what)
                : NULL;
    reading->warnings[reading->n_warnings - 1] = text;
    return text ? 0 : cdi_error_nomem(reading->err);
}

static int read_table(struct reading *reading, const char *name, const struct toml *table);

/* The value of a known key, or a table of them. */
static int read_value(struct reading *reading, const struct config_key *key, const char *name,
                      const struct toml *value)
{
    void *place = place_of(key, reading->config);

    switch (key->type) {
    case CONFIG_TABLE:
        if (value->type != TOML_TABLE)
            return wrong_type(reading, value, name, toml_type_name(TOML_TABLE));
        return read_table(reading, name, value);
    case CONFIG_BOOL:
    case CONFIG_FEATURE:
        if (value->type != TOML_BOOLEAN)
            return wrong_type(reading, value, name, toml_type_name(TOML_BOOLEAN));
        *(bool *)place = value->boolean;
        return 0;
    case CONFIG_STRING:
        if (value->type != TOML_STRING)
            return wrong_type(reading, value, name, toml_type_name(TOML_STRING));
        *(const char **)place = value->text;
        if (place == (void *)&reading->config->cli.ldconfig)
            reading->ldconfig = value->pos;
        return 0;
    case CONFIG_LIST:
        return read_list(reading, value, name, place);
    case CONFIG_OBSOLETE:
        return warn(reading, value, "%s is of an older toolkit, and has no effect", name);
    }
    return 0;
}

/* Tells of a member that no key's name leads to. */
static int unknown(struct reading *reading, const char *table, const struct toml *member)
{
    const char *name = arena_printf(reading->config->arena, "%s%s%s", table, *table ? "." : "",
                                    member->key);
    struct nearest near = nearest_init(name, name ? strlen(name) : 0);

    if (!name)
        return cdi_error_nomem(reading->err);
    if (reading->n_warnings < CONFIG_MAX_WARNINGS)
        for (size_t i = 0; i < config_n_keys; i++)
            nearest_offer(&near, config_keys[i].name);
    if (near.best)
        return warn(reading, member, "there is no key %s; did you mean %s?",
                    quote_string(name).text, near.best);
    return warn(reading, member, "there is no key %s", quote_string(name).text);
}

/* True if it is spelt in upper case, which counts as lower case. */
static bool is_upper(const struct toml *member)
{
    for (const char *c = member->key; *c; c++)
        if (ascii_isalpha(*c) && !ascii_isupper(*c))
            return false;
    return true;
}

/* The name of a member behind that of its table; "" if no key can have it. */
static void full_name(const char *table, const struct toml *member,
                      char out[static CONFIG_NAME_SIZE])
{
    const char *dot = *table ? "." : "";
    int len = snprintf(out, CONFIG_NAME_SIZE, "%s%s%s", table, dot, member->key);

    if (len < 0 || len >= CONFIG_NAME_SIZE || strchr(member->key, '.'))
        *out = '\0';
    else if (is_upper(member))
        for (char *c = out; *c; c++)
            *c = ascii_tolower(*c);
}

static int read_member(struct reading *reading, const char *table_name, const struct toml *table,
                       const struct toml *member)
{
    const struct config_key *key;
    char name[CONFIG_NAME_SIZE];

    full_name(table_name, member, name);
    key = config_key_find(name);
    if (!key)
        return unknown(reading, table_name, member);
    if (is_upper(member) && toml_get(table, name + strlen(name) - strlen(member->key)))
        return warn(reading, member, "%s has no effect beside its lower case", member->key);
    return read_value(reading, key, name, member);
}

/* The depth is that of the names of keys. */
static int read_table(struct reading *reading, const char *name, const struct toml *table)
{
    int r = 0;

    for (const struct toml *member = table->first; r == 0 && member; member = member->next)
        r = read_member(reading, name, table, member);
    return r;
}

/* The program that changes the loader's cache must be the host's, which '@' says. */
static int check_ldconfig(const struct reading *reading)
{
    const struct config *config = reading->config;

    if (*config->cli.ldconfig == '@' || config->features.allow_ldconfig_from_container)
        return 0;
    return cdi_error_set_at(reading->err, CDI_ERR_INVALID, reading->file, reading->ldconfig,
                            "nvidia-container-cli.ldconfig must be a path of the host, which "
                            "begins with '@', such as \"@/sbin/ldconfig\", not %s",
                            quote_string(config->cli.ldconfig).text);
}

/* Gives the warnings to the configuration. */
static int keep_warnings(struct reading *reading)
{
    struct config *config = reading->config;
    size_t n = reading->n_warnings;
    const char **items;

    if (n == 0)
        return 0;
    if (n > CONFIG_MAX_WARNINGS) {
        reading->warnings[CONFIG_MAX_WARNINGS - 1] = arena_printf(
            config->arena, "%s: %zu more keys have no effect",
            reading->file ? reading->file : "config.toml", n - CONFIG_MAX_WARNINGS + 1);
        n = CONFIG_MAX_WARNINGS;
    }
    items = arena_calloc(config->arena, n, sizeof *items);
    if (!items || !reading->warnings[n - 1])
        return cdi_error_nomem(reading->err);
    memcpy(items, reading->warnings, n * sizeof *items);
    config->warnings = (struct config_list){items, n};
    return 0;
}

int config_parse(const char *text, size_t len, const char *name, struct config *config,
                 struct cdi_error *err)
{
    struct reading reading = {.file = name, .config = config, .err = err};
    const struct toml *root;
    int r;

    config_defaults(config);
    config->arena = arena_new();
    if (!config->arena)
        return cdi_error_nomem(err);
    r = toml_parse(text, len, name, config->arena, &root, err);
    if (r == 0)
        r = read_table(&reading, "", root);
    if (r == 0)
        r = check_ldconfig(&reading);
    if (r == 0)
        r = keep_warnings(&reading);
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

int config_read(const char *path, struct config *config, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r;

    config_defaults(config);
    r = file_read(AT_FDCWD, path, CONFIG_MAX_SIZE, &text, &len, err);
    return r < 0 ? r : config_parse(text, len, path, config, err);
}

int config_load(struct config *config, struct cdi_error *err)
{
    const char *path;
    char buf[4096];

    config_defaults(config);
    path = config_path(getenv("NVIDIA_CTK_CONFIG_FILE_PATH"), getenv("XDG_CONFIG_HOME"), buf,
                       sizeof buf);
    if (!path)
        return cdi_error_set(err, CDI_ERR_LIMIT, "the path in XDG_CONFIG_HOME is too long");
    /* The usual case, a file that is not there, is no error and should cost no memory. */
    if (access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    return config_read(path, config, err);
}
