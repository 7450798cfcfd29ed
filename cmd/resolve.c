/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit resolve: from names to the definitions that they stand for. */
#include <fnmatch.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

struct resolve_options {
    struct spec_dirs where;
    const char *config;
    bool glob, json;
};

static const struct option options[] = {
    {.name = "config",
     .type = OPTION_STRING,
     .offset = offsetof(struct resolve_options, config),
     .value = "FILE",
     .help = "resolve what this config.json asks for; '-' is standard input"},
    {.name = "glob",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct resolve_options, glob),
     .help = "take each NAME for a pattern as of the shell, in which '*' does not match '/': "
             "'vendor.com/gpu=*'"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct resolve_options, json),
     .help = "print an object with the members devices and unresolved"},
    SPEC_DIR_OPTIONS(struct resolve_options, where, SPEC_DIR_ROOT_HELP),
    {.name = NULL},
};

static const char *const usage[] = {"NAME...", "--config FILE|-", NULL};

static const struct example examples[] = {
    {"cdikit resolve nvidia.com/gpu=0", "the file that defines it, and what that one shadows"},
    {"cdikit resolve --config bundle/config.json", "what a container would get"},
    {"cdikit resolve --glob 'nvidia.com/*=*'", "every device of a vendor"},
    {NULL, NULL},
};

/* The names to resolve: belong to the arena of the call, the configuration, or argv. */
struct names {
    const char *const *items;
    size_t n;
    struct option_list unmatched; /* patterns that match no device */
};

static int add_name(const struct call *call, struct option_list *list, const char *name,
                    struct cdi_error *err)
{
    const char **items = arena_grow(call->arena, list->items, list->n, sizeof *items);

    if (!items)
        return cdi_error_nomem(err);
    items[list->n++] = name;
    list->items = items;
    return 0;
}

static int match_pattern(const struct call *call, const struct cdi_registry *registry,
                         const char *pattern, struct option_list *found,
                         struct option_list *unmatched, struct cdi_error *err)
{
    size_t n, before = found->n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        if (devices[i].state == CDI_DEVICE_ACTIVE &&
            fnmatch(pattern, devices[i].name, FNM_PATHNAME) == 0)
            r = add_name(call, found, devices[i].name, err);
    return r < 0 || found->n > before ? r : add_name(call, unmatched, pattern, err);
}

static int match_patterns(const struct call *call, const struct cdi_registry *registry,
                          struct names *names, struct cdi_error *err)
{
    struct option_list found = {NULL, 0};
    struct names patterns = *names;
    int r = names_unique(call->arena, names->items, names->n, &patterns.items, &patterns.n, err);

    for (size_t i = 0; r == 0 && i < patterns.n; i++)
        r = match_pattern(call, registry, patterns.items[i], &found, &names->unmatched, err);
    names->items = found.items;
    names->n = found.n;
    return r;
}

/* Fails unless every name can be requested, and every pattern matches. */
static int check_names(const struct call *call, const struct cdi_registry *registry,
                       const struct names *names, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf all = STRBUF_INIT;
    const struct option_list *unmatched = &names->unmatched;

    if (!unmatched->n)
        return devices_check(call, registry, names->items, names->n, err);
    for (size_t i = 0; i < unmatched->n; i++)
        strbuf_printf(&all, "%s'%s'", i ? ", " : "", unmatched->items[i]);
    if (all.failed)
        return cdi_error_nomem(err);
    spec_dirs_warn(call, registry);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "no device matches the pattern%s %s",
                         unmatched->n == 1 ? "" : "s", all.s);
}

static int print_table(const struct call *call, const struct cdi_registry *registry,
                       const struct names *names, struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 4};

    table_row(&table, (const char *const[]){"DEVICE", "STATE", "PRIORITY", "FILE"});
    for (size_t i = 0; i < names->n; i++) {
        size_t n;
        const struct cdi_registry_device *d = device_definitions(registry, names->items[i], &n);

        for (; n; n--, d++)
            table_row(&table, (const char *const[]){d->name, device_state(d->state),
                                                    arena_printf(call->arena, "%zu", d->priority),
                                                    d->spec->path});
    }
    return table.n_rows > 1 ? table_print(&table, err) : 0;
}

static void add_definitions(struct jsonout *out, struct cJSON *list,
                            const struct cdi_registry *registry, const char *name)
{
    size_t n;
    const struct cdi_registry_device *d = device_definitions(registry, name, &n);

    for (; n; n--, d++) {
        struct cJSON *object = jsonout_object(out, list, NULL);

        jsonout_string(out, object, "name", name);
        jsonout_string(out, object, "state", device_state(d->state));
        jsonout_number(out, object, "priority", d->priority);
        jsonout_string(out, object, "path", d->spec->path);
    }
}

static int print_json(const struct cdi_registry *registry, const struct names *names,
                      struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL);
    struct cJSON *devices = jsonout_array(&out, root, "devices");
    struct cJSON *unresolved = jsonout_array(&out, root, "unresolved");

    for (size_t i = 0; i < names->n; i++) {
        add_definitions(&out, devices, registry, names->items[i]);
        if (!cdi_registry_find(registry, names->items[i]))
            jsonout_string(&out, unresolved, NULL, names->items[i]);
    }
    for (size_t i = 0; i < names->unmatched.n; i++)
        jsonout_string(&out, unresolved, NULL, names->unmatched.items[i]);
    return jsonout_print(&out, err);
}

static int check_use(const struct call *call, struct cdi_error *err)
{
    const struct resolve_options *o = call->options;
    const char *wrong = NULL;

    if (!o->config && !call->n_operands)
        wrong = "needs either NAME... or --config";
    else if (o->config && call->n_operands)
        wrong = "only one of NAME... and --config";
    else if (o->config && o->glob)
        wrong = "--glob goes with NAME...";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct resolve_options *o = call->options;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    _cleanup_oci_ struct cdi_oci *oci = NULL;
    _cleanup_free_ const char **requested = NULL;
    struct names names = {.items = call->operands, .n = call->n_operands};
    int r = check_use(call, err);

    if (r == 0)
        r = spec_dirs_open(call, &o->where, &registry, err);
    if (r == 0 && o->config)
        r = input_oci(o->config, &oci, err);
    if (r == 0 && o->config)
        r = cdi_oci_requested_devices(oci, &requested, &names.n, err);
    if (r == 0 && o->config)
        names.items = requested;
    else if (r == 0 && o->glob)
        r = match_patterns(call, registry, &names, err);
    if (r == 0)
        r = names_unique(call->arena, names.items, names.n, &names.items, &names.n, err);
    if (r == 0 && o->config && !names.n && !call->quiet)
        message_say(call, "no devices are asked for");
    if (r == 0)
        r = o->json ? print_json(registry, &names, err) : print_table(call, registry, &names, err);
    return r < 0 ? r : check_names(call, registry, &names, err);
}

const struct command command_resolve = {
    .name = "resolve",
    .summary = "tell which files define devices",
    .usage = usage,
    .description =
        "Prints the definitions of the named devices: the file, the priority of its spec dir, "
        "and whether the definition is active, shadowed by one of higher priority, or "
        "conflicting. With --config the names are those that a container's configuration asks "
        "for: in annotations that begin with cdi.k8s.io/ or, without those, by qualified names in "
        "NVIDIA_VISIBLE_DEVICES.",
    .options = options,
    .options_size = sizeof(struct resolve_options),
    .max_operands = OPERANDS_ANY,
    .examples = examples,
    .exit_notes = "Status 1: a name cannot be requested, or a pattern matches nothing; all such "
                  "names are printed, with those that come near.",
    .run = run,
};
