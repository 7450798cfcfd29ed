/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/lower.h>

#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/fields.h"
#include "cdi/member.h"

/* What becomes of a container when a field of an object is left out. */
struct loss {
    const char *object, *field;
    bool (*droppable)(const void *base); /* NULL: always, if `lost` says what is lost */
    const char *member;
    const char *lost;
    const char *needed; /* why it cannot be left out */
};

/* CDI before 0.5.0 takes the host's node from the same path. */
static bool host_path_is_path(const void *base)
{
    const struct cdi_device_node *node = base;

    return node->path && strcmp(node->host_path, node->path) == 0;
}

/* The OCI runtime makes a bind mount of these options whatever the type is. */
static bool options_say_bind(const void *base)
{
    const struct cdi_mount *mount = base;

    if (strcmp(mount->type, "bind") != 0)
        return false;
    for (size_t i = 0; i < mount->options.n; i++)
        if (strcmp(mount->options.items[i], "bind") == 0 ||
            strcmp(mount->options.items[i], "rbind") == 0)
            return true;
    return false;
}

/*
 * Every field that needs a version. Left out can be what the device works without; what says
 * which device it is, or what would become another device or mount without a word, cannot.
 */
static const struct loss losses[] = {
    {"document", "annotations", NULL, "annotations", "notes that change no container", NULL},
    {"document", "kind", NULL, "kind", NULL,
     "the class has a dot, and with another class the devices would have other names"},
    {"device", "annotations", NULL, "annotations", "notes that change no container", NULL},
    {"device", "name", NULL, "name", NULL,
     "it begins with a digit, and older versions know no such name"},
    {"deviceNode", "hostPath", host_path_is_path, "hostPath of device nodes",
     "nothing: it is the same as path", "the container would get the host's node at path"},
    {"mount", "type", options_say_bind, "type of mounts", "nothing: the options say it",
     "it would be another mount, or none"},
    {"containerEdits", "additionalGids", NULL, "additionalGids",
     "groups of the container's process: who is not root may not be let into the device nodes",
     NULL},
    {"containerEdits", "netDevices", NULL, "netDevices", NULL, "it is the device"},
    {"containerEdits", "intelRdt", NULL, "intelRdt",
     "shares of cache and memory bandwidth: the container has the default ones", NULL},
    {"intelRdt", "enableMonitoring", NULL, "intelRdt.enableMonitoring",
     "a monitoring group of the container's own", NULL},
    /* OCI runtime-spec, "intelRdt": a closID alone means a class that exists already. */
    {"intelRdt", "schemata", NULL, "intelRdt.schemata", NULL,
     "the class of service would be another"},
};

/* One of two walks: the first records and changes nothing, the second takes out. */
struct lowering {
    struct cdi_spec *spec;
    unsigned max;
    bool take_out;
    const char *device; /* in which the walk is, NULL outside of them */
    struct cdi_drop *drops;
    size_t n_drops;
    struct cdi_error *err;
};

static int lower_object(struct lowering *low, const struct object *object, void *base,
                        const struct member *at);

static const struct loss *loss_of(const struct object *object, const struct field *field)
{
    for (size_t i = 0; i < ARRAY_SIZE(losses); i++)
        if (strcmp(losses[i].object, object->name) == 0 &&
            strcmp(losses[i].field, field->name) == 0)
            return &losses[i];
    return NULL;
}

/* The version that the value of a field needs by itself; 0: any. */
static unsigned value_needs(const struct field *field, const void *base)
{
    if (field->since && !field_empty(base, field))
        return field->since;
    if (field->needs_value_since && field->needs_value_since(field_string(base, field)))
        return field->value_since;
    return 0;
}

static bool goes(const struct lowering *low, const struct field *field, const void *base)
{
    return value_needs(field, base) > low->max;
}

static int refuse(struct lowering *low, const struct member *at, unsigned version, const char *why)
{
    struct member_path path = member_path(at, "the document");

    return cdi_error_set_at(low->err, CDI_ERR_INVALID, low->spec->path,
                            cdi_spec_position(low->spec, path.text),
                            "%s needs CDI %s, which is above %s, and cannot be left out: %s",
                            path.text, cdi_versions()[version], cdi_versions()[low->max], why);
}

static int record(struct lowering *low, const struct loss *loss, unsigned version,
                  const struct member *at)
{
    struct arena *arena = low->spec->arena;
    struct member_path path = member_path(at, "");
    struct cdi_drop *drop;

    low->drops = arena_grow(arena, low->drops, low->n_drops, sizeof *low->drops);
    if (!low->drops)
        return cdi_error_nomem(low->err);
    drop = &low->drops[low->n_drops++];
    *drop = (struct cdi_drop){arena_strdup(arena, path.text), low->device, loss->member,
                              cdi_versions()[version], loss->lost};
    return drop->path ? 0 : cdi_error_nomem(low->err);
}

