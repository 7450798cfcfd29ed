/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/explain.h"

#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

/* The edits of one device, or of a whole document, on the way to the output. */
struct explanation {
    const struct call *call;
    struct table *table;
    struct jsonout *json; /* in place of the table when not NULL */
    struct cJSON *list;
    const struct cdi_spec *spec;
    const char *who;  /* the device, or the kind for edits of the document */
    const char *path; /* of the edits in the document */
};

static void add(struct explanation *e, const char *member, size_t index, const char *what,
                const char *text)
{
    struct arena *arena = e->call->arena;
    const char *path = index == SIZE_MAX
                           ? arena_printf(arena, "%s.%s", e->path, member)
                           : arena_printf(arena, "%s.%s[%zu]", e->path, member, index);
    struct cdi_position pos = path ? cdi_spec_position(e->spec, path) : (struct cdi_position){0, 0};
    struct cJSON *object;

    if (!e->json) {
        const char *from = pos.line ? arena_printf(arena, "%s:%u", e->spec->path, pos.line)
                                    : e->spec->path;

        table_row(e->table, (const char *const[]){what, e->who, from, text});
        return;
    }
    object = jsonout_object(e->json, e->list, NULL);
    jsonout_string(e->json, object, "edit", what);
    jsonout_string(e->json, object, "value", text);
    jsonout_string(e->json, object, "for", e->who);
    jsonout_string(e->json, object, "file", e->spec->path);
    jsonout_string(e->json, object, "path", path);
    if (pos.line)
        jsonout_number(e->json, object, "line", pos.line);
}

static void add_hook(struct explanation *e, size_t index, const struct cdi_hook *hook)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_printf(&b, "%s: %s", hook->hook_name, hook->path);
    for (size_t i = 1; i < hook->args.n; i++)
        strbuf_printf(&b, " %s", hook->args.items[i]);
    add(e, "hooks", index, "hook", b.failed ? NULL : arena_strdup(e->call->arena, b.s));
}

static void add_device_node(struct explanation *e, size_t index, const struct cdi_device_node *node)
{
    bool renamed = *node->host_path && strcmp(node->host_path, node->path) != 0;

    add(e, "deviceNodes", index, "device node",
        renamed ? arena_printf(e->call->arena, "%s as %s", node->host_path, node->path)
                : node->path);
}

static void add_mount(struct explanation *e, size_t index, const struct cdi_mount *mount)
{
    bool renamed = strcmp(mount->host_path, mount->container_path) != 0;

    add(e, "mounts", index, "mount",
        renamed ? arena_printf(e->call->arena, "%s at %s", mount->host_path, mount->container_path)
                : mount->container_path);
}

/* In the order in which they are applied. */
static void add_edits(struct explanation *e, const struct cdi_edits *edits)
{
    struct arena *arena = e->call->arena;

    for (size_t i = 0; i < edits->env.n; i++)
        add(e, "env", i, "env", edits->env.items[i]);
    for (size_t i = 0; i < edits->n_device_nodes; i++)
        add_device_node(e, i, &edits->device_nodes[i]);
    for (size_t i = 0; i < edits->n_net_devices; i++)
        add(e, "netDevices", i, "net device",
            arena_printf(arena, "%s as %s", edits->net_devices[i].host_interface_name,
                         edits->net_devices[i].name));
    for (size_t i = 0; i < edits->n_mounts; i++)
        add_mount(e, i, &edits->mounts[i]);
    for (size_t i = 0; i < edits->n_hooks; i++)
        add_hook(e, i, &edits->hooks[i]);
    if (edits->intel_rdt)
        add(e, "intelRdt", SIZE_MAX, "intelRdt", edits->intel_rdt->clos_id);
    for (size_t i = 0; i < edits->n_additional_gids; i++)
        add(e, "additionalGids", i, "gid", arena_printf(arena, "%u", edits->additional_gids[i]));
}

/* True when a device of an earlier name is of the same document. */
static bool seen(const struct cdi_registry *registry, const char *const *names, size_t n,
                 const struct cdi_spec *spec)
{
    for (size_t i = 0; i < n; i++)
        if (cdi_registry_find(registry, names[i])->spec == spec)
            return true;
    return false;
}

int explain_devices(const struct call *call, const struct cdi_registry *registry,
                    const char *const *names, size_t n, bool json, struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 4};
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct explanation e = {.call = call, .table = &table};

    if (json) {
        e.json = &out;
        e.list = jsonout_array(&out, NULL, NULL);
    }
    table_row(&table, (const char *const[]){"EDIT", "FOR", "FROM", "VALUE"});
    for (size_t i = 0; i < n; i++) {
        const struct cdi_registry_device *device = cdi_registry_find(registry, names[i]);
        char path[64];

        e.spec = device->spec;
        e.who = device->spec->kind;
        e.path = "containerEdits";
        if (!seen(registry, names, i, device->spec))
            add_edits(&e, &device->spec->edits);
        (void)snprintf(path, sizeof path, "devices[%zu].containerEdits",
                       (size_t)(device->device - device->spec->devices));
        e.who = device->name;
        e.path = path;
        add_edits(&e, &device->device->edits);
    }
    if (json)
        return jsonout_print(&out, err);
    return table.n_rows > 1 ? table_print(&table, err) : 0;
}
