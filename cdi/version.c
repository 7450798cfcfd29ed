/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/version.h>

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cdi/fields.h"
#include "cdi/member.h"

static const char *const versions[] = {
    [VERSION_0_1_0] = "0.1.0", [VERSION_0_2_0] = "0.2.0",  [VERSION_0_3_0] = "0.3.0",
    [VERSION_0_4_0] = "0.4.0", [VERSION_0_5_0] = "0.5.0",  [VERSION_0_6_0] = "0.6.0",
    [VERSION_0_7_0] = "0.7.0", [VERSION_0_8_0] = "0.8.0",  [VERSION_1_0_0] = "1.0.0",
    [VERSION_1_1_0] = "1.1.0", [VERSION_1_1_0 + 1] = NULL,
};

const char *const *cdi_versions(void)
{
    return versions;
}

int cdi_version_index(const char *version)
{
    version += *version == 'v';
    for (int i = 0; versions[i]; i++)
        if (strcmp(versions[i], version) == 0)
            return i;
    return -1;
}

/* The first member that needs a version, looked for when `wanted` is that version. */
struct search {
    unsigned needed; /* the highest version found so far */
    unsigned wanted; /* 0: none, look at everything */
    struct member_path *path;
};

static void search_object(struct search *search, const struct object *object, const void *base,
                          const struct member *at);

static bool found(const struct search *search)
{
    return search->wanted && search->needed >= search->wanted;
}

static void need(struct search *search, unsigned version, const struct member *at)
{
    if (version <= search->needed)
        return;
    search->needed = version;
    if (search->path && found(search))
        *search->path = member_path(at, "");
}

/* What the field itself needs, not what is in it. */
static void search_value(struct search *search, const struct field *field, const void *base,
                         const struct member *at)
{
    bool present = !field_empty(base, field);

    if (field->flags & FIELD_EMPTY_NEEDS)
        present = ((const struct cdi_strings *)field_get(base, field))->items != NULL;
    if (field->since && present)
        need(search, field->since, at);
    if (field->needs_value_since && field->needs_value_since(field_string(base, field)))
        need(search, field->value_since, at);
}

static void search_field(struct search *search, const struct field *field, const void *base,
                         const struct member *at)
{
    const void *const *pointer = field_get(base, field);

    search_value(search, field, base, at);
    if (field->type == FIELD_OBJECT) {
        search_object(search, field->object, field_get(base, field), at);
    } else if (field->type == FIELD_OPT_OBJECT && *pointer) {
        search_object(search, field->object, *pointer, at);
    } else if (field->type == FIELD_OBJECTS) {
        for (size_t i = 0, n = field_count(base, field); i < n && !found(search); i++) {
            const struct member item = {.in = at, .index = i};

            search_object(search, field->object, field_item(base, field, i), &item);
        }
    }
}

static void search_object(struct search *search, const struct object *object, const void *base,
                          const struct member *at)
{
    for (size_t i = 0; i < object->n && !found(search); i++) {
        const struct field *field = &object->fields[i];
        const struct member member = {.in = at, .name = field->name};

        search_field(search, field, base, &member);
    }
}

const char *cdi_spec_min_version(const struct cdi_spec *spec)
{
    struct search search = {.needed = VERSION_0_3_0};

    search_object(&search, &object_spec, spec, NULL);
    return versions[search.needed];
}

const char *cdi_spec_min_version_why(const struct cdi_spec *spec, char *buf, size_t size)
{
    struct member_path path = {""};
    struct search all = {.needed = VERSION_0_3_0};
    struct search first = {.needed = VERSION_0_3_0, .path = &path};

    search_object(&all, &object_spec, spec, NULL);
    if (all.needed > VERSION_0_3_0) {
        first.wanted = all.needed;
        search_object(&first, &object_spec, spec, NULL);
    }
    (void)snprintf(buf, size, "%s", path.text);
    return versions[all.needed];
}

const char *cdi_library_version(void)
{
    return CDIKIT_VERSION;
}
