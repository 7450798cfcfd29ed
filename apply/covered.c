/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/covered.h"

#include <string.h>

#include "apply/keyed_list.h"
#include "base/arena.h"
#include "base/hash.h"
#include "base/path.h"

/* More than these a log need not have. */
#define MOST_TEXTS 8

/* Copies what is said of a mount, since the document's strings are gone when it is edited. */
static bool copy_texts(struct covered_mount *mount, struct arena *arena, const char *destination,
                       const char *source)
{
    size_t len = strlen(destination) + 1;
    char *text;

    mount->key_len = len + strlen(source);
    text = arena_bytes(arena, mount->key_len + 1);
    if (!text)
        return false;
    memcpy(text, destination, len);
    memcpy(text + len, source, mount->key_len - len + 1);
    mount->destination = text;
    mount->source = text + len;
    mount->clean = path_clean(arena, text);
    return mount->clean;
}

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
        if (!copy_texts(mount, arena, destination, source))
            return cdi_error_nomem(err);
        out->n++;
    }
    return json_check(&oci->doc, err);
}

/* The mounts of a list as a set. */
static bool make_set(const struct covered_mounts *list, struct arena *arena, struct keyed_list *set)
{
    if (!keyed_list_init(set, arena, list->n))
        return false;
    for (size_t i = 0; i < list->n; i++)
        (void)keyed_list_add_key(set, list->items[i].destination, list->items[i].key_len);
    return !set->failed;
}

static bool has(const struct keyed_list *set, const struct covered_mount *mount)
{
    return keyed_list_has_key(set, mount->destination, mount->key_len);
}

/* The mounts behind a place by their clean paths, of each path the one nearest to the place. */
struct by_path {
    struct covered_mount **buckets;
    size_t mask;
    uint64_t seed;
    size_t longest; /* of their paths */
};

static bool by_path_init(struct by_path *paths, struct arena *arena, size_t n)
{
    size_t n_buckets = 16;

    while (n_buckets < n)
        n_buckets *= 2;
    *paths = (struct by_path){.mask = n_buckets - 1, .seed = hash_seed()};
    paths->buckets = arena_calloc(arena, n_buckets, sizeof(struct covered_mount *));
    return paths->buckets;
}

/* The link to the mount at a path, or to where it would be. */
static struct covered_mount **find_place(const struct by_path *paths, const char *path, size_t len)
{
    struct covered_mount **place =
        &paths->buckets[hash_bytes(paths->seed, path, len) & paths->mask];

    while (*place && !((*place)->path_len == len && memcmp((*place)->clean, path, len) == 0))
        place = &(*place)->next;
    return place;
}

static void by_path_put(struct by_path *paths, struct covered_mount *mount)
{
    struct covered_mount **place = find_place(paths, mount->clean, mount->path_len);

    mount->next = *place ? (*place)->next : NULL;
    *place = mount;
    if (mount->path_len > paths->longest)
        paths->longest = mount->path_len;
}

/*
 * The first of the mounts that are at the path of this one or above; NULL if there is none. No
 * more of a path is looked at than they can have: paths may be of any length.
 */
static const struct covered_mount *find_hider(const struct by_path *paths,
                                              const struct covered_mount *mount)
{
    const struct covered_mount *first = NULL;

    for (size_t len = 0; len <= mount->path_len && len <= paths->longest; len++) {
        const struct covered_mount *found;

        if (mount->clean[len] != '/' && mount->clean[len])
            continue;
        found = *find_place(paths, mount->clean, len);
        if (found && (!first || found < first))
            first = found;
    }
    return first;
}

/*
 * Notes of each mount what hides it: of the container's a device's, and the other way round.
 * What hides a mount comes behind it.
 */
static bool find_hiders(const struct covered_mounts *after, struct arena *arena)
{
    struct by_path paths[2]; /* new and old ones */

    if (!by_path_init(&paths[0], arena, after->n) || !by_path_init(&paths[1], arena, after->n))
        return false;
    for (size_t i = after->n; i-- > 0;) {
        struct covered_mount *mount = &after->items[i];

        mount->path_len = strlen(mount->clean);
        if (mount->path_len && mount->clean[mount->path_len - 1] == '/')
            mount->path_len--; /* "/" */
        mount->hider = find_hider(&paths[!mount->old], mount);
        by_path_put(&paths[mount->old], mount);
    }
    return true;
}

/* Sentences: the first few, and how many there are. */
struct texts {
    struct arena *arena;
    const char **items; /* room for MOST_TEXTS + 1 */
    size_t n;
    bool failed;
};

static void add_text(struct texts *texts, const char *text)
{
    texts->items[texts->n++] = text;
    texts->failed |= !text;
}

static void tell_replaced(struct texts *texts, const struct covered_mount *mount)
{
    add_text(texts, arena_printf(texts->arena,
                                 "the container's mount at %s (from %s) is replaced by that of a "
                                 "device",
                                 mount->destination, mount->source));
}

static void tell_hidden(struct texts *texts, const struct covered_mount *mount)
{
    const struct covered_mount *by = mount->hider;

    add_text(texts,
             arena_printf(texts->arena, "%s mount at %s (from %s) is hidden by %s at %s (from %s)",
                          mount->old ? "the container's" : "a device's", mount->destination,
                          mount->source, mount->old ? "that of a device" : "the container's own",
                          by->destination, by->source));
}

static bool tell(const struct covered_mounts *before, const struct keyed_list *now,
                 const struct covered_mounts *after, struct texts *texts)
{
    size_t more = 0;

    texts->items = arena_calloc(texts->arena, MOST_TEXTS + 1, sizeof *texts->items);
    if (!texts->items)
        return false;
    for (size_t i = 0; i < before->n; i++)
        if (!has(now, &before->items[i])) {
            if (texts->n < MOST_TEXTS)
                tell_replaced(texts, &before->items[i]);
            else
                more++;
        }
    for (size_t i = 0; i < after->n; i++)
        if (after->items[i].hider) {
            if (texts->n < MOST_TEXTS)
                tell_hidden(texts, &after->items[i]);
            else
                more++;
        }
    if (more)
        add_text(texts, arena_printf(texts->arena, "%zu more mounts are replaced or hidden", more));
    return !texts->failed;
}

bool covered_compare(const struct covered_mounts *before, const struct covered_mounts *after,
                     struct arena *arena, const char ***texts, size_t *n)
{
    struct texts list = {.arena = arena};
    struct keyed_list then, now;
    bool any_new = false;

    *texts = NULL;
    *n = 0;
    if (!make_set(before, arena, &then))
        return false;
    for (size_t i = 0; i < after->n; i++) {
        after->items[i].old = has(&then, &after->items[i]);
        any_new |= !after->items[i].old;
    }
    if (!any_new)
        return true;
    if (!make_set(after, arena, &now) || !find_hiders(after, arena) ||
        !tell(before, &now, after, &list))
        return false;
    *texts = list.items;
    *n = list.n;
    return true;
}
