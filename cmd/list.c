/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit list: what is in the spec dirs. */
#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/map.h"
#include "cmd/output.h"

struct list_options {
    struct spec_dirs where;
    bool names, vendors, classes, specs, map, json;
};

static const struct option options[] = {
    {.name = "names",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, names),
     .help = "only the names of the devices that can be requested, one a line"},
    {.name = "vendors",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, vendors),
     .help = "the vendors, one a line"},
    {.name = "classes",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, classes),
     .help = "the device classes, one a line"},
    {.name = "specs",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, specs),
     .help = "the documents: kind, CDI version, number of devices, file"},
    {.name = "map",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, map),
     .help = "each device once with all its names, and the hardware that it is"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct list_options, json),
     .help = "everything, or what --map shows, as one JSON object"},
    SPEC_DIR_OPTIONS(struct list_options, where,
                     SPEC_DIR_ROOT_HELP "; --map looks at the machine there"),
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit list", "the devices and their files; what is shadowed or conflicting is marked"},
    {"cdikit list --names | grep ^nvidia.com/", "names for a script"},
    {"cdikit list --map", "which names are the same device: its PCI address, index, model, UUID"},
    {"cdikit list --json --spec-dir ./specs", "what a directory of documents would offer"},
    {NULL, NULL},
};

static int list_strings(const char *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        output_text(stdout, items[i]);
        (void)putchar('\n');
    }
    return STATUS_DONE;
}

static int list_names(const struct cdi_registry *registry)
{
    size_t n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_ACTIVE)
            (void)puts(devices[i].name);
    return STATUS_DONE;
}

static int list_devices(const struct call *call, const struct cdi_registry *registry,
                        struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 3};
    size_t n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    if (n == 0) {
        if (!call->quiet)
            message_say(call, "no devices");
        return STATUS_DONE;
    }
    table_row(&table, (const char *const[]){"DEVICE", "STATE", "FILE"});
    for (size_t i = 0; i < n; i++)
        table_row(&table, (const char *const[]){devices[i].name, device_state(devices[i].state),
                                                devices[i].spec->path});
    return table_print(&table, err);
}

static int list_specs(const struct call *call, const struct cdi_registry *registry,
                      struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 5};
    size_t n;
    const struct cdi_spec *const *specs = cdi_registry_specs(registry, &n);

    if (n == 0) {
        if (!call->quiet)
            message_say(call, "no documents");
        return STATUS_DONE;
    }
    table_row(&table, (const char *const[]){"KIND", "CDI", "DEVICES", "PRIORITY", "FILE"});
    for (size_t i = 0; i < n; i++) {
        const char *devices = arena_printf(call->arena, "%zu", specs[i]->n_devices);
        const char *priority = arena_printf(call->arena, "%zu",
                                            cdi_registry_spec_priority(registry, specs[i]));

        table_row(&table, (const char *const[]){specs[i]->kind, specs[i]->version, devices,
                                                priority, specs[i]->path});
    }
    return table_print(&table, err);
}

static void add_strings(struct jsonout *out, struct cJSON *root, const char *key,
                        const char *const *items, size_t n)
{
    struct cJSON *list = jsonout_array(out, root, key);

    for (size_t i = 0; i < n; i++)
        jsonout_string(out, list, NULL, items[i]);
}

static void add_devices(struct jsonout *out, struct cJSON *root,
                        const struct cdi_registry *registry)
{
    size_t n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);
    struct cJSON *names = jsonout_array(out, root, "devices");
    struct cJSON *sources = jsonout_object(out, root, "device_source");
    struct cJSON *definitions = jsonout_array(out, root, "definitions");

    for (size_t i = 0; i < n; i++) {
        struct cJSON *definition = jsonout_object(out, definitions, NULL);

        jsonout_string(out, definition, "name", devices[i].name);
        jsonout_string(out, definition, "state", device_state(devices[i].state));
        jsonout_number(out, definition, "priority", devices[i].priority);
        jsonout_string(out, definition, "path", devices[i].spec->path);
        if (devices[i].state != CDI_DEVICE_ACTIVE)
            continue;
        jsonout_string(out, names, NULL, devices[i].name);
        jsonout_string(out, sources, devices[i].name, devices[i].spec->path);
    }
}

