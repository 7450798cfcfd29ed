/* SPDX-License-Identifier: Apache-2.0 */
/* Applying container edits: the order of the kinds, and all or nothing. */
#include "apply/edits.h"

#include <stdlib.h>
#include <string.h>

#include "apply/keyed_list.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

int edits_list_section(struct editor *e, enum oci_section section, const char *name, size_t more,
                       struct json **array, struct keyed_list *list)
{
    int r = oci_section(e->oci, section, true, array, e->err);

    if (r < 0)
        return r;
    if (!keyed_list_init(list, e->oci->arena, json_count(e->doc, *array) + more))
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, *array); v; v = v->next) {
        const char *key = name ? NULL : json_string(e->doc, v);

        if (name)
            r = oci_element_text(e->oci, section, v, name, &key, e->err);
        if (r < 0)
            return r;
        key = key ? key : "";
        keyed_list_add_old(list, key, name ? strlen(key) : strcspn(key, "="), v);
    }
    return json_check(e->doc, e->err);
}

struct keyed_item *edits_find_equal(struct editor *e, const struct keyed_list *list,
                                    const char *key, size_t key_len, struct json *value)
{
    struct keyed_item *item = NULL;

    while ((item = keyed_list_find(list, key, key_len, item)))
        if (item->value == item->was && json_equal(e->doc, item->value, value))
            return item;
    return NULL;
}

int edits_store_list(struct editor *e, struct json *array, const struct keyed_list *list)
{
    struct json **values = arena_calloc(e->oci->arena, list->n, sizeof(struct json *));

    if (!values || list->failed)
        return cdi_error_nomem(e->err);
    json_assign(e->doc, array, values, keyed_list_values(list, values));
    return json_check(e->doc, e->err);
}

void edits_add_text(struct json_document *doc, struct json *object, const char *name,
                    const char *text)
{
    if (text && *text)
        json_add(doc, object, name, json_new_string(doc, text));
}

void edits_add_texts(struct json_document *doc, struct json *object, const char *name,
                     const struct cdi_strings *texts, const char *one_more)
{
    struct json *array;

    if (texts->n == 0 && !one_more)
        return;
    array = json_new(doc, JSON_ARRAY);
    for (size_t i = 0; i < texts->n; i++)
        json_append(doc, array, json_new_string(doc, texts->items[i]));
    if (one_more)
        json_append(doc, array, json_new_string(doc, one_more));
    json_add(doc, object, name, array);
}

static int edit_tree(struct editor *e)
{
    static int (*const kinds[])(struct editor *) = {
        edits_env,   edits_device_nodes, edits_net_devices, edits_mounts,
        edits_hooks, edits_intel_rdt,    edits_gids,
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        int r = kinds[i](e);

        if (r < 0)
            return r;
    }
    return json_check(e->doc, e->err);
}

static struct edits_total count_items(const struct cdi_edits *const *edits, size_t n)
{
    struct edits_total total = {0};

    for (size_t i = 0; i < n; i++) {
        if (!edits[i])
            continue;
        total.env += edits[i]->env.n;
        total.device_nodes += edits[i]->n_device_nodes;
        total.net_devices += edits[i]->n_net_devices;
        total.mounts += edits[i]->n_mounts;
        total.additional_gids += edits[i]->n_additional_gids;
    }
    return total;
}

int cdi_oci_apply(struct cdi_oci *oci, const struct cdi_edits *const *edits, size_t n,
                  const char *dev_root, struct cdi_error *err)
{
    struct editor e = {.oci = oci,
                       .doc = &oci->doc,
                       .edits = edits,
                       .n = n,
                       .total = count_items(edits, n),
                       .dev_root = ROOT_INIT,
                       .err = err};
    int r = 0;

    if (dev_root && *dev_root && strcmp(dev_root, "/") != 0)
        r = root_open(&e.dev_root, dev_root, err);
    if (r < 0)
        return r;
    r = edit_tree(&e);
    root_close(&e.dev_root);
    if (r == 0)
        r = oci_commit(oci, err);
    if (r < 0)
        oci_undo(oci, err);
    return r;
}
