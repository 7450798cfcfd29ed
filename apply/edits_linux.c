/* SPDX-License-Identifier: Apache-2.0 */
/* linux.netDevices and linux.intelRdt. */
#include <string.h>

#include "apply/edits.h"
#include "apply/keyed_list.h"

/* The last one of a name on the host counts. */
static void set_net_device(struct json_document *doc, struct keyed_list *list,
                           const struct cdi_net_device *device)
{
    const char *name = device->host_interface_name;
    struct keyed_item *item = keyed_list_find(list, name, strlen(name), NULL);
    struct json *value = json_new(doc, JSON_OBJECT);

    json_add(doc, value, "name", json_new_string(doc, device->name));
    if (item && value)
        item->value = value;
    else
        keyed_list_add(list, name, strlen(name), value);
}

/* Puts what has become of each name into the object. */
static int store_net_devices(struct editor *e, struct json *devices, const struct keyed_list *list)
{
    if (list->failed)
        return cdi_error_nomem(e->err);
    for (size_t i = 0; i < list->n; i++) {
        const struct keyed_item *item = &list->items[i];

        if (!item->was)
            json_add(e->doc, devices, item->key, item->value);
        else if (!json_equal(e->doc, item->was, item->value))
            json_replace(e->doc, item->was, item->value);
    }
    return json_check(e->doc, e->err);
}

int edits_net_devices(struct editor *e)
{
    struct keyed_list list;
    struct json *devices;
    int r;

    if (e->total.net_devices == 0)
        return 0;
    r = oci_section(e->oci, OCI_NET_DEVICES, true, &devices, e->err);
    if (r < 0)
        return r;
    if (!keyed_list_init(&list, e->oci->arena, json_count(e->doc, devices) + e->total.net_devices))
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, devices); v; v = v->next)
        keyed_list_add_old(&list, v->key, v->key_len, v);
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_net_devices; j++)
            set_net_device(e->doc, &list, &e->edits[i]->net_devices[j]);
    return store_net_devices(e, devices, &list);
}

/* Source: OCI runtime-spec, config-linux.md, "IntelRdt". */
static struct json *new_intel_rdt(struct json_document *doc, const struct cdi_intel_rdt *rdt)
{
    struct json *v = json_new(doc, JSON_OBJECT);

    edits_add_text(doc, v, "closID", rdt->clos_id);
    edits_add_texts(doc, v, "schemata", &rdt->schemata, NULL);
    edits_add_text(doc, v, "l3CacheSchema", rdt->l3_cache_schema);
    edits_add_text(doc, v, "memBwSchema", rdt->mem_bw_schema);
    if (rdt->enable_monitoring)
        json_add(doc, v, "enableMonitoring", json_new(doc, JSON_TRUE));
    return v;
}

/* The last one takes the place of all, whole. */
int edits_intel_rdt(struct editor *e)
{
    const struct cdi_intel_rdt *rdt = NULL;
    struct json *old, *value;
    int r;

    for (size_t i = 0; i < e->n; i++)
        if (e->edits[i] && e->edits[i]->intel_rdt)
            rdt = e->edits[i]->intel_rdt;
    if (!rdt)
        return 0;
    r = oci_section(e->oci, OCI_INTEL_RDT, true, &old, e->err);
    if (r < 0)
        return r;
    value = new_intel_rdt(e->doc, rdt);
    if (!json_equal(e->doc, old, value))
        json_replace(e->doc, old, value);
    return json_check(e->doc, e->err);
}
