/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/fields.h"

#include <string.h>

#include <cdikit/name.h>

#include "base/ascii.h"
#include "base/cleanup.h"

#define FIELD(type_, key, struct_, member, ...)                                                  \
    .name = (key), .len = sizeof(key) - 1, .type = (type_), .offset = offsetof(struct_, member), \
    __VA_ARGS__
#define COUNT(struct_, member) .count = offsetof(struct_, member)

#define NAME_PATTERN "[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?"
#define NON_EMPTY    "\"minLength\": 1"
#define ENV_PATTERN  "\"pattern\": \"^[^=]+=\""

static bool starts_with_digit(const char *name)
{
    return ascii_isdigit(*name);
}

static bool class_has_dot(const char *kind)
{
    const char *slash = strchr(kind, '/');

    return slash && strchr(slash, '.');
}

static const struct field node_fields[] = {
    {FIELD(FIELD_STRING, "path", struct cdi_device_node, path, .flags = FIELD_REQUIRED,
           .about = "Path in the container.", .schema = NON_EMPTY)},
    {FIELD(FIELD_STRING, "hostPath", struct cdi_device_node, host_path, .since = VERSION_0_5_0,
           .about = "Path on the host; the same as path when absent.")},
    {FIELD(FIELD_STRING, "type", struct cdi_device_node, type,
           .about = "Block, character (c or u) or FIFO; that of the host's node when absent.",
           .schema = "\"enum\": [\"b\", \"c\", \"u\", \"p\", \"\"]")},
    {FIELD(FIELD_INT64, "major", struct cdi_device_node, major,
           .about = "Major number; both numbers are the host's when absent or 0.")},
    {FIELD(FIELD_INT64, "minor", struct cdi_device_node, minor, .about = "Minor number.")},
    {FIELD(FIELD_OPT_UINT32, "fileMode", struct cdi_device_node, file_mode,
           .about = "Mode as a number: 438 is 0666.")},
    {FIELD(FIELD_STRING, "permissions", struct cdi_device_node, permissions,
           .about = "Access that the device cgroup allows; rwm when absent.",
           .schema = "\"pattern\": \"^(none|[rwm]*)$\"")},
    {FIELD(FIELD_OPT_UINT32, "uid", struct cdi_device_node, uid, .about = "Owner.")},
    {FIELD(FIELD_OPT_UINT32, "gid", struct cdi_device_node, gid, .about = "Group.")},
};
static const struct object object_node = {
    "deviceNode",
    sizeof(struct cdi_device_node),
    node_fields,
    ARRAY_SIZE(node_fields),
};

static const struct field net_device_fields[] = {
    {FIELD(FIELD_STRING, "hostInterfaceName", struct cdi_net_device, host_interface_name,
           .flags = FIELD_REQUIRED, .about = "Name on the host.", .schema = NON_EMPTY)},
    {FIELD(FIELD_STRING, "name", struct cdi_net_device, name, .flags = FIELD_REQUIRED,
           .about = "Name in the container.", .schema = NON_EMPTY)},
};
static const struct object object_net_device = {
    "netDevice",
    sizeof(struct cdi_net_device),
    net_device_fields,
    ARRAY_SIZE(net_device_fields),
};

static const struct field hook_fields[] = {
    {FIELD(FIELD_STRING, "hookName", struct cdi_hook, hook_name, .flags = FIELD_REQUIRED,
           .about = "When it runs: a hook of the OCI runtime specification.",
           .schema = "\"enum\": [\"prestart\", \"createRuntime\", \"createContainer\", "
                     "\"startContainer\", \"poststart\", \"poststop\"]")},
    {FIELD(FIELD_STRING, "path", struct cdi_hook, path, .flags = FIELD_REQUIRED,
           .about = "Program on the host.", .schema = NON_EMPTY)},
    {FIELD(FIELD_STRINGS, "args", struct cdi_hook, args,
           .about = "Arguments; the first is the program's own name.")},
    {FIELD(FIELD_STRINGS, "env", struct cdi_hook, env, .about = "Environment, NAME=VALUE.",
           .schema = ENV_PATTERN)},
    {FIELD(FIELD_OPT_INT64, "timeout", struct cdi_hook, timeout, .about = "Seconds.")},
};
static const struct object object_hook = {
    "hook",
    sizeof(struct cdi_hook),
    hook_fields,
    ARRAY_SIZE(hook_fields),
};

