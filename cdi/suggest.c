/* SPDX-License-Identifier: Apache-2.0 */
/* What an unknown field could have been meant to be. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "cdi/decode.h"
#include "cdi/fields.h"

/* Fields of released versions that are gone. */
static const struct {
    const char *name;
    const char *instead;
} removed[] = {
    {"enableCMT", "it was removed in CDI 1.1.0, see enableMonitoring"},
    {"enableMBM", "it was removed in CDI 1.1.0, see enableMonitoring"},
};

/* An object that has a field of that name. */
static const struct object *owner(const char *name, size_t len)
{
    for (size_t i = 0; i < N_OBJECTS; i++) {
        size_t hint = 0;

        if (field_find(objects[i], name, len, &hint))
            return objects[i];
    }
    return NULL;
}

const struct field *decode_suggest(const struct object *object, const char *name, char *text,
                                   size_t size)
{
    size_t len = strlen(name);
    const struct object *other = owner(name, len);
    struct nearest near = nearest_init(name, len);
    size_t hint = 0;

    text[0] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(removed); i++)
        if (strcmp(removed[i].name, name) == 0) {
            (void)snprintf(text, size, "%s", removed[i].instead);
            return NULL;
        }
    if (other) {
        (void)snprintf(text, size, "it is a field of %s", other->name);
        return NULL;
    }
    for (size_t i = 0; i < object->n; i++)
        nearest_offer(&near, object->fields[i].name);
    if (!near.best)
        return NULL;
    (void)snprintf(text, size, "did you mean \"%s\"?", near.best);
    return field_find(object, near.best, strlen(near.best), &hint);
}
