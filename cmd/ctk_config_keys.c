/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "base/toml_edit.h"
#include "cmd/ctk_config.h"
#include "cmd/option_value.h"
#include "runtime/config_keys.h"

/* As TOML, the value that a key has in the default document. */
static void add_default_value(struct strbuf *b, const struct config_key *key,
                              const struct config_machine *machine)
{
    const char *string = key->standing == CONFIG_COMMENTED ? key->shown : key->value.string;

    switch (key->type) {
    case CONFIG_STRING:
        if (key == config_key_find("nvidia-container-cli.ldconfig") && machine->ldconfig_real)
            string = "@/sbin/ldconfig.real";
        toml_add_string(b, string);
        break;
    case CONFIG_LIST:
        strbuf_addch(b, '[');
        for (size_t i = 0; i < key->value.list.n; i++) {
            strbuf_addstr(b, i ? ", " : "");
            toml_add_string(b, key->value.list.items[i]);
        }
        strbuf_addch(b, ']');
        break;
    default:
        strbuf_addstr(b, key->value.boolean ? "true" : "false");
    }
}

void config_add_default(struct strbuf *b, const struct config_machine *machine)
{
    for (size_t i = 0; i < config_n_keys; i++) {
        const struct config_key *key = &config_keys[i];
        const char *dot = strrchr(key->name, '.');
        bool user = machine->suse && key == config_key_find("nvidia-container-cli.user");

        if (key->standing == CONFIG_ABSENT)
            continue;
        if (key->type == CONFIG_TABLE) {
            strbuf_printf(b, "\n[%s]\n", key->name);
            continue;
        }
        strbuf_printf(b, "%s%s = ", key->standing == CONFIG_COMMENTED && !user ? "#" : "",
                      dot ? dot + 1 : key->name);
        add_default_value(b, key, machine);
        strbuf_addch(b, '\n');
    }
}

/* A key that can be set. */
static const struct config_key *find(const char *name, size_t len, struct cdi_error *err)
{
    struct nearest near = nearest_init(name, len);

    for (size_t i = 0; i < config_n_keys; i++) {
        const struct config_key *key = &config_keys[i];

        if (key->type == CONFIG_TABLE || key->type == CONFIG_OBSOLETE)
            continue;
        if (strlen(key->name) == len && memcmp(key->name, name, len) == 0)
            return key;
        nearest_offer(&near, key->name);
    }
    if (near.best)
        (void)cdi_error_set(err, CDI_ERR_USAGE, "there is no key %.*s; did you mean %s?", (int)len,
                            name, near.best);
    else
        (void)cdi_error_set(err, CDI_ERR_USAGE, "there is no key %.*s", (int)len, name);
    return NULL;
}

static void add_list(struct strbuf *b, const char *value, const char *separator)
{
    const char *between = strstr(value, separator) ? separator : ",", *end;

    strbuf_addch(b, '[');
    for (const char *item = value; item; item = end ? end + strlen(between) : NULL) {
        _cleanup_free_ char *copy = NULL;

        end = strstr(item, between);
        copy = end ? strndup(item, (size_t)(end - item)) : strdup(item);
        strbuf_addstr(b, item == value ? "" : ", ");
        if (copy)
            toml_add_string(b, copy);
        b->failed = b->failed || !copy;
    }
    strbuf_addch(b, ']');
}

/* Adds the TOML of a value; NULL is that of a key alone. */
static int add_value(struct strbuf *b, const struct config_key *key, const char *value,
                     const char *separator, struct cdi_error *err)
{
    bool on = true;

    if (key->type == CONFIG_BOOL || key->type == CONFIG_FEATURE) {
        if (value && !bool_parse(value, &on))
            return cdi_error_set(err, CDI_ERR_USAGE, "%s cannot be '%s': it is true or false%s",
                                 key->name, value, key->type == CONFIG_FEATURE ? " or nil" : "");
        strbuf_addstr(b, on ? "true" : "false");
    } else if (!value) {
        return cdi_error_set(err, CDI_ERR_USAGE, "%s needs a value: %s=VALUE", key->name,
                             key->name);
    } else if (key->type == CONFIG_LIST) {
        add_list(b, value, separator);
    } else {
        toml_add_string(b, value);
    }
    return b->failed ? cdi_error_nomem(err) : 0;
}

int config_set(char **text, size_t *len, const char *name, const char *setting,
               const char *separator, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const char *equals = strchr(setting, '='), *value = equals ? equals + 1 : NULL;
    const struct config_key *key = find(setting, strcspn(setting, "="), err);
    const char *parts[4];
    char names[CONFIG_NAME_SIZE], *rest = names;
    struct toml_key path = {parts, 0};
    int r;

    if (!key)
        return -CDI_ERR_USAGE;
    (void)snprintf(names, sizeof names, "%s", key->name);
    while (rest)
        parts[path.n++] = strsep(&rest, ".");
    if (key->type == CONFIG_FEATURE && value && strcmp(value, "nil") == 0)
        return toml_edit_unset(text, len, name, &path, err);
    r = add_value(&b, key, value, separator, err);
    return r < 0 ? r : toml_edit_set(text, len, name, &path, b.s, err);
}