static const struct field mount_fields[] = {
    {FIELD(FIELD_STRING, "hostPath", struct cdi_mount, host_path, .flags = FIELD_REQUIRED,
           .about = "Path on the host.", .schema = NON_EMPTY)},
    {FIELD(FIELD_STRING, "containerPath", struct cdi_mount, container_path, .flags = FIELD_REQUIRED,
           .about = "Path in the container.", .schema = NON_EMPTY)},
    {FIELD(FIELD_STRINGS, "options", struct cdi_mount, options, .about = "Mount options.")},
    {FIELD(FIELD_STRING, "type", struct cdi_mount, type, .since = VERSION_0_4_0,
           .about = "Type of the filesystem.")},
};
static const struct object object_mount = {
    "mount",
    sizeof(struct cdi_mount),
    mount_fields,
    ARRAY_SIZE(mount_fields),
};

static const struct field intel_rdt_fields[] = {
    {FIELD(FIELD_STRING, "closID", struct cdi_intel_rdt, clos_id,
           .about = "Name of the class of service.",
           .schema = "\"pattern\": \"^(/|(?!\\\\.{1,2}$)[^/\\\\n]{0,4095})$\"")},
    {FIELD(FIELD_STRING, "l3CacheSchema", struct cdi_intel_rdt, l3_cache_schema,
           .about = "Schema of the L3 cache.")},
    {FIELD(FIELD_STRING, "memBwSchema", struct cdi_intel_rdt, mem_bw_schema,
           .about = "Schema of the memory bandwidth.")},
    {FIELD(FIELD_STRINGS, "schemata", struct cdi_intel_rdt, schemata, .since = VERSION_1_1_0,
           .flags = FIELD_EMPTY_NEEDS, .about = "Lines of the class's schemata file.")},
    {FIELD(FIELD_BOOL, "enableMonitoring", struct cdi_intel_rdt, enable_monitoring,
           .since = VERSION_1_1_0, .about = "Whether a monitoring group is made.")},
};
static const struct object object_intel_rdt = {
    "intelRdt",
    sizeof(struct cdi_intel_rdt),
    intel_rdt_fields,
    ARRAY_SIZE(intel_rdt_fields),
};

static const struct field edits_fields[] = {
    {FIELD(FIELD_STRINGS, "env", struct cdi_edits, env, .about = "Environment, NAME=VALUE.",
           .schema = ENV_PATTERN)},
    {FIELD(FIELD_OBJECTS, "deviceNodes", struct cdi_edits, device_nodes,
           COUNT(struct cdi_edits, n_device_nodes), .object = &object_node,
           .about = "Device nodes.")},
    {FIELD(FIELD_OBJECTS, "netDevices", struct cdi_edits, net_devices,
           COUNT(struct cdi_edits, n_net_devices), .object = &object_net_device,
           .since = VERSION_1_1_0, .about = "Network devices that move into the container.")},
    {FIELD(FIELD_OBJECTS, "hooks", struct cdi_edits, hooks, COUNT(struct cdi_edits, n_hooks),
           .object = &object_hook, .about = "Hooks of the OCI runtime.")},
    {FIELD(FIELD_OBJECTS, "mounts", struct cdi_edits, mounts, COUNT(struct cdi_edits, n_mounts),
           .object = &object_mount, .about = "Mounts.")},
    {FIELD(FIELD_OPT_OBJECT, "intelRdt", struct cdi_edits, intel_rdt, .object = &object_intel_rdt,
           .since = VERSION_0_7_0, .about = "Intel Resource Director Technology.")},
    {FIELD(FIELD_UINT32S, "additionalGids", struct cdi_edits, additional_gids,
           COUNT(struct cdi_edits, n_additional_gids), .since = VERSION_0_7_0,
           .about = "Groups of the container's process.")},
};
const struct object object_edits = {
    "containerEdits",
    sizeof(struct cdi_edits),
    edits_fields,
    ARRAY_SIZE(edits_fields),
};

static const struct field device_fields[] = {
    {FIELD(FIELD_STRING, "name", struct cdi_device, name, .flags = FIELD_REQUIRED,
           .needs_value_since = starts_with_digit, .value_since = VERSION_0_5_0,
           .old_schema = "\"pattern\": \"^[^0-9]\"",
           .about = "Name of the device, unique in the document.",
           .schema = "\"pattern\": \"^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$\"")},
    {FIELD(FIELD_MAP, "annotations", struct cdi_device, annotations, .since = VERSION_0_6_0,
           .about = "Notes for people and tools.")},
    {FIELD(FIELD_OBJECT, "containerEdits", struct cdi_device, edits, .flags = FIELD_REQUIRED,
           .object = &object_edits, .about = "What is done to a container that gets the device.")},
};
const struct object object_device = {
    "device",
    sizeof(struct cdi_device),
    device_fields,
    ARRAY_SIZE(device_fields),
};

