/* SPDX-License-Identifier: Apache-2.0 */
/* mounts: replaced or added, then all put in an order in which a mount hides no other. */
#include <stdlib.h>
#include <string.h>

#include "apply/edits.h"
#include "apply/keyed_list.h"
#include "base/cleanup.h"

size_t edits_mount_depth(const char *destination)
{
    bool absolute = *destination == '/';
    size_t up = 0, down = 0;

    for (const char *p = destination; *p;) {
        size_t len = strcspn(p, "/");

        if (len == 2 && p[0] == '.' && p[1] == '.') {
            if (down)
                down--;
            else if (!absolute)
                up++;
        } else if (len > 1 || (len == 1 && *p != '.')) {
            down++;
        }
        p += len + (p[len] == '/');
    }
    if (absolute)
        return down ? down : 1;
    return up + down ? up + down - 1 : 0;
}

const char *edits_idmap_option(const struct cdi_mount *mount)
{
    const char *option = mount->type && strcmp(mount->type, "bind") == 0 ? "idmap" : NULL;

    for (size_t i = 0; i < mount->options.n; i++) {
        const char *given = mount->options.items[i];

        if (strcmp(given, "idmap") == 0 || strcmp(given, "ridmap") == 0)
            return NULL;
        if (strcmp(given, "bind") == 0)
            option = "idmap";
        else if (strcmp(given, "rbind") == 0)
            option = "ridmap";
    }
    return option;
}

/* True in *out if the container gets, or joins, a user namespace. */
static int has_user_namespace(struct editor *e, bool *out)
{
    struct json *array;
    int r = oci_section(e->oci, OCI_NAMESPACES, false, &array, e->err);

    *out = false;
    if (r < 0)
        return r;
    for (struct json *v = json_first(e->doc, array); v; v = v->next) {
        const char *type;

        r = oci_element_text(e->oci, OCI_NAMESPACES, v, "type", &type, e->err);
        if (r < 0)
            return r;
        if (strcmp(type, "user") == 0)
            *out = true;
    }
    return json_check(e->doc, e->err);
}

/* Source: OCI runtime-spec, config.md, "Mounts". */
static struct json *new_mount(struct json_document *doc, const struct cdi_mount *mount, bool userns)
{
    struct json *v = json_new(doc, JSON_OBJECT);

    json_add(doc, v, "destination", json_new_string(doc, mount->container_path));
    edits_add_text(doc, v, "type", mount->type);
    edits_add_text(doc, v, "source", mount->host_path);
    edits_add_texts(doc, v, "options", &mount->options, userns ? edits_idmap_option(mount) : NULL);
    return v;
}

/*
 * Removes the first mount of the destination and adds the new one. The wrapper leaves an equal one
 * where it is: each time another one would go.
 */
static void set_mount(struct editor *e, struct keyed_list *list, const char *destination,
                      struct json *value)
{
    size_t len = strlen(destination);
    struct keyed_item *first = keyed_list_find(list, destination, len, NULL);

    if (e->oci->as_wrapper && edits_find_equal(e, list, destination, len, value))
        return;
    if (first)
        first->value = NULL;
    keyed_list_add(list, destination, len, value);
}

struct ranked {
    size_t depth, index;
    struct keyed_item item;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorts by depth; those of one depth stay in order. */
static int sort_mounts(struct editor *e, struct keyed_list *list)
{
    _cleanup_free_ struct ranked *ranked = calloc(list->n + 1, sizeof *ranked);

    if (!ranked)
        return cdi_error_nomem(e->err);
    for (size_t i = 0; i < list->n; i++)
        ranked[i] = (struct ranked){edits_mount_depth(list->items[i].key), i, list->items[i]};
    qsort(ranked, list->n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < list->n; i++)
        list->items[i] = ranked[i].item;
    return 0;
}

int edits_mounts(struct editor *e)
{
    struct keyed_list list = {0};
    struct json *array = NULL;
    bool userns;
    int r;

    if (e->total.mounts == 0)
        return 0;
    r = has_user_namespace(e, &userns);
    if (r == 0)
        r = edits_list_section(e, OCI_MOUNTS, "destination", e->total.mounts, &array, &list);
    if (r < 0)
        return r;
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_mounts; j++) {
            const struct cdi_mount *mount = &e->edits[i]->mounts[j];

            set_mount(e, &list, mount->container_path, new_mount(e->doc, mount, userns));
        }
    keyed_list_keep_old(&list, e->doc);
    r = sort_mounts(e, &list);
    return r < 0 ? r : edits_store_list(e, array, &list);
}
