/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes: linux.devices, and their rules in linux.resources.devices. */
#include <inttypes.h>
#include <string.h>

#include "apply/edits.h"
#include "apply/host_node.h"
#include "apply/keyed_list.h"
#include "base/arena.h"

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

/*
 * Removes the first device of the path; the next one is overwritten, or one added. The wrapper
 * leaves an equal one where it is: each time another one would go.
 */
static void set_device(struct editor *e, struct keyed_list *list, const char *path,
                       struct json *value)
{
    size_t len = strlen(path);
    struct keyed_item *first = keyed_list_find(list, path, len, NULL), *next = NULL;

    if (!value || (e->oci->as_wrapper && edits_find_equal(e, list, path, len, value)))
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

/* What an edit of device nodes works on. */
struct nodes {
    struct editor *e;
    struct owner owner;
    struct keyed_list devices;
    struct json *rules;      /* NULL: not looked at yet */
    struct keyed_list known; /* rules that were in force before all edits */
};

/*
 * What rules differ in, "c 195 0 rwm", in *out: those that say the same have one key. NULL for a
 * rule that has more members, or others, than new ones do.
 */
static int rule_key(struct editor *e, struct json *rule, const char **out)
{
    struct json_document *doc = e->doc;
    const char *type = json_string(doc, json_find(doc, rule, "type"));
    struct json *access = json_find(doc, rule, "access");
    const char *text = access ? json_string(doc, access) : "";
    const struct json *major = json_find(doc, rule, "major");
    const struct json *minor = json_find(doc, rule, "minor");
    uint32_t n, m;

    *out = NULL;
    if (!type || !text || !major || !minor || !json_uint32(major, &n) || !json_uint32(minor, &m) ||
        json_count(doc, rule) != (access ? 5 : 4))
        return json_check(doc, e->err);
    *out = arena_printf(e->oci->arena, "%s %" PRIu32 " %" PRIu32 " %s", type, n, m, text);
    return *out ? 0 : cdi_error_nomem(e->err);
}

/* The first of the rules that count, out of n: none before one that forbids something does. */
static struct json *first_in_force(struct json_document *doc, struct json *rules, size_t *n)
{
    struct json *v = json_first(doc, rules), *first = v;
    size_t left = *n;

    for (; v && left; left--, v = v->next) {
        const struct json *allow = json_find(doc, v, "allow");

        if (allow && allow->type == JSON_TRUE)
            continue;
        first = v->next;
        *n = left - 1;
    }
    return first;
}

static int read_rules(struct nodes *nodes)
{
    struct editor *e = nodes->e;
    int r = oci_section(e->oci, OCI_DEVICE_RULES, true, &nodes->rules, e->err);
    size_t n;
    struct json *v;

    if (r < 0)
        return r;
    n = oci_old_elements(e->oci, OCI_DEVICE_RULES, nodes->rules);
    v = first_in_force(e->doc, nodes->rules, &n);
    if (!keyed_list_init(&nodes->known, e->oci->arena, n))
        return cdi_error_nomem(e->err);
    for (; v && n; n--, v = v->next) {
        const char *key;

        if ((r = rule_key(e, v, &key)) < 0)
            return r;
        if (key && !edits_find_equal(e, &nodes->known, key, strlen(key), v))
            keyed_list_add_old(&nodes->known, key, strlen(key), v);
    }
    return nodes->known.failed ? cdi_error_nomem(e->err) : json_check(e->doc, e->err);
}

/* Adds a rule unless an equal one was in force before all edits. */
static int add_rule(struct nodes *nodes, const struct cdi_device_node *node)
{
    struct editor *e = nodes->e;
    struct json *rule;
    const char *key;
    int r;

    if (strcmp(node->type, "b") != 0 && strcmp(node->type, "c") != 0)
        return 0;
    if (!nodes->rules && (r = read_rules(nodes)) < 0)
        return r;
    rule = new_rule(e->doc, node);
    if ((r = rule_key(e, rule, &key)) < 0)
        return r;
    if (!key || !edits_find_equal(e, &nodes->known, key, strlen(key), rule))
        json_append(e->doc, nodes->rules, rule);
    return 0;
}

static int edit_node(struct nodes *nodes, const struct cdi_device_node *given)
{
    struct editor *e = nodes->e;
    struct cdi_device_node node = *given;
    int r = complete_node(e, &nodes->owner, &node);

    if (r < 0)
        return r;
    set_device(e, &nodes->devices, node.path, new_device(e->doc, &node));
    return add_rule(nodes, &node);
}

int edits_device_nodes(struct editor *e)
{
    struct nodes nodes = {.e = e};
    struct json *array = NULL;
    int r;

    if (e->total.device_nodes == 0)
        return 0;
    r = oci_user_id(e->oci, "uid", &nodes.owner.uid, e->err);
    if (r == 0)
        r = oci_user_id(e->oci, "gid", &nodes.owner.gid, e->err);
    if (r == 0)
        r = edits_list_section(e, OCI_DEVICES, "path", e->total.device_nodes, &array,
                               &nodes.devices);
    for (size_t i = 0; r == 0 && i < e->n; i++)
        for (size_t j = 0; r == 0 && e->edits[i] && j < e->edits[i]->n_device_nodes; j++)
            r = edit_node(&nodes, &e->edits[i]->device_nodes[j]);
    if (r < 0)
        return r;
    keyed_list_keep_old(&nodes.devices, e->doc);
    return edits_store_list(e, array, &nodes.devices);
}