static const struct field spec_fields[] = {
    {FIELD(FIELD_STRING, "cdiVersion", struct cdi_spec, version,
           .flags = FIELD_REQUIRED | FIELD_VERSION,
           .about = "Version of the CDI specification that the document needs.")},
    {FIELD(FIELD_STRING, "kind", struct cdi_spec, kind, .flags = FIELD_REQUIRED,
           .needs_value_since = class_has_dot, .value_since = VERSION_0_6_0,
           .old_schema = "\"pattern\": \"^[^/]*/[^.]*$\"",
           .about = "Vendor and class of the devices.",
           .schema = "\"pattern\": \"^" NAME_PATTERN "/" NAME_PATTERN "$\"")},
    {FIELD(FIELD_MAP, "annotations", struct cdi_spec, annotations, .since = VERSION_0_6_0,
           .about = "Notes for people and tools.")},
    {FIELD(FIELD_OBJECTS, "devices", struct cdi_spec, devices, COUNT(struct cdi_spec, n_devices),
           .object = &object_device, .flags = FIELD_REQUIRED, .about = "The devices.")},
    {FIELD(FIELD_OBJECT, "containerEdits", struct cdi_spec, edits, .flags = FIELD_IN_JSON,
           .object = &object_edits, .about = "What is done, once, for any of the devices.")},
};
const struct object object_spec = {
    "document",
    sizeof(struct cdi_spec),
    spec_fields,
    ARRAY_SIZE(spec_fields),
};

const struct object *const objects[N_OBJECTS] = {
    &object_spec,       &object_device, &object_edits, &object_node,
    &object_net_device, &object_hook,   &object_mount, &object_intel_rdt,
};

static bool same_name(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_tolower(a[i]) != ascii_tolower(b[i]))
            return false;
    return true;
}

const struct field *field_find(const struct object *object, const char *name, size_t len,
                               size_t *hint)
{
    const struct field *alike = NULL;

    for (size_t k = 0, i = *hint; k < object->n; k++, i++) {
        const struct field *field = &object->fields[i < object->n ? i : i - object->n];

        if (field->len != len)
            continue;
        if (memcmp(field->name, name, len) == 0) {
            *hint = (size_t)(field - object->fields) + 1;
            return field;
        }
        if (same_name(field->name, name, len))
            alike = field;
    }
    return alike;
}

const void *field_item(const void *base, const struct field *field, size_t i)
{
    return *(const char *const *)field_get(base, field) + i * field->object->size;
}

bool field_empty(const void *base, const struct field *field)
{
    const void *at = field_get(base, field);

    switch ((enum field_type)field->type) {
    case FIELD_STRING:
        return *field_string(base, field) == '\0';
    case FIELD_STRINGS:
        return ((const struct cdi_strings *)at)->n == 0;
    case FIELD_MAP:
        return ((const struct cdi_annotations *)at)->n == 0;
    case FIELD_INT64:
        return *(const int64_t *)at == 0;
    case FIELD_OPT_INT64:
        return !((const struct cdi_opt_int64 *)at)->set;
    case FIELD_OPT_UINT32:
        return !((const struct cdi_opt_uint32 *)at)->set;
    case FIELD_BOOL:
        return !*(const bool *)at;
    case FIELD_UINT32S:
    case FIELD_OBJECTS:
        return field_count(base, field) == 0;
    case FIELD_OBJECT:
        return object_empty(field->object, at);
    case FIELD_OPT_OBJECT:
        return *(const void *const *)at == NULL;
    case FIELD_TYPES:
        break;
    }
    return true;
}

bool object_empty(const struct object *object, const void *base)
{
    for (size_t i = 0; i < object->n; i++)
        if (!field_empty(base, &object->fields[i]))
            return false;
    return true;
}

void object_init(const struct object *object, void *base)
{
    for (size_t i = 0; i < object->n; i++) {
        const struct field *field = &object->fields[i];

        if (field->type == FIELD_STRING)
            *(const char **)field_at(base, field) = "";
        else if (field->type == FIELD_OBJECT)
            object_init(field->object, field_at(base, field));
    }
}
