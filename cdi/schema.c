/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/schema.h>

#include <inttypes.h>

#include <cdikit/version.h>

#include "base/strbuf.h"
#include "cdi/fields.h"

static void add_ref(struct strbuf *b, const struct object *object)
{
    strbuf_printf(b, "\"$ref\": \"#/$defs/%s\"", object->name);
}

/* {"type": "string", ...}, with the field's own keywords. */
static void add_type(struct strbuf *b, const char *type, const struct field *field)
{
    strbuf_printf(b, "{\"type\": \"%s\"%s%s}", type, field->schema ? ", " : "",
                  field->schema ? field->schema : "");
}

/* The versions that a document can declare, up to but without the one of number `end`. */
static void add_versions(struct strbuf *b, size_t end)
{
    const char *const *versions = cdi_versions();

    strbuf_addstr(b, "\"enum\": [");
    for (size_t i = VERSION_0_3_0; i < end && versions[i]; i++)
        strbuf_printf(b, "%s\"%s\", \"v%s\"", i > VERSION_0_3_0 ? ", " : "", versions[i],
                      versions[i]);
    strbuf_addstr(b, "]");
}

/* One of the lists of an edits object is not empty, or it has intelRdt. */
static void add_not_empty(struct strbuf *b, const struct object *object)
{
    strbuf_addstr(b, "\"anyOf\": [");
    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        strbuf_printf(b, "%s{\"required\": [\"%s\"]", i ? ", " : "", field->name);
        if (field->type != FIELD_OPT_OBJECT)
            strbuf_printf(b, ", \"properties\": {\"%s\": {\"minItems\": 1}}", field->name);
        strbuf_addstr(b, "}");
    }
    strbuf_addstr(b, "]");
}

/* The keywords that say which values a field takes. */
static void add_values(struct strbuf *b, const struct field *field)
{
    const char *comma = field->schema ? ", " : "", *schema = field->schema ? field->schema : "";

    switch ((enum field_type)field->type) {
    case FIELD_STRING:
        strbuf_printf(b, "\"type\": \"string\"%s%s", comma, schema);
        if (field->flags & FIELD_VERSION) {
            strbuf_addstr(b, ", ");
            add_versions(b, SIZE_MAX);
        }
        break;
    case FIELD_STRINGS:
        strbuf_addstr(b, "\"type\": \"array\", \"items\": ");
        add_type(b, "string", field);
        break;
    case FIELD_MAP:
        strbuf_addstr(b, "\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}");
        break;
    case FIELD_INT64:
    case FIELD_OPT_INT64:
        strbuf_printf(b, "\"type\": \"integer\", \"minimum\": %" PRId64 ", \"maximum\": %" PRId64,
                      INT64_MIN, INT64_MAX);
        break;
    case FIELD_OPT_UINT32:
        strbuf_addstr(b, "\"type\": \"integer\", \"minimum\": 0, \"maximum\": 4294967295");
        break;
    case FIELD_BOOL:
        strbuf_addstr(b, "\"type\": \"boolean\"");
        break;
    case FIELD_UINT32S:
        strbuf_addstr(b, "\"type\": \"array\", \"items\": {\"type\": \"integer\", \"minimum\": 0, "
                         "\"maximum\": 4294967295}");
        break;
    case FIELD_OBJECT:
    case FIELD_OPT_OBJECT:
        add_ref(b, field->object);
        if (field->flags & FIELD_REQUIRED) {
            strbuf_addstr(b, ", ");
            add_not_empty(b, field->object);
        }
        break;
    case FIELD_OBJECTS:
        strbuf_printf(b, "\"type\": \"array\"%s, \"items\": {",
                      field->flags & FIELD_REQUIRED ? ", \"minItems\": 1" : "");
        add_ref(b, field->object);
        strbuf_addstr(b, "}");
        break;
    case FIELD_TYPES:
        break;
    }
}

static void add_description(struct strbuf *b, const struct field *field)
{
    strbuf_printf(b, "\"description\": \"%s", field->about);
    if (field->since)
        strbuf_printf(b, " Since CDI %s.", cdi_versions()[field->since]);
    strbuf_addstr(b, "\", ");
}

static void add_required(struct strbuf *b, const struct object *object, const char *indent)
{
    const char *before = "\"required\": [";

    strbuf_addstr(b, indent);
    for (size_t i = 0; i < object->n; i++)
        if (object->fields[i].flags & FIELD_REQUIRED) {
            strbuf_printf(b, "%s\"%s\"", before, object->fields[i].name);
            before = ", ";
        }
    strbuf_addstr(b, "],\n");
}

static bool has_required(const struct object *object)
{
    for (size_t i = 0; i < object->n; i++)
        if (object->fields[i].flags & FIELD_REQUIRED)
            return true;
    return false;
}

