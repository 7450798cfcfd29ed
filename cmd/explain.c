/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/explain.h"

#include <string.h>

#include "apply/keyed_list.h"
#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

enum kind {
    KIND_ENV,
    KIND_DEVICE_NODE,
    KIND_NET_DEVICE,
    KIND_MOUNT,
    KIND_HOOK,
    KIND_INTEL_RDT,
    KIND_GID,
    N_KINDS
};

/* One edit, in the order in which devices and documents are asked for. */
struct explained {
    enum kind kind;
    const char *what; /* NULL: it has no effect */
    const char *left; /* what stays of it when another one replaces it, NULL: nothing */
    const char *text;
    const char *who;  /* the device, or the kind for edits of the document */
    const char *path; /* in the document */
    const struct cdi_spec *spec;
    const char *key; /* edits of one kind and key replace each other */
    size_t key_len;
};

static const struct {
    const char *what, *member;
} kinds[N_KINDS] = {
    [KIND_ENV] = {"env", "env"},
    [KIND_DEVICE_NODE] = {"device node", "deviceNodes"},
    [KIND_NET_DEVICE] = {"net device", "netDevices"},
    [KIND_MOUNT] = {"mount", "mounts"},
    [KIND_HOOK] = {"hook", "hooks"},
    [KIND_INTEL_RDT] = {"intelRdt", "intelRdt"},
    [KIND_GID] = {"gid", "additionalGids"},
};

/* Whose edits are being added. */
struct source {
    const struct cdi_spec *spec;
    const char *who, *path;
};

static int add(struct explanation *e, const struct source *from, enum kind kind, size_t index,
               const char *text, const char *key, size_t key_len, struct cdi_error *err)
{
    struct arena *arena = e->call->arena;
    struct explained *lines = arena_grow(arena, e->lines, e->n, sizeof *lines);
    const char *member = kinds[kind].member;
    const char *path = kind == KIND_INTEL_RDT
                           ? arena_printf(arena, "%s.%s", from->path, member)
                           : arena_printf(arena, "%s.%s[%zu]", from->path, member, index);

    if (!lines || !path || !text)
        return cdi_error_nomem(err);
    lines[e->n++] = (struct explained){.kind = kind,
                                       .what = kinds[kind].what,
                                       .text = text,
                                       .who = from->who,
                                       .path = path,
                                       .spec = from->spec,
                                       .key = key,
                                       .key_len = key_len};
    e->lines = lines;
    return 0;
}

static const char *hook_text(struct arena *arena, const struct cdi_hook *hook)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_printf(&b, "%s: %s", hook->hook_name, hook->path);
    for (size_t i = 1; i < hook->args.n; i++)
        strbuf_printf(&b, " %s", hook->args.items[i]);
    return b.failed ? NULL : arena_strdup(arena, b.s);
}

/* "FROM as TO", or one of them where they are the same or FROM is "". */
static const char *renamed(struct arena *arena, const char *from, const char *word, const char *to)
{
    if (!*from || strcmp(from, to) == 0)
        return to;
    return arena_printf(arena, "%s %s %s", from, word, to);
}

static int add_first_kinds(struct explanation *e, const struct source *from,
                           const struct cdi_edits *edits, struct cdi_error *err)
{
    struct arena *arena = e->call->arena;
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->env.n; i++) {
        const char *entry = edits->env.items[i];

        r = add(e, from, KIND_ENV, i, entry, entry, strcspn(entry, "="), err);
    }
    for (size_t i = 0; r == 0 && i < edits->n_device_nodes; i++) {
        const struct cdi_device_node *node = &edits->device_nodes[i];

        r = add(e, from, KIND_DEVICE_NODE, i, renamed(arena, node->host_path, "as", node->path),
                node->path, strlen(node->path), err);
        /* Rules in linux.resources.devices add up. */
        if (r == 0 && *node->type != 'p' && *node->type != 'u')
            e->lines[e->n - 1].left = "device rule";
    }
    for (size_t i = 0; r == 0 && i < edits->n_net_devices; i++) {
        const struct cdi_net_device *net = &edits->net_devices[i];
        const char *host = net->host_interface_name;

        r = add(e, from, KIND_NET_DEVICE, i, arena_printf(arena, "%s as %s", host, net->name), host,
                strlen(host), err);
    }
    return r;
}

