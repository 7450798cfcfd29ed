/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/conflicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* The rules for two definitions in one directory, and for two elsewhere. */
enum {
    SAME,
    OTHER,
    N_PLACES,
};
static const enum rule rule_of[N_PLACES] = {
    [SAME] = RULE_DEVICE_CONFLICT,
    [OTHER] = RULE_DEVICE_IN_FILES,
};

/* A device of a document that engines would load. */
struct definition {
    const char *name; /* qualified */
    const char *file;
    struct cdi_position pos;
    size_t index; /* in the document */
    size_t directory;
    enum cdi_severity severity[N_PLACES];
};

static void set_severities(struct definition *definition, const unsigned char *severities,
                           const struct ignores *ignores)
{
    for (size_t i = 0; i < N_PLACES; i++)
        definition->severity[i] = ignores_match(ignores, rule_of[i], definition->pos.line)
                                      ? CDI_SEVERITY_OFF
                                      : (enum cdi_severity)severities[rule_of[i]];
}

int conflicts_add(struct conflicts *conflicts, const struct cdi_spec *spec, size_t directory,
                  const unsigned char *severities, const struct ignores *ignores,
                  struct cdi_error *err)
{
    struct arena *arena = conflicts->arena;
    const char *file;

    /* Alone it is in nobody's way. */
    if (!directory && severities[RULE_DEVICE_IN_FILES] == CDI_SEVERITY_OFF)
        return 0;
    file = arena_strdup(arena, spec->path);
    for (size_t i = 0; i < spec->n_devices; i++) {
        struct definition *all = arena_grow(arena, conflicts->items, conflicts->n, sizeof *all);
        const char *name = arena_printf(arena, "%s=%s", spec->kind, spec->devices[i].name);
        char path[64];

        if (!all || !name || !file)
            return cdi_error_nomem(err);
        (void)snprintf(path, sizeof path, "devices[%zu].name", i);
        all[conflicts->n] = (struct definition){name, file,      cdi_spec_position(spec, path),
                                                i,    directory, {CDI_SEVERITY_OFF}};
        set_severities(&all[conflicts->n++], severities, ignores);
        conflicts->items = all;
    }
    return 0;
}

/* By name, then by directory, then by file. */
static int compare_definitions(const void *a, const void *b)
{
    const struct definition *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order)
        return order;
    if (x->directory != y->directory)
        return x->directory < y->directory ? -1 : 1;
    return strcmp(x->file, y->file);
}

static bool is_same_device(const struct definition *a, const struct definition *b)
{
    return strcmp(a->name, b->name) == 0;
}

static bool is_same_place(const struct definition *a, const struct definition *b)
{
    return a->directory && a->directory == b->directory;
}

/* Another definition of a device, of those in the order of compare_definitions(); or NULL. */
static const struct definition *find_other(const struct conflicts *conflicts, size_t i, int *place)
{
    const struct definition *all = conflicts->items, *other = NULL;

    *place = OTHER;
    if (i > 0 && is_same_device(&all[i - 1], &all[i]))
        other = &all[i - 1];
    if (!(other && is_same_place(other, &all[i])) && i + 1 < conflicts->n &&
        is_same_device(&all[i], &all[i + 1]))
        other = !other || is_same_place(&all[i], &all[i + 1]) ? &all[i + 1] : other;
    if (other && is_same_place(other, &all[i]))
        *place = SAME;
    return other;
}

static int report_one(const struct conflicts *conflicts, const struct definition *definition,
                      const struct definition *other, int place, struct report *report,
                      struct cdi_error *err)
{
    static const char *const effects[N_PLACES] = {
        [SAME] = ", in the same directory: neither of the two is used",
        [OTHER] = "",
    };
    struct cdi_finding finding = {
        .rule = &rules[rule_of[place]],
        .severity = definition->severity[place],
        .path = arena_printf(conflicts->arena, "devices[%zu].name", definition->index),
        .pos = definition->pos,
        .message = arena_printf(conflicts->arena, "device %s is defined in %s too%s",
                                definition->name, other->file, effects[place]),
        .hint = "remove or rename one",
    };

    if (!finding.message || !finding.path)
        return cdi_error_nomem(err);
    report_add(report, definition->file, &finding, finding.severity);
    return 0;
}

int conflicts_report(struct conflicts *conflicts, struct report *report, struct cdi_error *err)
{
    int r = 0;

    if (conflicts->n)
        qsort(conflicts->items, conflicts->n, sizeof *conflicts->items, compare_definitions);
    for (size_t i = 0; r == 0 && i < conflicts->n; i++) {
        int place;
        const struct definition *other = find_other(conflicts, i, &place);

        if (other && conflicts->items[i].severity[place] != CDI_SEVERITY_OFF)
            r = report_one(conflicts, &conflicts->items[i], other, place, report, err);
    }
    return r;
}
