/* SPDX-License-Identifier: Apache-2.0 */
/* linux.netDevices and linux.intelRdt. */
#include "apply/edits.h"

static void set_net_device(struct json_document *doc, struct json *devices,
                           const struct cdi_net_device *device)
{
    struct json *old = json_find(doc, devices, device->host_interface_name);
    struct json *value = json_new(doc, JSON_OBJECT);

    json_add(doc, value, "name", json_new_string(doc, device->name));
    if (!old)
        json_add(doc, devices, device->host_interface_name, value);
    else if (!json_equal(doc, old, value))
        json_replace(doc, old, value);
}

int edits_net_devices(struct editor *e)
{
    struct json *devices;
    int r;

    if (edits_count(e, offsetof(struct cdi_edits, n_net_devices)) == 0)
        return 0;
    r = oci_section(e->oci, OCI_NET_DEVICES, true, &devices, e->err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_net_devices; j++)
            set_net_device(e->doc, devices, &e->edits[i]->net_devices[j]);
    return json_check(e->doc, e->err);
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
