/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field table: every object of a CDI document and every field of it. Reading, writing, the
 * minimum version, the diagnosis of unknown fields and the JSON schema all walk this table.
 * Source: CDI SPEC.md, "CDI JSON Specification", and the versions in its change log.
 */
#ifndef CDIKIT_CDI_FIELDS_H
#define CDIKIT_CDI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/spec.h>

/* Indices into cdi_versions(). */
enum version {
    VERSION_0_1_0,
    VERSION_0_2_0,
    VERSION_0_3_0, /* the earliest that a document may declare */
    VERSION_0_4_0,
    VERSION_0_5_0,
    VERSION_0_6_0,
    VERSION_0_7_0,
    VERSION_0_8_0,
    VERSION_1_0_0,
    VERSION_1_1_0,
};

/* What a field is in the document, and what it is in the struct. */
enum field_type {
    FIELD_STRING,     /* const char * */
    FIELD_STRINGS,    /* struct cdi_strings */
    FIELD_MAP,        /* struct cdi_annotations */
    FIELD_INT64,      /* int64_t, 0 when absent */
    FIELD_OPT_INT64,  /* struct cdi_opt_int64 */
    FIELD_OPT_UINT32, /* struct cdi_opt_uint32 */
    FIELD_BOOL,       /* bool */
    FIELD_UINT32S,    /* uint32_t *, and a size_t count */
    FIELD_OBJECT,     /* a struct */
    FIELD_OPT_OBJECT, /* a pointer to a struct, NULL when absent */
    FIELD_OBJECTS,    /* a pointer to structs, and a size_t count */
    FIELD_TYPES,
};

enum field_flag {
    FIELD_REQUIRED = 1 << 0,    /* written even when empty */
    FIELD_IN_JSON = 1 << 1,     /* written to JSON even when empty */
    FIELD_EMPTY_NEEDS = 1 << 2, /* an empty list needs the version, too */
    FIELD_VERSION = 1 << 3,     /* one of cdi_versions() */
};

struct field {
    const char *name;
    uint8_t len; /* of the name */
    uint8_t type;
    uint8_t flags;
    uint8_t since; /* the version that a field needs when it is not empty, 0: any */
    uint16_t offset;
    uint16_t count; /* offset of the count of FIELD_UINT32S and FIELD_OBJECTS */
    const struct object *object;
    bool (*needs_value_since)(const char *value); /* a string that needs value_since */
    uint8_t value_since;
    const char *old_schema; /* keywords of JSON Schema for one that does not */
    const char *about;
    const char *schema; /* keywords of JSON Schema for the value, or for the items of a list */
};

struct object {
    const char *name; /* in messages, and in the schema's definitions */
    size_t size;      /* of the struct */
    const struct field *fields;
    size_t n;
};

/* The roots of what is read and written: struct cdi_spec, cdi_device, cdi_edits. */
extern const struct object object_spec;
extern const struct object object_device;
extern const struct object object_edits;

/* Every object, object_spec first. */
enum {
    N_OBJECTS = 8,
};
extern const struct object *const objects[N_OBJECTS];

/*
 * The field of that name, upper and lower case being the same as they are to CDI engines, or
 * NULL. *hint, 0 at first, is where the search begins: after the field found last.
 */
const struct field *field_find(const struct object *object, const char *name, size_t len,
                               size_t *hint);

/* What there is at a field of a struct. */
static inline void *field_at(void *base, const struct field *field)
{
    return (char *)base + field->offset;
}
static inline const void *field_get(const void *base, const struct field *field)
{
    return (const char *)base + field->offset;
}
static inline size_t *field_count_at(void *base, const struct field *field)
{
    return (size_t *)(void *)((char *)base + field->count);
}
static inline size_t field_count(const void *base, const struct field *field)
{
    return *(const size_t *)(const void *)((const char *)base + field->count);
}

/* A string field's value; a built document may have left it NULL. */
static inline const char *field_string(const void *base, const struct field *field)
{
    const char *s = *(const char *const *)field_get(base, field);

    return s ? s : "";
}

/* Item i of a FIELD_OBJECTS. */
const void *field_item(const void *base, const struct field *field, size_t i);

/* True when a field has the value that it has when it is absent, or is an empty list. */
bool field_empty(const void *base, const struct field *field);

/* True when all fields of an object are empty. */
bool object_empty(const struct object *object, const void *base);

/* Makes the strings of a zeroed struct "". */
void object_init(const struct object *object, void *base);

#endif
