/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/severities.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/yaml.h"
#include "cmd/rules.h"

enum {
    NOT_GIVEN = -1,
};

unsigned char *severities_new(struct arena *arena)
{
    unsigned char *severities = arena_calloc(arena, N_RULES, 1);

    for (size_t i = 0; severities && i < N_RULES; i++)
        severities[i] = (unsigned char)rules[i].severity;
    return severities;
}

/* The severity of that name, or NOT_GIVEN. */
static int severity_of(const char *name)
{
    for (int i = CDI_SEVERITY_ERROR; i <= CDI_SEVERITY_OFF; i++)
        if (strcmp(name, rules_severity((enum cdi_severity)i)) == 0)
            return i;
    return NOT_GIVEN;
}

int severities_set(unsigned char *severities, const char *setting, struct cdi_error *err)
{
    const char *equals = strchrnul(setting, '=');
    char id[64] = "";
    size_t len = (size_t)(equals - setting);
    enum rule rule;
    int severity = *equals ? severity_of(equals + 1) : NOT_GIVEN, r;

    if (len < sizeof id)
        memcpy(id, setting, len);
    r = rules_find(*id ? id : setting, &rule, err);
    if (r < 0)
        return r;
    if (severity == NOT_GIVEN)
        return cdi_error_set(err, CDI_ERR_USAGE, "write it as %s=error, %s=warning or %s=off", id,
                             id, id);
    severities[rule] = (unsigned char)severity;
    return 0;
}

/* What is being read. */
struct reading {
    unsigned char *severities;
    bool *seen; /* of each rule */
    const char *file;
    struct cdi_error *err;
};

static int wrong(const struct reading *reading, const struct yaml_node *node, const char *what)
{
    return cdi_error_set_at(reading->err, CDI_ERR_USAGE, reading->file, node->pos, "%s", what);
}

/* `off` without quotes is a boolean in YAML 1.1. */
static int severity_in(const struct yaml_node *value)
{
    if (value->kind != YAML_SCALAR)
        return NOT_GIVEN;
    if (value->scalar.type == SCALAR_BOOL && !value->scalar.b)
        return CDI_SEVERITY_OFF;
    return value->scalar.type == SCALAR_STRING ? severity_of(value->scalar.s) : NOT_GIVEN;
}

static int read_rule(const struct reading *reading, const struct yaml_entry *entry)
{
    int severity = severity_in(entry->value), r;
    enum rule rule;

    r = rules_find(entry->key->scalar.s, &rule, reading->err);
    if (r < 0) {
        reading->err->pos = entry->key->pos;
        cdi_error_set_file(reading->err, reading->file);
        return r;
    }
    if (reading->seen[rule])
        return wrong(reading, entry->key, "the rule is set twice");
    if (severity == NOT_GIVEN)
        return wrong(reading, entry->value, "a rule is set to error, warning or off");
    reading->seen[rule] = true;
    reading->severities[rule] = (unsigned char)severity;
    return 0;
}

static int read_rules(const struct reading *reading, const struct yaml_node *node)
{
    int r = 0;

    if (node->kind != YAML_MAPPING)
        return wrong(reading, node,
                     "rules is a list of lines \"RULE: error\", \"RULE: warning\" or "
                     "\"RULE: off\"");
    for (size_t i = 0; r == 0 && i < node->len; i++)
        r = read_rule(reading, &node->entries[i]);
    return r;
}

static int read_root(const struct reading *reading, const struct yaml_node *root)
{
    bool seen = false;
    int r = 0;

    if (root->kind == YAML_SCALAR && root->scalar.type == SCALAR_NULL)
        return 0;
    if (root->kind != YAML_MAPPING)
        return wrong(reading, root, "a configuration has \"rules:\", and below it the rules");
    for (size_t i = 0; r == 0 && i < root->len; i++) {
        const struct yaml_entry *entry = &root->entries[i];

        if (strcmp(entry->key->scalar.s, "rules") != 0)
            return cdi_error_set_at(reading->err, CDI_ERR_USAGE, reading->file, entry->key->pos,
                                    "unknown key %s; the only one is rules",
                                    quote_string(entry->key->scalar.s).text);
        if (seen)
            return wrong(reading, entry->key, "rules is there twice");
        seen = true;
        r = read_rules(reading, entry->value);
    }
    return r;
}

int severities_read(unsigned char *severities, struct arena *arena, const char *text, size_t len,
                    const char *file, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error own = CDI_ERROR_INIT;
    struct reading reading = {
        .severities = severities,
        .seen = arena_calloc(arena, N_RULES, sizeof *reading.seen),
        .file = file,
        .err = err ? err : &own,
    };
    const struct yaml_node *root = NULL;
    int r;

    if (!reading.seen)
        return cdi_error_nomem(err);
    r = yaml_read(arena, text, len, file, &root, reading.err);
    if (r < 0 && r != -CDI_ERR_NOMEM) {
        reading.err->code = CDI_ERR_USAGE;
        return -CDI_ERR_USAGE;
    }
    return r < 0 || !root ? r : read_root(&reading, root);
}