/* Makes a field what it is when it is absent. */
static void clear(const struct field *field, void *base)
{
    static const size_t sizes[FIELD_TYPES] = {
        [FIELD_STRINGS] = sizeof(struct cdi_strings),
        [FIELD_MAP] = sizeof(struct cdi_annotations),
        [FIELD_BOOL] = sizeof(bool),
        [FIELD_UINT32S] = sizeof(uint32_t *),
        [FIELD_OPT_OBJECT] = sizeof(void *),
    };
    void *at = field_at(base, field);

    if (field->type == FIELD_STRING)
        *(const char **)at = "";
    else
        memset(at, 0, sizes[field->type]);
    if (field->type == FIELD_UINT32S)
        *field_count_at(base, field) = 0;
}

static int leave_out(struct lowering *low, const struct object *object, const struct field *field,
                     void *base, const struct member *at)
{
    const struct loss *loss = loss_of(object, field);
    unsigned version = value_needs(field, base);

    if (low->take_out) {
        clear(field, base);
        return 0;
    }
    if (!loss || !loss->lost || (loss->droppable && !loss->droppable(base)))
        return refuse(low, at, version, loss ? loss->needed : "its meaning is not known");
    return record(low, loss, version, at);
}

/* Goes on to what is in a field. */
static int descend(struct lowering *low, const struct field *field, void *base,
                   const struct member *at)
{
    void **pointer = field_at(base, field);
    int r = 0;

    if (field->type == FIELD_OBJECT)
        return lower_object(low, field->object, field_at(base, field), at);
    if (field->type == FIELD_OPT_OBJECT)
        return *pointer ? lower_object(low, field->object, *pointer, at) : 0;
    if (field->type != FIELD_OBJECTS)
        return 0;
    for (size_t i = 0, n = field_count(base, field); i < n && r == 0; i++) {
        const struct member item = {.in = at, .index = i};

        r = lower_object(low, field->object, (char *)*pointer + i * field->object->size, &item);
    }
    return r;
}

/* A device must have something left of its edits. */
static int check_device(const struct lowering *low, const struct cdi_device *device,
                        const struct member *at)
{
    const struct field *gone = NULL;
    struct member_path path;

    for (size_t i = 0; i < object_edits.n; i++) {
        const struct field *field = &object_edits.fields[i];

        if (goes(low, field, &device->edits))
            gone = field;
        else if (!field_empty(&device->edits, field))
            return 0;
    }
    if (!gone)
        return 0;
    path = member_path(at, "");
    return cdi_error_set_at(low->err, CDI_ERR_INVALID, low->spec->path,
                            cdi_spec_position(low->spec, path.text),
                            "%s: device %s has nothing without %s, which needs CDI %s, above %s",
                            path.text, quote_string(device->name).text, gone->name,
                            cdi_versions()[gone->since], cdi_versions()[low->max]);
}

static int lower_object(struct lowering *low, const struct object *object, void *base,
                        const struct member *at)
{
    int r = 0;

    if (object == &object_device) {
        low->device = ((const struct cdi_device *)base)->name;
        low->device = low->device ? low->device : "";
        r = check_device(low, base, at);
    }
    for (size_t i = 0; i < object->n && r == 0; i++) {
        const struct field *field = &object->fields[i];
        const struct member member = {.in = at, .name = field->name};

        /* An empty list that needs a version is not written: nothing is lost without it. */
        if (low->take_out && field->flags & FIELD_EMPTY_NEEDS && field_empty(base, field))
            clear(field, base);
        r = goes(low, field, base) ? leave_out(low, object, field, base, &member)
                                   : descend(low, field, base, &member);
    }
    if (object == &object_device)
        low->device = NULL;
    return r;
}

int cdi_spec_lower(struct cdi_spec *spec, const char *max_version, struct cdi_drops *drops,
                   struct cdi_error *err)
{
    int max = cdi_version_index(max_version);
    struct lowering low = {.spec = spec, .max = (unsigned)max, .err = err};
    int r;

    if (max < 0)
        return cdi_error_set(err, CDI_ERR_USAGE, "there is no CDI version %s",
                             quote_string(max_version).text);
    if (max < VERSION_0_3_0)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "a document cannot declare less than CDI " CDI_VERSION_EARLIEST);
    r = lower_object(&low, &object_spec, spec, NULL);
    if (r < 0)
        return r;
    low.take_out = true;
    r = lower_object(&low, &object_spec, spec, NULL);
    if (r < 0)
        return r;
    if (spec->version && cdi_version_index(spec->version) > max)
        spec->version = cdi_spec_min_version(spec);
    *drops = (struct cdi_drops){low.drops, low.n_drops};
    return 0;
}