static void add_specs(struct jsonout *out, struct cJSON *root, const struct cdi_registry *registry)
{
    size_t n;
    const struct cdi_spec *const *specs = cdi_registry_specs(registry, &n);
    struct cJSON *list = jsonout_array(out, root, "specs");

    for (size_t i = 0; i < n; i++) {
        struct cJSON *spec = jsonout_object(out, list, NULL);

        jsonout_string(out, spec, "path", specs[i]->path);
        jsonout_number(out, spec, "priority", cdi_registry_spec_priority(registry, specs[i]));
        jsonout_string(out, spec, "kind", specs[i]->kind);
        jsonout_string(out, spec, "cdiVersion", specs[i]->version);
        jsonout_number(out, spec, "devices", specs[i]->n_devices);
    }
}

static void add_errors(struct jsonout *out, struct cJSON *root, const struct cdi_registry *registry)
{
    size_t n;
    const struct cdi_registry_error *errors = cdi_registry_errors(registry, &n);
    struct cJSON *map = jsonout_object(out, root, "errors");

    for (size_t i = 0; i < n; i++) {
        struct cJSON *list = jsonout_array_of(out, map, errors[i].path);
        _cleanup_free_ char *text = error_text(&errors[i].error);

        jsonout_string(out, list, NULL, text);
    }
}

static int list_json(const struct cdi_registry *registry, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL);
    const char *const *items;
    size_t n;

    items = cdi_registry_vendors(registry, &n);
    add_strings(&out, root, "vendors", items, n);
    items = cdi_registry_classes(registry, &n);
    add_strings(&out, root, "classes", items, n);
    add_devices(&out, root, registry);
    add_specs(&out, root, registry);
    add_errors(&out, root, registry);
    items = cdi_registry_dirs(registry, &n);
    add_strings(&out, root, "spec_dirs", items, n);
    return jsonout_print(&out, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct list_options *o = call->options;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const char *const *items;
    size_t n;
    int r;

    if (o->names + o->vendors + o->classes + o->specs + (o->map || o->json) > 1)
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "only one of --names, --vendors, --classes, --specs, and --map or "
                             "--json or both");
    r = spec_dirs_open(call, &o->where, &registry, err);
    if (r < 0)
        return r;
    if (o->json && !o->map)
        return list_json(registry, err);
    spec_dirs_warn(call, registry);
    if (o->map)
        return map_print(call, registry, o->where.root, o->json, err);
    if (o->vendors || o->classes) {
        items = (o->vendors ? cdi_registry_vendors : cdi_registry_classes)(registry, &n);
        return list_strings(items, n);
    }
    if (o->specs)
        return list_specs(call, registry, err);
    return o->names ? list_names(registry) : list_devices(call, registry, err);
}

const struct command command_list = {
    .name = "list",
    .summary = "list the devices that containers can be given",
    .usage = usage,
    .description =
        "Lists the devices of the CDI documents in the spec dirs, with the file that defines "
        "each. A device is 'active' when it can be requested, 'shadowed' when a directory of "
        "higher priority defines one of the same name, and 'conflicting' when it is defined more "
        "than once in directories of one priority, which makes the name unusable.\n\n"
        "Files that cannot be loaded are named on standard error, or under 'errors' with --json, "
        "and hide nothing else.\n\n"
        "The object of --json has the members vendors, classes, devices (the names that can be "
        "requested), device_source (name to file), definitions (each definition with its state), "
        "specs, errors (file to messages) and spec_dirs.\n\n"
        "--map lists each device that can be requested once. Names of one kind with the same "
        "edits are the same device. The hardware is what its device nodes lead to: NVIDIA's GPUs "
        "by /proc/driver/nvidia/gpus, MIG instances by /proc/driver/nvidia-caps, others by "
        "/sys/dev/char. The index counts the GPUs that the driver uses by PCI address; 'gi1 ci0' "
        "behind it are a GPU instance and a compute instance. A device that is several, such as "
        "'all', has all of them in its row. With --json, 'devices' is a list of objects with "
        "names, nodes and hardware; a unit of hardware has pci, and where known index, minor, "
        "model, uuid, or gpu_uuid, gpu_instance and compute_instance.",
    .options = options,
    .options_size = sizeof(struct list_options),
    .examples = examples,
    .exit_notes = "Files that cannot be loaded do not change the status: 'cdikit validate' is for "
                  "that.",
    .run = run,
};