static int add_edits(struct explanation *e, const struct source *from,
                     const struct cdi_edits *edits, struct cdi_error *err)
{
    struct arena *arena = e->call->arena;
    int r = add_first_kinds(e, from, edits, err);

    for (size_t i = 0; r == 0 && i < edits->n_mounts; i++) {
        const struct cdi_mount *mount = &edits->mounts[i];

        r = add(e, from, KIND_MOUNT, i,
                renamed(arena, mount->host_path, "at", mount->container_path),
                mount->container_path, strlen(mount->container_path), err);
    }
    for (size_t i = 0; r == 0 && i < edits->n_hooks; i++)
        r = add(e, from, KIND_HOOK, i, hook_text(arena, &edits->hooks[i]), "", 0, err);
    if (r == 0 && edits->intel_rdt)
        r = add(e, from, KIND_INTEL_RDT, 0, edits->intel_rdt->clos_id, "", 0, err);
    for (size_t i = 0; r == 0 && i < edits->n_additional_gids; i++) {
        const uint32_t *gid = &edits->additional_gids[i];

        r = add(e, from, KIND_GID, i, arena_printf(arena, "%u", *gid), (const char *)gid,
                sizeof *gid, err);
    }
    return r;
}

/* Adds the edits of the devices, each after those of its document if they are not there yet. */
static int add_devices(struct explanation *e, const struct cdi_registry *registry,
                       const char *const *names, size_t n, struct cdi_error *err)
{
    struct arena *arena = e->call->arena;
    const struct cdi_spec **specs = arena_calloc(arena, n, sizeof *specs);
    struct keyed_list used;
    int r = 0;

    if (!specs || !keyed_list_init(&used, arena, n))
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct cdi_registry_device *device = cdi_registry_find(registry, names[i]);
        struct source all = {device->spec, arena_printf(arena, "%s (all)", device->spec->kind),
                             "containerEdits"};
        struct source one = {device->spec, device->name,
                             arena_printf(arena, "devices[%zu].containerEdits",
                                          (size_t)(device->device - device->spec->devices))};

        if (!all.who || !one.path)
            return cdi_error_nomem(err);
        specs[i] = device->spec;
        if (keyed_list_add_key(&used, (const char *)&specs[i], sizeof specs[i]))
            r = add_edits(e, &all, &device->spec->edits, err);
        if (r == 0)
            r = add_edits(e, &one, &device->device->edits, err);
    }
    return r == 0 && used.failed ? cdi_error_nomem(err) : r;
}

static bool has_kind(const struct explanation *e, enum kind kind)
{
    for (size_t i = 0; i < e->n; i++)
        if (e->lines[i].kind == kind)
            return true;
    return false;
}

/* Lists what the configuration has of a kind that depends on it. */
static int list_old(struct explanation *e, struct cdi_oci *oci, enum kind kind,
                    struct keyed_list *list, struct cdi_error *err)
{
    enum oci_section section = kind == KIND_MOUNT ? OCI_MOUNTS : OCI_GIDS;
    struct json *array = NULL;
    int r = has_kind(e, kind) ? oci_section(oci, section, false, &array, err) : 0;

    if (r < 0)
        return r;
    for (struct json *v = json_first(&oci->doc, array); v; v = v->next) {
        uint32_t *gid = arena_alloc(e->call->arena, sizeof *gid);
        const char *destination;

        if (!gid)
            return cdi_error_nomem(err);
        if (kind == KIND_GID && json_uint32(v, gid)) {
            (void)keyed_list_add_key(list, (const char *)gid, sizeof *gid);
        } else if (kind == KIND_MOUNT) {
            r = oci_element_text(oci, section, v, "destination", &destination, err);
            if (r < 0)
                return r;
            keyed_list_add_old(list, destination, strlen(destination), v);
        }
    }
    return json_check(&oci->doc, err);
}

/*
 * True for the edit of a key that holds, looking from the last one back. Of mounts each takes
 * the place of one, so that as many hold as the configuration has of the destination.
 */
static bool holds(struct keyed_list *list, const struct explained *line)
{
    struct keyed_item *old = keyed_list_find(list, line->key, line->key_len, NULL);

    if (!old)
        return keyed_list_add_key(list, line->key, line->key_len);
    old->value = NULL;
    return true;
}

