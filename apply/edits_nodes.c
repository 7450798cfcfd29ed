/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes: linux.devices, and their rules in linux.resources.devices. */
#include <string.h>

#include "apply/edits.h"
#include "apply/host_node.h"
#include "apply/keyed_list.h"

/* Ids that a node gets which does not say whose it is; 0: none. */
struct owner {
    uint32_t uid, gid;
};

/* The node with all that the host and the process know about it. */
static int complete_node(struct editor *e, const struct owner *owner, struct cdi_device_node *node)
{
    struct host_node host;
    int r;

    if (host_node_needed(node)) {
        host_node_read(&e->dev_root, host_node_path(node), &host);
        r = host_node_complete(node, &host, e->err);
        if (r < 0)
            return r;
    }
    if (!node->uid.set && owner->uid)
        node->uid = (struct cdi_opt_uint32){true, owner->uid};
    if (!node->gid.set && owner->gid)
        node->gid = (struct cdi_opt_uint32){true, owner->gid};
    return 0;
}

static void add_optional(struct json_document *doc, struct json *object, const char *name,
                         const struct cdi_opt_uint32 *n)
{
    if (n->set)
        json_add(doc, object, name, json_new_integer(doc, n->value));
}

/* Source: OCI runtime-spec, config-linux.md, "Devices". */
static struct json *new_device(struct json_document *doc, const struct cdi_device_node *node)
{
    struct json *v = json_new(doc, JSON_OBJECT);

    json_add(doc, v, "path", json_new_string(doc, node->path));
    json_add(doc, v, "type", json_new_string(doc, node->type));
    json_add(doc, v, "major", json_new_integer(doc, node->major));
    json_add(doc, v, "minor", json_new_integer(doc, node->minor));
    add_optional(doc, v, "fileMode", &node->file_mode);
    add_optional(doc, v, "uid", &node->uid);
    add_optional(doc, v, "gid", &node->gid);
    return v;
}

/* Source: OCI runtime-spec, config-linux.md, "Allowed Device list". */
static struct json *new_rule(struct json_document *doc, const struct cdi_device_node *node)
{
    const char *access = node->permissions && *node->permissions ? node->permissions : "rwm";
    struct json *v = json_new(doc, JSON_OBJECT);

    json_add(doc, v, "allow", json_new(doc, JSON_TRUE));
    json_add(doc, v, "type", json_new_string(doc, node->type));
    json_add(doc, v, "major", json_new_integer(doc, node->major));
    json_add(doc, v, "minor", json_new_integer(doc, node->minor));
    if (strcmp(access, "none") != 0)
        json_add(doc, v, "access", json_new_string(doc, access));
    return v;
}

/* Removes the first device of the path; the next one is overwritten, or one added. */
static void set_device(struct keyed_list *list, const char *path, struct json *value)
{
    size_t len = strlen(path);
    struct keyed_item *first = keyed_list_find(list, path, len, NULL), *next = NULL;

    if (!value)
        return;
    if (first) {
        next = keyed_list_find(list, path, len, first);
        first->value = NULL;
    }
    if (!next)
        keyed_list_add(list, path, len, value);
    else
        next->value = value;
}

/*
 * True if an equal rule was in force before all edits: with no other rule behind it that forbids
 * something. Rules count in their order.
 */
static bool is_allowed(struct editor *e, struct json *rules, struct json *rule)
{
    size_t n_old = oci_old_elements(e->oci, OCI_DEVICE_RULES, rules);
    struct json *v = json_first(e->doc, rules);
    bool found = false;

    for (size_t i = 0; v && i < n_old; i++, v = v->next) {
        const struct json *allow = json_find(e->doc, v, "allow");

        if (json_equal(e->doc, v, rule))
            found = true;
        else if (!allow || allow->type != JSON_TRUE)
            found = false;
    }
    return found;
}

static int add_rule(struct editor *e, const struct cdi_device_node *node)
{
    struct json *rules, *rule;
    int r;

    if (strcmp(node->type, "b") != 0 && strcmp(node->type, "c") != 0)
        return 0;
    if ((r = oci_section(e->oci, OCI_DEVICE_RULES, true, &rules, e->err)) < 0)
        return r;
    rule = new_rule(e->doc, node);
    if (!is_allowed(e, rules, rule))
        json_append(e->doc, rules, rule);
    return 0;
}

static int edit_node(struct editor *e, const struct owner *owner, struct keyed_list *list,
                     const struct cdi_device_node *given)
{
    struct cdi_device_node node = *given;
    int r = complete_node(e, owner, &node);

    if (r < 0)
        return r;
    set_device(list, node.path, new_device(e->doc, &node));
    return add_rule(e, &node);
}

int edits_device_nodes(struct editor *e)
{
    struct keyed_list list = {0};
    struct owner owner;
    struct json *array = NULL;
    int r;

    if (e->total.device_nodes == 0)
        return 0;
    r = oci_user_id(e->oci, "uid", &owner.uid, e->err);
    if (r == 0)
        r = oci_user_id(e->oci, "gid", &owner.gid, e->err);
    if (r == 0)
        r = edits_list_section(e, OCI_DEVICES, "path", e->total.device_nodes, &array, &list);
    for (size_t i = 0; r == 0 && i < e->n; i++)
        for (size_t j = 0; r == 0 && e->edits[i] && j < e->edits[i]->n_device_nodes; j++)
            r = edit_node(e, &owner, &list, &e->edits[i]->device_nodes[j]);
    if (r < 0)
        return r;
    keyed_list_keep_old(&list, e->doc);
    return edits_store_list(e, array, &list);
}
