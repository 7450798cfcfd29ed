/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "base/toml_edit.h"
#include "cmd/ctk_config.h"
#include "cmd/option_value.h"

#define CLI     "nvidia-container-cli"
#define RUNTIME "nvidia-container-runtime"

enum value_type {
    VALUE_BOOL,
    VALUE_FEATURE, /* a bool that can be unset */
    VALUE_STRING,
    VALUE_LIST, /* of strings */
};

/* How a key stands in the default document. */
enum standing {
    ABSENT,
    COMMENTED, /* as a comment that shows a value */
    SET,
};

/* In the order of the default document. A key of NULL is a table without keys in it. */
static const struct key {
    const char *table;
    const char *name;
    enum value_type type;
    enum standing standing;
    const char *value; /* TOML, of what stands in the default document */
} keys[] = {
    {"", "accept-nvidia-visible-devices-as-volume-mounts", VALUE_BOOL, COMMENTED, "false"},
    {"", "accept-nvidia-visible-devices-envvar-when-unprivileged", VALUE_BOOL, COMMENTED, "true"},
    {"", "disable-require", VALUE_BOOL, SET, "false"},
    {"", "supported-driver-capabilities", VALUE_STRING, SET,
     "\"compat32,compute,display,graphics,ngx,utility,video\""},
    {"", "swarm-resource", VALUE_STRING, COMMENTED, "\"DOCKER_RESOURCE_GPU\""},
    {"features", "allow-cuda-compat-libs-from-container", VALUE_FEATURE, ABSENT, NULL},
    {"features", "allow-ldconfig-from-container", VALUE_FEATURE, ABSENT, NULL},
    {"features", "allow-unknown-oci-spec-fields", VALUE_FEATURE, ABSENT, NULL},
    {"features", "disable-cuda-compat-lib-hook", VALUE_FEATURE, ABSENT, NULL},
    {"features", "disable-imex-channel-creation", VALUE_FEATURE, ABSENT, NULL},
    {"features", "ignore-imex-channel-requests", VALUE_FEATURE, ABSENT, NULL},
    {"features", "no-additional-gids-for-device-nodes", VALUE_FEATURE, ABSENT, NULL},
    {CLI, "debug", VALUE_STRING, COMMENTED, "\"/var/log/nvidia-container-toolkit.log\""},
    {CLI, "environment", VALUE_LIST, SET, "[]"},
    {CLI, "ldcache", VALUE_STRING, COMMENTED, "\"/etc/ld.so.cache\""},
    {CLI, "ldconfig", VALUE_STRING, SET, "\"@/sbin/ldconfig\""},
    {CLI, "load-kmods", VALUE_BOOL, SET, "true"},
    {CLI, "no-cgroups", VALUE_BOOL, COMMENTED, "false"},
    {CLI, "no-pivot", VALUE_BOOL, ABSENT, NULL},
    {CLI, "path", VALUE_STRING, COMMENTED, "\"/usr/bin/nvidia-container-cli\""},
    {CLI, "root", VALUE_STRING, COMMENTED, "\"/run/nvidia/driver\""},
    {CLI, "user", VALUE_STRING, COMMENTED, "\"root:video\""},
    {RUNTIME, "debug", VALUE_STRING, COMMENTED, "\"/var/log/nvidia-container-runtime.log\""},
    {RUNTIME, "log-level", VALUE_STRING, SET, "\"info\""},
    {RUNTIME, "mode", VALUE_STRING, SET, "\"auto\""},
    {RUNTIME, "runtimes", VALUE_LIST, SET, "[\"runc\", \"crun\"]"},
    {RUNTIME ".modes", NULL, VALUE_STRING, SET, NULL},
    {RUNTIME ".modes.cdi", "annotation-prefixes", VALUE_LIST, SET, "[\"cdi.k8s.io/\"]"},
    {RUNTIME ".modes.cdi", "default-kind", VALUE_STRING, SET, "\"nvidia.com/gpu\""},
    {RUNTIME ".modes.cdi", "spec-dirs", VALUE_LIST, SET, "[\"/etc/cdi\", \"/var/run/cdi\"]"},
    {RUNTIME ".modes.csv", "compat-container-root", VALUE_STRING, ABSENT, NULL},
    {RUNTIME ".modes.csv", "mount-spec-path", VALUE_STRING, SET,
     "\"/etc/nvidia-container-runtime/host-files-for-container.d\""},
    {RUNTIME ".modes.jit-cdi", "nvcdi-disable-hooks", VALUE_LIST, ABSENT, NULL},
    {RUNTIME ".modes.jit-cdi", "nvcdi-feature-flags", VALUE_LIST, ABSENT, NULL},
    {RUNTIME ".modes.legacy", "cuda-compat-mode", VALUE_STRING, SET, "\"ldconfig\""},
    {RUNTIME "-hook", "path", VALUE_STRING, SET, "\"nvidia-container-runtime-hook\""},
    {RUNTIME "-hook", "skip-mode-detection", VALUE_BOOL, SET, "false"},
    {"nvidia-ctk", "path", VALUE_STRING, SET, "\"nvidia-ctk\""},
};

