/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/covered.h"

#include <string.h>

#include "base/arena.h"
#include "base/path.h"

int covered_list(struct cdi_oci *oci, struct arena *arena, struct covered_mounts *out,
                 struct cdi_error *err)
{
    struct json *array;
    int r = oci_section(oci, OCI_MOUNTS, false, &array, err);

    *out = (struct covered_mounts){NULL, 0};
    if (r < 0)
        return r;
    out->items = arena_calloc(arena, json_count(&oci->doc, array), sizeof *out->items);
    if (!out->items)
        return cdi_error_nomem(err);
    for (struct json *v = json_first(&oci->doc, array); v; v = v->next) {
        struct covered_mount *mount = &out->items[out->n];
        const char *destination = "", *source = "";

        r = oci_element_text(oci, OCI_MOUNTS, v, "destination", &destination, err);
        if (r == 0)
            r = oci_element_text(oci, OCI_MOUNTS, v, "source", &source, err);
        if (r < 0)
            return r;
        /* The document's strings are gone when it is edited. */
        mount->destination = arena_strdup(arena, destination);
        mount->source = arena_strdup(arena, source);
        mount->clean = mount->destination ? path_clean(arena, mount->destination) : NULL;
        if (!mount->clean || !mount->source)
            return cdi_error_nomem(err);
        out->n++;
    }
    return json_check(&oci->doc, err);
}

static bool has(const struct covered_mounts *list, const struct covered_mount *mount)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i].destination, mount->destination) == 0 &&
            strcmp(list->items[i].source, mount->source) == 0)
            return true;
    return false;
}

/* True if a path is `top` or below it. */
static bool is_below(const char *path, const char *top)
{
    size_t len = strlen(top);

    while (len && top[len - 1] == '/')
        len--;
    return strncmp(path, top, len) == 0 && (path[len] == '/' || !path[len]);
}

/* The first mount behind number i, new or old, that hides it; NULL if none does. */
static const struct covered_mount *hider(const struct covered_mounts *after, size_t i,
                                         const struct covered_mounts *before, bool new)
{
    for (size_t k = i + 1; k < after->n; k++)
        if (is_below(after->items[i].clean, after->items[k].clean) &&
            has(before, &after->items[k]) != new)
            return &after->items[k];
    return NULL;
}

static bool add(struct arena *arena, const char ***texts, size_t *n, const char *text)
{
    const char **grown = arena_grow(arena, *texts, *n, sizeof *grown);

    if (!grown || !text)
        return false;
    *texts = grown;
    grown[(*n)++] = text;
    return true;
}

static bool compare_hidden(const struct covered_mounts *before, const struct covered_mounts *after,
                           struct arena *arena, const char ***texts, size_t *n)
{
    for (size_t i = 0; i < after->n; i++) {
        const struct covered_mount *mount = &after->items[i];
        bool old = has(before, mount);
        const struct covered_mount *by = hider(after, i, before, old);

        if (by &&
            !add(arena, texts, n,
                 arena_printf(arena, "%s mount at %s (from %s) is hidden by %s at %s (from %s)",
                              old ? "the container's" : "a device's", mount->destination,
                              mount->source, old ? "that of a device" : "the container's own",
                              by->destination, by->source)))
            return false;
    }
    return true;
}

bool covered_compare(const struct covered_mounts *before, const struct covered_mounts *after,
                     struct arena *arena, const char ***texts, size_t *n)
{
    *texts = NULL;
    *n = 0;
    for (size_t i = 0; i < before->n; i++) {
        const struct covered_mount *mount = &before->items[i];

        if (!has(after, mount) &&
            !add(arena, texts, n,
                 arena_printf(arena,
                              "the container's mount at %s (from %s) is replaced by that of a "
                              "device",
                              mount->destination, mount->source)))
            return false;
    }
    return compare_hidden(before, after, arena, texts, n);
}
