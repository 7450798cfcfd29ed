/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/hardware.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"
#include "generate/machine/pci.h"

/* A name. Those of one device stand side by side. */
struct entry {
    const struct cdi_registry_device *device;
    const char *edits;    /* of the device, as text: equal edits have equal text */
    const char *document; /* the edits of its document, likewise */
};

/* A device with its names in entries[first] ... [first + n - 1], and its hardware. */
struct row {
    const struct entry *first;
    size_t n;
    struct hardware_unit *units;
    size_t n_units;
};

struct map {
    struct arena *arena;
    struct entry *entries;
    size_t n_entries;
    struct row *rows;
    size_t n_rows;
};

static int edits_text(struct arena *arena, const struct cdi_edits *edits, const char **out,
                      struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_edits_format(edits, CDI_FORMAT_JSON, &text, &len, err);

    if (r < 0)
        return r;
    *out = arena_strndup(arena, text, len);
    return *out ? 0 : cdi_error_nomem(err);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int r = strcmp(x->device->spec->kind, y->device->spec->kind);

    if (r == 0)
        r = strcmp(x->edits, y->edits);
    if (r == 0 && x->device->spec != y->device->spec)
        r = strcmp(x->document, y->document);
    return r;
}

/* Equal ones in the order of the registry. */
static int compare_in_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int r = compare_entries(a, b);

    return r ? r : (x->device > y->device) - (x->device < y->device);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->first->device > y->first->device) - (x->first->device < y->first->device);
}

static int add_entry(struct map *map, const struct cdi_registry_device *device,
                     struct cdi_error *err)
{
    struct entry *entry = &map->entries[map->n_entries];

    *entry = (struct entry){.device = device};
    /* Devices of one document mostly follow each other. */
    if (map->n_entries && entry[-1].device->spec == device->spec)
        entry->document = entry[-1].document;
    else if (edits_text(map->arena, &device->spec->edits, &entry->document, err) < 0)
        return -CDI_ERR_NOMEM;
    map->n_entries++;
    return edits_text(map->arena, &device->device->edits, &entry->edits, err);
}

static int collect(struct map *map, const struct cdi_registry *registry, struct cdi_error *err)
{
    size_t n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    map->entries = arena_calloc(map->arena, n, sizeof *map->entries);
    map->rows = arena_calloc(map->arena, n, sizeof *map->rows);
    if (!map->entries || !map->rows)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        int r = devices[i].state == CDI_DEVICE_ACTIVE ? add_entry(map, &devices[i], err) : 0;

        if (r < 0)
            return r;
    }
    if (map->n_entries)
        qsort(map->entries, map->n_entries, sizeof *map->entries, compare_in_order);
    for (size_t i = 0; i < map->n_entries; i++) {
        if (i == 0 || compare_entries(&map->entries[i - 1], &map->entries[i]) != 0)
            map->rows[map->n_rows++].first = &map->entries[i];
        map->rows[map->n_rows - 1].n++;
    }
    if (map->n_rows)
        qsort(map->rows, map->n_rows, sizeof *map->rows, compare_rows);
    return 0;
}

static int find_hardware(struct map *map, const char *path, struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    struct hardware hardware;
    int r = root_open(&root, path, err);

    if (r == 0)
        r = hardware_read(&root, map->arena, &hardware, err);
    for (size_t i = 0; i < map->n_rows && r == 0; i++) {
        struct row *row = &map->rows[i];

        r = hardware_units(&hardware, &row->first->device->device->edits, &row->units,
                           &row->n_units, err);
    }
    return r;
}

/* The texts of a cell with ", " between them, in the arena. */
static const char *join(struct arena *arena, const char *const *items, size_t n)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < n; i++) {
        strbuf_addstr(&b, i ? ", " : "");
        strbuf_addstr(&b, items[i] ? items[i] : "");
    }
    return b.failed ? NULL : arena_strndup(arena, b.s ? b.s : "", b.len);
}

static const char *unit_pci(struct arena *arena, const struct hardware_unit *unit)
{
    return pci_address_format(unit->address, arena);
}

/* "0", and with MIG "0 gi1 ci0". */
static const char *unit_index(struct arena *arena, const struct hardware_unit *unit)
{
    if (unit->index == MACHINE_NO_INDEX)
        return "";
    if (!unit->mig)
        return arena_printf(arena, "%zu", unit->index);
    return arena_printf(arena, "%zu gi%u ci%u", unit->index, unit->gi, unit->ci);
}

static const char *unit_model(struct arena *arena, const struct hardware_unit *unit)
{
    (void)arena;
    return unit->gpu && unit->gpu->model ? unit->gpu->model : "";
}

/* An instance has a UUID of its own, which /proc does not have. */
static const char *unit_uuid(struct arena *arena, const struct hardware_unit *unit)
{
    (void)arena;
    return unit->gpu && unit->gpu->uuid && !unit->mig ? unit->gpu->uuid : "";
}