static void drop_replaced(struct explanation *e, enum kind kind, struct keyed_list *list)
{
    for (size_t i = e->n; i-- > 0;) {
        struct explained *line = &e->lines[i];

        if (line->kind == kind && !holds(list, line))
            line->what = line->left;
    }
}

/* Group 0, and one that is there already, is not added. */
static void drop_gids(struct explanation *e, struct keyed_list *known)
{
    for (size_t i = 0; i < e->n; i++) {
        struct explained *line = &e->lines[i];

        if (line->kind == KIND_GID &&
            (strcmp(line->text, "0") == 0 || !keyed_list_add_key(known, line->key, line->key_len)))
            line->what = NULL;
    }
}

int explain_devices(struct explanation *e, const struct call *call,
                    const struct cdi_registry *registry, const char *const *names, size_t n,
                    struct cdi_oci *oci, struct cdi_error *err)
{
    int r;

    *e = (struct explanation){.call = call};
    r = add_devices(e, registry, names, n, err);
    for (enum kind kind = 0; r == 0 && kind < N_KINDS; kind++) {
        struct keyed_list list;

        if (kind == KIND_HOOK)
            continue;
        if (!keyed_list_init(&list, call->arena, e->n))
            return cdi_error_nomem(err);
        if (kind == KIND_MOUNT || kind == KIND_GID)
            r = list_old(e, oci, kind, &list, err);
        if (r < 0)
            return r;
        if (kind == KIND_GID)
            drop_gids(e, &list);
        else
            drop_replaced(e, kind, &list);
        if (list.failed)
            return cdi_error_nomem(err);
    }
    return r;
}

static void print_row(const struct explanation *e, struct table *table,
                      const struct explained *line)
{
    struct cdi_position pos = cdi_spec_position(line->spec, line->path);
    const char *from = line->spec->path;

    if (pos.line)
        from = arena_printf(e->call->arena, "%s:%u", from, pos.line);
    table_row(table, (const char *const[]){line->what, line->who, from, line->text});
}

static void print_object(struct jsonout *json, struct cJSON *list, const struct explained *line)
{
    struct cdi_position pos = cdi_spec_position(line->spec, line->path);
    struct cJSON *object = jsonout_object(json, list, NULL);

    jsonout_string(json, object, "edit", line->what);
    jsonout_string(json, object, "value", line->text);
    jsonout_string(json, object, "for", line->who);
    jsonout_string(json, object, "file", line->spec->path);
    jsonout_string(json, object, "path", line->path);
    if (pos.line)
        jsonout_number(json, object, "line", pos.line);
}

static void print_reasons(const struct request *request)
{
    for (size_t i = 0; i < request->n_notes; i++) {
        output_styled(stdout, STYLE_WARNING, request->notes[i].warning ? "warning: " : "");
        output_text(stdout, request->notes[i].text);
        output_write("\n", 1);
    }
}

static void add_reasons(struct jsonout *json, struct cJSON *list, const struct request *request)
{
    for (size_t i = 0; i < request->n_notes; i++) {
        struct cJSON *object = jsonout_object(json, list, NULL);
        const struct request_note *note = &request->notes[i];

        jsonout_string(json, object, note->warning ? "warning" : "reason", note->text);
    }
}

int explain_print(const struct explanation *e, bool json, struct cdi_error *err)
{
    struct table table = {.arena = e->call->arena, .n_columns = 4};
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *list = json ? jsonout_array(&out, NULL, NULL) : NULL;

    if (e->request && json)
        add_reasons(&out, list, e->request);
    else if (e->request)
        print_reasons(e->request);
    table_row(&table, (const char *const[]){"EDIT", "FOR", "FROM", "VALUE"});
    for (size_t i = 0; i < e->n; i++) {
        if (!e->lines[i].what)
            continue;
        if (json)
            print_object(&out, list, &e->lines[i]);
        else
            print_row(e, &table, &e->lines[i]);
    }
    if (json)
        return jsonout_print(&out, err);
    if (table.n_rows <= 1)
        return 0;
    if (e->request)
        output_write("\n", 1);
    return table_print(&table, err);
}
