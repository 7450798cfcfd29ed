/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the index of a scan: devices by name with their conflicts, vendors, classes, errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/name.h>

#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/registry_internal.h"

/* A definition while it is sorted. */
struct definition {
    struct cdi_registry_device device;
    size_t entry;
};

static int index_specs(struct registry_scan *scan)
{
    scan->specs = arena_calloc(scan->arena, scan->n_entries + 1, sizeof *scan->specs);
    scan->priorities = arena_calloc(scan->arena, scan->n_entries + 1, sizeof *scan->priorities);
    if (!scan->specs || !scan->priorities)
        return -CDI_ERR_NOMEM;
    for (size_t i = 0; i < scan->n_entries; i++) {
        if (!scan->entries[i].spec)
            continue;
        scan->priorities[scan->n_specs] = scan->entries[i].priority;
        scan->specs[scan->n_specs++] = scan->entries[i].spec;
        scan->n_devices += scan->entries[i].spec->n_devices;
    }
    return 0;
}

/* Puts the definitions of one file at `to`, their names in one block of memory. */
static int define_devices(struct registry_scan *scan, size_t entry, struct definition *to)
{
    const struct cdi_spec *spec = scan->entries[entry].spec;
    size_t kind = strlen(spec->kind), bytes = 0;
    char *text;

    for (size_t i = 0; i < spec->n_devices; i++)
        bytes += kind + 1 + strlen(spec->devices[i].name) + 1;
    text = arena_bytes(scan->arena, bytes);
    if (!text)
        return -CDI_ERR_NOMEM;
    for (size_t i = 0; i < spec->n_devices; i++) {
        to[i].entry = entry;
        to[i].device = (struct cdi_registry_device){
            .name = text,
            .device = &spec->devices[i],
            .spec = spec,
            .priority = scan->entries[entry].priority,
        };
        text = stpcpy(text, spec->kind);
        *text++ = '=';
        text = stpcpy(text, spec->devices[i].name) + 1;
    }
    return 0;
}

/* By name, then from the highest priority down, then in scan order. */
static int compare_definitions(const void *a, const void *b)
{
    const struct definition *x = a, *y = b;
    int order = strcmp(x->device.name, y->device.name);

    if (order)
        return order;
    if (x->device.priority != y->device.priority)
        return x->device.priority > y->device.priority ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

/* Records at `at` that `other` defines the same device. */
static int record_conflict(struct registry_scan *scan, const struct definition *at,
                           const struct definition *other)
{
    _cleanup_error_ struct cdi_error error = CDI_ERROR_INIT;
    char place[64];

    (void)snprintf(place, sizeof place, "devices[%zu].name",
                   (size_t)(at->device.device - at->device.spec->devices));
    (void)cdi_error_set_at(&error, CDI_ERR_INVALID, scan->entries[at->entry].path,
                           cdi_spec_position(at->device.spec, place),
                           "device %s is defined in %s too, in the same directory: neither "
                           "of the two is used",
                           quote_string(at->device.name).text, scan->entries[other->entry].path);
    if (error.code == CDI_ERR_NOMEM)
        return -CDI_ERR_NOMEM;
    return registry_scan_fail(scan, at->entry, &error);
}

/* Decides about the n definitions of one name. */
static int settle(struct registry_scan *scan, struct definition *same, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n; to++)
            if (same[to].device.priority != same[from].device.priority)
                break;
        for (size_t i = from; i < to; i++)
            same[i].device.state = to - from > 1 ? CDI_DEVICE_CONFLICTING
                                   : from == 0   ? CDI_DEVICE_ACTIVE
                                                 : CDI_DEVICE_SHADOWED;
        for (size_t i = from + 1; i < to; i++)
            if (record_conflict(scan, &same[from], &same[i]) < 0 ||
                record_conflict(scan, &same[i], &same[from]) < 0)
                return -CDI_ERR_NOMEM;
    }
    return 0;
}

static int index_devices(struct registry_scan *scan)
{
    size_t n = scan->n_devices, at = 0;
    _cleanup_free_ struct definition *all = calloc(n + 1, sizeof *all);

    scan->devices = arena_calloc(scan->arena, n + 1, sizeof *scan->devices);
    if (!all || !scan->devices)
        return -CDI_ERR_NOMEM;
    for (size_t i = 0; i < scan->n_entries; i++) {
        if (!scan->entries[i].spec)
            continue;
        if (define_devices(scan, i, all + at) < 0)
            return -CDI_ERR_NOMEM;
        at += scan->entries[i].spec->n_devices;
    }
    qsort(all, n, sizeof *all, compare_definitions);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n; to++)
            if (strcmp(all[to].device.name, all[from].device.name) != 0)
                break;
        if (settle(scan, all + from, to - from) < 0)
            return -CDI_ERR_NOMEM;
    }
    for (size_t i = 0; i < n; i++)
        scan->devices[i] = all[i].device;
    return 0;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts strings and drops the repeated ones; returns how many are left. */
static size_t sort_unique(const char **list, size_t n)
{
    size_t kept = 0;

    if (n)
        qsort(list, n, sizeof *list, compare_strings);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0)
            list[kept++] = list[i];
    for (size_t i = kept; i < n; i++)
        list[i] = NULL;
    return kept;
}

static int index_kinds(struct registry_scan *scan)
{
    size_t n = scan->n_specs;

    scan->vendors = arena_calloc(scan->arena, n + 1, sizeof *scan->vendors);
    scan->classes = arena_calloc(scan->arena, n + 1, sizeof *scan->classes);
    if (!scan->vendors || !scan->classes)
        return -CDI_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        struct cdi_slice vendor, class_;

        (void)cdi_kind_split(scan->specs[i]->kind, &vendor, &class_);
        scan->vendors[i] = arena_strndup(scan->arena, vendor.s, vendor.len);
        scan->classes[i] = arena_strndup(scan->arena, class_.s, class_.len);
        if (!scan->vendors[i] || !scan->classes[i])
            return -CDI_ERR_NOMEM;
    }
    scan->n_vendors = sort_unique(scan->vendors, n);
    scan->n_classes = sort_unique(scan->classes, n);
    return 0;
}

static int compare_failures(const void *a, const void *b)
{
    const struct registry_failure *x = a, *y = b;

    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static int index_errors(struct registry_scan *scan)
{
    scan->errors = arena_calloc(scan->arena, scan->n_failures + 1, sizeof *scan->errors);
    if (!scan->errors)
        return -CDI_ERR_NOMEM;
    if (scan->n_failures)
        qsort(scan->failures, scan->n_failures, sizeof *scan->failures, compare_failures);
    for (size_t i = 0; i < scan->n_failures; i++)
        scan->errors[i] = scan->failures[i].what;
    return 0;
}

int registry_scan_index(struct registry_scan *scan)
{
    int r = index_specs(scan);

    if (r == 0)
        r = index_devices(scan);
    if (r == 0)
        r = index_kinds(scan);
    if (r == 0)
        r = index_errors(scan);
    return r;
}
