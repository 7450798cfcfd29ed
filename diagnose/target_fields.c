/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries decode strictly: a key that they do not know makes them refuse the document, whatever
 * its value is. So keys are looked for in the text's tree, where empty ones still are; forms of
 * names in the document.
 */
#include <cdikit/version.h>

#include "base/quote.h"
#include "cdi/fields.h"
#include "cdi/yaml.h"
#include "diagnose/target_internal.h"

static int check_object(struct target *target, const struct object *object, const void *base,
                        const struct yaml_node *node, const struct member *at);

static int refuse_member(struct target *target, const struct field *field, const struct member *at,
                         struct cdi_position pos)
{
    return report_at(&target->to, RULE_TARGET_FIELD, member_path(at, "").text, pos, NULL,
                     "%s came with CDI %s, and %s, which reads up to %s, refuses a document that "
                     "has it",
                     field->name, cdi_versions()[field->since], target->name,
                     cdi_versions()[target->max]);
}

static int refuse_value(struct target *target, const struct field *field, const char *value,
                        const struct member *at)
{
    return report(&target->to, RULE_TARGET_FIELD, at, NULL,
                  "a %s such as %s came with CDI %s, and %s, which reads up to %s, refuses it",
                  field->name, quote_string(value).text, cdi_versions()[field->value_since],
                  target->name, cdi_versions()[target->max]);
}

/* The keys of an object that are newer. */
static int check_keys(struct target *target, const struct object *object,
                      const struct yaml_node *node, const struct member *in)
{
    size_t hint = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < node->len; i++) {
        const struct yaml_node *key = node->entries[i].key;
        const struct field *field = field_find(object, key->scalar.s, key->len, &hint);

        if (field && (int)field->since > target->max)
            r = refuse_member(target, field, MEMBER(in, field->name), key->pos);
    }
    return r;
}

static const struct yaml_node *value_of(const struct yaml_node *node, const struct object *object,
                                        const struct field *field)
{
    const struct yaml_node *value = NULL;
    size_t hint = 0;

    for (size_t i = 0; node && node->kind == YAML_MAPPING && i < node->len; i++)
        if (field_find(object, node->entries[i].key->scalar.s, node->entries[i].key->len, &hint) ==
            field)
            value = node->entries[i].value;
    return value;
}

/* A field that the engine knows: what is in it. */
static int check_field(struct target *target, const struct field *field, const void *base,
                       const struct yaml_node *node, const struct member *at)
{
    const void *const *pointer = field_get(base, field);
    int r = 0;

    if (field->needs_value_since && (int)field->value_since > target->max &&
        field->needs_value_since(field_string(base, field)))
        return refuse_value(target, field, field_string(base, field), at);
    if (field->type == FIELD_OBJECT)
        return check_object(target, field->object, field_get(base, field), node, at);
    if (field->type == FIELD_OPT_OBJECT)
        return *pointer ? check_object(target, field->object, *pointer, node, at) : 0;
    if (field->type != FIELD_OBJECTS)
        return 0;
    for (size_t i = 0, n = field_count(base, field); r == 0 && i < n; i++) {
        const struct member item = {.in = at, .index = i};
        bool read = node && node->kind == YAML_SEQUENCE && i < node->len;

        r = check_object(target, field->object, field_item(base, field, i),
                         read ? node->items[i] : NULL, &item);
    }
    return r;
}

static int check_object(struct target *target, const struct object *object, const void *base,
                        const struct yaml_node *node, const struct member *at)
{
    bool read = node && node->kind == YAML_MAPPING;
    int r = read ? check_keys(target, object, node, at) : 0;

    for (size_t i = 0; r == 0 && i < object->n; i++) {
        const struct field *field = &object->fields[i];
        const struct member in = {.in = at, .name = field->name};

        if ((int)field->since <= target->max)
            r = check_field(target, field, base, value_of(node, object, field), &in);
        else if (!read && !field_empty(base, field))
            r = refuse_member(target, field, &in, (struct cdi_position){0, 0});
    }
    return r;
}

int target_check_fields(struct target *target)
{
    const struct cdi_spec *spec = target->to.spec;

    return check_object(target, &object_spec, spec, spec->root, NULL);
}