/* The keywords of an object, each on a line. */
static void add_object(struct strbuf *b, const struct object *object, const char *indent)
{
    strbuf_printf(b, "%s\"type\": \"object\",\n%s\"additionalProperties\": false,\n", indent,
                  indent);
    if (has_required(object))
        add_required(b, object, indent);
    strbuf_printf(b, "%s\"properties\": {\n", indent);
    for (size_t i = 0; i < object->n; i++) {
        strbuf_printf(b, "%s  \"%s\": {", indent, object->fields[i].name);
        add_description(b, &object->fields[i]);
        add_values(b, &object->fields[i]);
        strbuf_printf(b, "}%s\n", i + 1 < object->n ? "," : "");
    }
    strbuf_printf(b, "%s}", indent);
}

static bool has_new(const struct object *object, size_t version);

/* True if a field, a value of it or something in it is new in a version. */
static bool is_new(const struct field *field, size_t version)
{
    return field->since == version || field->value_since == version ||
           (field->object && has_new(field->object, version));
}

static bool has_new(const struct object *object, size_t version)
{
    for (size_t i = 0; i < object->n; i++)
        if (is_new(&object->fields[i], version))
            return true;
    return false;
}

/* The keywords for a value as documents have it that do not need a version. */
static void add_old_object(struct strbuf *b, const struct object *object, size_t version);

static void add_old_value(struct strbuf *b, const struct field *field, size_t version)
{
    static const char absent[] = "\"not\": {}";
    static const char *const empty[FIELD_TYPES] = {
        [FIELD_STRING] = "\"maxLength\": 0",
        [FIELD_STRINGS] = "\"maxItems\": 0",
        [FIELD_MAP] = "\"maxProperties\": 0",
        [FIELD_INT64] = "\"const\": 0",
        [FIELD_OPT_INT64] = absent,
        [FIELD_OPT_UINT32] = absent,
        [FIELD_BOOL] = "\"const\": false",
        [FIELD_UINT32S] = "\"maxItems\": 0",
        [FIELD_OBJECT] = "\"maxProperties\": 0",
        [FIELD_OPT_OBJECT] = absent,
        [FIELD_OBJECTS] = "\"maxItems\": 0",
    };

    if (field->since == version) {
        strbuf_addstr(b, field->flags & FIELD_EMPTY_NEEDS ? absent : empty[field->type]);
    } else if (field->value_since == version) {
        strbuf_addstr(b, field->old_schema);
    } else if (field->type == FIELD_OBJECTS) {
        strbuf_addstr(b, "\"items\": {");
        add_old_object(b, field->object, version);
        strbuf_addstr(b, "}");
    } else {
        add_old_object(b, field->object, version);
    }
}

static void add_old_object(struct strbuf *b, const struct object *object, size_t version)
{
    const char *comma = "";

    strbuf_addstr(b, "\"properties\": {");
    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        if (!is_new(field, version))
            continue;
        strbuf_printf(b, "%s\"%s\": {", comma, field->name);
        add_old_value(b, field, version);
        strbuf_addstr(b, "}");
        comma = ", ";
    }
    strbuf_addstr(b, "}");
}

/* A document that declares less than a version has nothing that is new in it. */
static void add_version_rules(struct strbuf *b)
{
    const char *before = "";

    strbuf_addstr(b, "  \"allOf\": [");
    for (size_t version = VERSION_0_3_0 + 1; cdi_versions()[version]; version++) {
        if (!has_new(&object_spec, version))
            continue;
        strbuf_printf(b,
                      "%s\n    {\"$comment\": \"new in CDI %s\", \"if\": {\"required\": "
                      "[\"cdiVersion\"], \"properties\": {\"cdiVersion\": {",
                      before, cdi_versions()[version]);
        add_versions(b, version);
        strbuf_addstr(b, "}}}, \"then\": {");
        add_old_object(b, &object_spec, version);
        strbuf_addstr(b, "}}");
        before = ",";
    }
    strbuf_addstr(b, "\n  ],\n");
}

int cdi_schema_format(char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_addstr(&b, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                      "  \"title\": \"CDI document, up to CDI " CDI_VERSION_CURRENT "\",\n");
    add_object(&b, objects[0], "  ");
    strbuf_addstr(&b, ",\n");
    add_version_rules(&b);
    strbuf_addstr(&b, "  \"$defs\": {\n");
    for (size_t i = 1; i < N_OBJECTS; i++) {
        strbuf_printf(&b, "    \"%s\": {\n", objects[i]->name);
        add_object(&b, objects[i], "      ");
        strbuf_printf(&b, "\n    }%s\n", i + 1 < N_OBJECTS ? "," : "");
    }
    strbuf_addstr(&b, "  }\n}\n");
    *text = strbuf_take(&b, len);
    return *text ? 0 : cdi_error_nomem(err);
}