/* A cell with the different texts of the units; "N devices" in place of too many to read. */
static const char *units_cell(struct arena *arena, const struct row *row, size_t limit,
                              const char *(*text)(struct arena *, const struct hardware_unit *))
{
    const char **items = arena_calloc(arena, row->n_units, sizeof *items);
    size_t n = 0;

    for (size_t i = 0; items && i < row->n_units; i++) {
        const char *item = text(arena, &row->units[i]);
        size_t k = 0;

        if (!item)
            return NULL;
        while (k < n && strcmp(items[k], item) != 0)
            k++;
        if (*item && k == n)
            items[n++] = item;
    }
    if (n > limit)
        return arena_printf(arena, "%zu devices", n);
    return items ? join(arena, items, n) : NULL;
}

static const char *names_cell(struct arena *arena, const struct row *row)
{
    const char **items = arena_calloc(arena, row->n, sizeof *items);

    for (size_t i = 0; items && i < row->n; i++)
        items[i] = row->first[i].device->device->name;
    return items ? join(arena, items, row->n) : NULL;
}

static const char *nodes_cell(struct arena *arena, const struct row *row)
{
    const struct cdi_edits *edits = &row->first->device->device->edits;
    const char **items = arena_calloc(arena, edits->n_device_nodes, sizeof *items);

    for (size_t i = 0; items && i < edits->n_device_nodes; i++)
        items[i] = edits->device_nodes[i].path;
    return items ? join(arena, items, edits->n_device_nodes) : NULL;
}

static int print_table(const struct call *call, const struct map *map, struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 7};

    if (!map->n_rows) {
        if (!call->quiet)
            message_say(call, "no devices");
        return STATUS_DONE;
    }
    table_row(&table,
              (const char *const[]){"KIND", "NAMES", "PCI", "INDEX", "MODEL", "UUID", "NODES"});
    for (size_t i = 0; i < map->n_rows; i++) {
        const struct row *row = &map->rows[i];

        table_row(&table, (const char *const[]){
                              row->first->device->spec->kind, names_cell(map->arena, row),
                              units_cell(map->arena, row, 1, unit_pci),
                              units_cell(map->arena, row, SIZE_MAX, unit_index),
                              units_cell(map->arena, row, SIZE_MAX, unit_model),
                              row->n_units > 1 ? "" : units_cell(map->arena, row, 1, unit_uuid),
                              nodes_cell(map->arena, row)});
    }
    return table_print(&table, err);
}

static void add_unit(struct jsonout *out, struct cJSON *list, struct arena *arena,
                     const struct hardware_unit *unit)
{
    struct cJSON *object = jsonout_object(out, list, NULL);

    jsonout_string(out, object, "pci", unit_pci(arena, unit));
    if (unit->index != MACHINE_NO_INDEX)
        jsonout_number(out, object, "index", unit->index);
    if (unit->gpu && unit->gpu->minor >= 0)
        jsonout_number(out, object, "minor", (size_t)unit->gpu->minor);
    if (unit->gpu && unit->gpu->model)
        jsonout_string(out, object, "model", unit->gpu->model);
    if (unit->gpu && unit->gpu->uuid)
        jsonout_string(out, object, unit->mig ? "gpu_uuid" : "uuid", unit->gpu->uuid);
    if (unit->mig) {
        jsonout_number(out, object, "gpu_instance", unit->gi);
        jsonout_number(out, object, "compute_instance", unit->ci);
    }
}

static int print_json(const struct map *map, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *devices = jsonout_array(&out, jsonout_object(&out, NULL, NULL), "devices");

    for (size_t i = 0; i < map->n_rows; i++) {
        const struct row *row = &map->rows[i];
        const struct cdi_edits *edits = &row->first->device->device->edits;
        struct cJSON *object = jsonout_object(&out, devices, NULL);
        struct cJSON *list = jsonout_array(&out, object, "names");

        for (size_t k = 0; k < row->n; k++)
            jsonout_string(&out, list, NULL, row->first[k].device->name);
        list = jsonout_array(&out, object, "nodes");
        for (size_t k = 0; k < edits->n_device_nodes; k++)
            jsonout_string(&out, list, NULL, edits->device_nodes[k].path);
        list = jsonout_array(&out, object, "hardware");
        for (size_t k = 0; k < row->n_units; k++)
            add_unit(&out, list, map->arena, &row->units[k]);
    }
    return jsonout_print(&out, err);
}

int map_print(const struct call *call, const struct cdi_registry *registry, const char *root,
              bool json, struct cdi_error *err)
{
    struct map map = {.arena = call->arena};
    int r = collect(&map, registry, err);

    if (r == 0)
        r = find_hardware(&map, root, err);
    if (r < 0)
        return r;
    return json ? print_json(&map, err) : print_table(call, &map, err);
}