static bool is(const struct key *key, const char *table, const char *name)
{
    return strcmp(key->table, table) == 0 && key->name && strcmp(key->name, name) == 0;
}

/* True if a word is in a line, between blanks, quotes or its ends. */
static bool has_word(const char *line, const char *word)
{
    static const char separators[] = " \t\"'";
    size_t len = strlen(word);

    while (*line && *line != '\n') {
        size_t n = strcspn(line, " \t\"'\r\n");

        if (n == len && memcmp(line, word, len) == 0)
            return true;
        line += n;
        line += strspn(line, separators);
        line += *line == '\r';
    }
    return false;
}

bool config_is_suse(const char *os_release)
{
    static const char id_like[] = "ID_LIKE=";

    for (const char *line = os_release; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, id_like, sizeof id_like - 1) == 0 &&
            (has_word(line + sizeof id_like - 1, "suse") ||
             has_word(line + sizeof id_like - 1, "opensuse")))
            return true;
    }
    return false;
}

void config_add_default(struct strbuf *b, const struct config_machine *machine)
{
    const char *table = "";

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct key *key = &keys[i];
        bool commented = key->standing == COMMENTED && !(machine->suse && is(key, CLI, "user"));
        bool real = machine->ldconfig_real && is(key, CLI, "ldconfig");

        if (key->standing == ABSENT)
            continue;
        if (strcmp(key->table, table) != 0)
            strbuf_printf(b, "\n[%s]\n", key->table);
        table = key->table;
        if (key->name)
            strbuf_printf(b, "%s%s = %s\n", commented ? "#" : "", key->name,
                          real ? "\"@/sbin/ldconfig.real\"" : key->value);
    }
}

/* Calls the dotted name of a key: "nvidia-container-cli.root". False if it does not fit. */
static bool full_name(const struct key *key, char *buf, size_t size)
{
    int len = snprintf(buf, size, "%s%s%s", key->table, *key->table ? "." : "", key->name);

    return len >= 0 && (size_t)len < size;
}

static const struct key *find(const char *name, size_t len, struct cdi_error *err)
{
    char names[ARRAY_SIZE(keys)][96];
    struct nearest near = nearest_init(name, len);

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (!keys[i].name || !full_name(&keys[i], names[i], sizeof names[i]))
            continue;
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return &keys[i];
        nearest_offer(&near, names[i]);
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
static int add_value(struct strbuf *b, const struct key *key, const char *value,
                     const char *separator, struct cdi_error *err)
{
    bool on = true;

    if (key->type == VALUE_BOOL || key->type == VALUE_FEATURE) {
        if (value && !bool_parse(value, &on))
            return cdi_error_set(err, CDI_ERR_USAGE, "%s cannot be '%s': it is true or false%s",
                                 key->name, value, key->type == VALUE_FEATURE ? " or nil" : "");
        strbuf_addstr(b, on ? "true" : "false");
    } else if (!value) {
        return cdi_error_set(err, CDI_ERR_USAGE, "%s needs a value: %s=VALUE", key->name,
                             key->name);
    } else if (key->type == VALUE_LIST) {
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
    const struct key *key = find(setting, strcspn(setting, "="), err);
    const char *parts[4];
    char table[96];
    struct toml_key path = {parts, 0};
    int r;

    if (!key)
        return -CDI_ERR_USAGE;
    (void)snprintf(table, sizeof table, "%s", key->table);
    for (char *rest = table, *part = NULL; *table && (part = strsep(&rest, "."));)
        parts[path.n++] = part;
    parts[path.n++] = key->name;
    if (key->type == VALUE_FEATURE && value && strcmp(value, "nil") == 0)
        return toml_edit_unset(text, len, name, &path, err);
    r = add_value(&b, key, value, separator, err);
    return r < 0 ? r : toml_edit_set(text, len, name, &path, b.s, err);
}
