/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/simplify.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "generate/edits.h"

/*
 * How the kinds of entities are told apart and ordered. `text` is a string in which
 * different entities mostly differ: it is hashed, and sorted by where `sorted` is set.
 */
struct entity {
    size_t size;
    bool (*equal)(const void *a, const void *b);
    const char *(*text)(const void *entity);
    bool sorted;
};

/* An array of entities in an edits object. */
struct list {
    const struct entity *entity;
    char *items;
    size_t n;
};

static bool strings_equal(const struct cdi_strings *a, const struct cdi_strings *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

static bool opt_equal(struct cdi_opt_uint32 a, struct cdi_opt_uint32 b)
{
    return a.set == b.set && (!a.set || a.value == b.value);
}

static bool env_equal(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

static const char *env_text(const void *env)
{
    return *(const char *const *)env;
}

static bool node_equal(const void *left, const void *right)
{
    const struct cdi_device_node *a = left, *b = right;

    return strcmp(a->path, b->path) == 0 && strcmp(a->host_path, b->host_path) == 0 &&
           strcmp(a->type, b->type) == 0 && strcmp(a->permissions, b->permissions) == 0 &&
           a->major == b->major && a->minor == b->minor && opt_equal(a->file_mode, b->file_mode) &&
           opt_equal(a->uid, b->uid) && opt_equal(a->gid, b->gid);
}

static const char *node_text(const void *node)
{
    return ((const struct cdi_device_node *)node)->path;
}

static bool hook_equal(const void *left, const void *right)
{
    const struct cdi_hook *a = left, *b = right;

    return strcmp(a->hook_name, b->hook_name) == 0 && strcmp(a->path, b->path) == 0 &&
           strings_equal(&a->args, &b->args) && strings_equal(&a->env, &b->env) &&
           a->timeout.set == b->timeout.set &&
           (!a->timeout.set || a->timeout.value == b->timeout.value);
}

static const char *hook_text(const void *hook)
{
    const struct cdi_strings *args = &((const struct cdi_hook *)hook)->args;

    return args->n ? args->items[args->n - 1] : "";
}

static bool mount_equal(const void *left, const void *right)
{
    const struct cdi_mount *a = left, *b = right;

    return strcmp(a->host_path, b->host_path) == 0 &&
           strcmp(a->container_path, b->container_path) == 0 && strcmp(a->type, b->type) == 0 &&
           strings_equal(&a->options, &b->options);
}

static const char *mount_text(const void *mount)
{
    return ((const struct cdi_mount *)mount)->container_path;
}

static bool net_device_equal(const void *left, const void *right)
{
    const struct cdi_net_device *a = left, *b = right;

    return strcmp(a->host_interface_name, b->host_interface_name) == 0 &&
           strcmp(a->name, b->name) == 0;
}

static const char *net_device_text(const void *device)
{
    return ((const struct cdi_net_device *)device)->host_interface_name;
}

static const struct entity env_entity = {sizeof(const char *), env_equal, env_text, false};
static const struct entity node_entity = {sizeof(struct cdi_device_node), node_equal, node_text,
                                          true};
static const struct entity hook_entity = {sizeof(struct cdi_hook), hook_equal, hook_text, false};
static const struct entity mount_entity = {sizeof(struct cdi_mount), mount_equal, mount_text, true};
static const struct entity net_device_entity = {sizeof(struct cdi_net_device), net_device_equal,
                                                net_device_text, false};

#define N_LISTS 5

static void take_lists(const struct cdi_edits *edits, struct list out[N_LISTS])
{
    out[0] = (struct list){&env_entity, (char *)edits->env.items, edits->env.n};
    out[1] = (struct list){&node_entity, (char *)edits->device_nodes, edits->n_device_nodes};
    out[2] = (struct list){&hook_entity, (char *)edits->hooks, edits->n_hooks};
    out[3] = (struct list){&mount_entity, (char *)edits->mounts, edits->n_mounts};
    out[4] = (struct list){&net_device_entity, (char *)edits->net_devices, edits->n_net_devices};
}

static void put_counts(struct cdi_edits *edits, const struct list lists[N_LISTS])
{
    edits->env.n = lists[0].n;
    edits->n_device_nodes = lists[1].n;
    edits->n_hooks = lists[2].n;
    edits->n_mounts = lists[3].n;
    edits->n_net_devices = lists[4].n;
}

/* A set of entities: open addressing, at most half full. */
struct set {
    const struct entity *entity;
    const char **slots;
    size_t mask;
};

static bool set_init(struct set *set, const struct entity *entity, size_t n)
{
    size_t size = 8;

    while (size < 2 * n)
        size *= 2;
    *set = (struct set){entity, calloc(size, sizeof *set->slots), size - 1};
    return set->slots != NULL;
}

static void set_free(const struct set *set)
{
    free(set->slots);
}

static size_t hash(const char *s)
{
    uint64_t h = 14695981039346656037U;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211U;
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds an entity equal to `item`, or the free one where it belongs. */
static const char **set_slot(const struct set *set, const char *item)
{
    size_t i = hash(set->entity->text(item)) & set->mask;

    while (set->slots[i] && !set->entity->equal(set->slots[i], item))
        i = (i + 1) & set->mask;
    return &set->slots[i];
}

/* Keeps the first of equal entities, in place. */
static bool dedupe(struct list *list)
{
    size_t size = list->entity->size, kept = 0;
    _cleanup_(set_free) struct set set = {0};

    if (list->n < 2)
        return true;
    if (!set_init(&set, list->entity, list->n))
        return false;
    for (size_t i = 0; i < list->n; i++) {
        char *item = list->items + kept * size;
        const char **slot;

        memmove(item, list->items + i * size, size);
        slot = set_slot(&set, item);
        if (*slot)
            continue;
        *slot = item;
        kept++;
    }
    list->n = kept;
    return true;
}

static int compare_gids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static bool dedupe_edits(struct cdi_edits *edits)
{
    struct list lists[N_LISTS];
    size_t kept = 0;

    take_lists(edits, lists);
    for (size_t i = 0; i < N_LISTS; i++)
        if (!dedupe(&lists[i]))
            return false;
    put_counts(edits, lists);
    if (edits->n_additional_gids)
        qsort(edits->additional_gids, edits->n_additional_gids, sizeof *edits->additional_gids,
              compare_gids);
    for (size_t i = 0; i < edits->n_additional_gids; i++)
        if (kept == 0 || edits->additional_gids[kept - 1] != edits->additional_gids[i])
            edits->additional_gids[kept++] = edits->additional_gids[i];
    edits->n_additional_gids = kept;
    return true;
}

/* Removes from a list what the set holds; with count_only it is only counted. */
static size_t subtract(struct list *list, const struct set *set, bool count_only)
{
    size_t size = list->entity->size, kept = 0;

    for (size_t i = 0; i < list->n; i++) {
        if (*set_slot(set, list->items + i * size))
            continue;
        if (!count_only)
            memmove(list->items + kept * size, list->items + i * size, size);
        kept++;
    }
    if (!count_only)
        list->n = kept;
    return kept;
}

static void subtract_common(struct cdi_edits *edits, const struct set common[N_LISTS])
{
    struct list lists[N_LISTS];
    size_t left = 0;

    take_lists(edits, lists);
    for (size_t i = 0; i < N_LISTS; i++)
        left += subtract(&lists[i], &common[i], true);
    if (left == 0)
        return;
    for (size_t i = 0; i < N_LISTS; i++)
        (void)subtract(&lists[i], &common[i], false);
    put_counts(edits, lists);
}

struct sort_key {
    const char *text;
    size_t depth;
    size_t index;
};

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    int order;

    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    order = strcmp(a->text, b->text);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* The slashes of a path, without those that mean nothing; false without memory. */
static bool count_slashes(const char *path, struct arena *arena, size_t *n)
{
    *n = 0;
    if (!(path = path_clean(arena, path)))
        return false;
    for (; *path; path++)
        *n += *path == '/';
    return true;
}

/* A stable sort by depth, if there is an arena to clean the paths in, and text. */
static bool sort_items(char *items, size_t n, size_t size, const char *(*text)(const void *),
                       struct arena *by_depth)
{
    _cleanup_free_ struct sort_key *keys = calloc(n + 1, sizeof *keys);
    _cleanup_free_ char *copy = malloc(n * size + 1);

    if (!keys || !copy)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *s = text(items + i * size);

        keys[i] = (struct sort_key){.text = s, .index = i};
        if (by_depth && !count_slashes(s, by_depth, &keys[i].depth))
            return false;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    if (n)
        memcpy(copy, items, n * size);
    for (size_t i = 0; i < n; i++)
        memcpy(items + i * size, copy + keys[i].index * size, size);
    return true;
}

static bool sort_edits(struct cdi_edits *edits, struct arena *arena)
{
    struct list lists[N_LISTS];

    take_lists(edits, lists);
    for (size_t i = 0; i < N_LISTS; i++)
        if (lists[i].entity->sorted && lists[i].n > 1 &&
            !sort_items(lists[i].items, lists[i].n, lists[i].entity->size, lists[i].entity->text,
                        arena))
            return false;
    return true;
}

static const char *device_text(const void *device)
{
    return ((const struct cdi_device *)device)->name;
}

static bool remove_common(struct cdi_spec *spec)
{
    struct list lists[N_LISTS];
    struct set common[N_LISTS] = {0};
    bool ok = true;

    take_lists(&spec->edits, lists);
    for (size_t i = 0; i < N_LISTS && ok; i++) {
        ok = set_init(&common[i], lists[i].entity, lists[i].n);
        for (size_t k = 0; ok && k < lists[i].n; k++) {
            const char *item = lists[i].items + k * lists[i].entity->size;

            *set_slot(&common[i], item) = item;
        }
    }
    for (size_t i = 0; ok && i < spec->n_devices; i++)
        subtract_common(&spec->devices[i].edits, common);
    for (size_t i = 0; i < N_LISTS; i++)
        set_free(&common[i]);
    return ok;
}

int spec_simplify(struct cdi_spec *spec, struct cdi_error *err)
{
    bool ok = dedupe_edits(&spec->edits);

    for (size_t i = 0; ok && i < spec->n_devices; i++)
        ok = dedupe_edits(&spec->devices[i].edits);
    ok = ok && remove_common(spec) && sort_edits(&spec->edits, spec->arena);
    for (size_t i = 0; ok && i < spec->n_devices; i++)
        ok = sort_edits(&spec->devices[i].edits, spec->arena);
    ok = ok && sort_items((char *)spec->devices, spec->n_devices, sizeof *spec->devices,
                          device_text, NULL);
    return ok ? 0 : cdi_error_nomem(err);
}

int spec_add_all(struct cdi_spec *spec, struct cdi_error *err)
{
    struct edits_builder b = {.arena = spec->arena, .hook_path = ""};
    struct cdi_device all = {.name = "all"};
    struct cdi_device *devices;

    for (size_t i = 0; i < spec->n_devices; i++) {
        if (strcmp(spec->devices[i].name, "all") == 0)
            return 0;
        edits_append(&b, &all.edits, &spec->devices[i].edits);
    }
    devices = arena_grow(spec->arena, spec->devices, spec->n_devices, sizeof *devices);
    if (b.failed || !devices)
        return cdi_error_nomem(err);
    devices[spec->n_devices++] = all;
    spec->devices = devices;
    return spec_simplify(spec, err);
}
