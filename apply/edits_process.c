/* SPDX-License-Identifier: Apache-2.0 */
/* process.env and process.user.additionalGids. */
#include <string.h>

#include "apply/edits.h"
#include "apply/keyed_list.h"
#include "base/arena.h"

/*
 * The last item of a key before `end`, and not before `start`; NULL if there is none. A process
 * gets the last entry of a variable.
 */
static struct keyed_item *find_last(const struct keyed_list *list, const char *key, size_t len,
                                    size_t start, size_t end)
{
    struct keyed_item *last = NULL, *item = NULL;

    while ((item = keyed_list_find(list, key, len, item)) && item < list->items + end)
        if (item >= list->items + start)
            last = item;
    return last;
}

/* Overwrites the last entry of the variable behind the first `kept` ones, or adds one. */
static void set_variable(struct editor *e, struct keyed_list *list, size_t kept, const char *entry)
{
    size_t len = strcspn(entry, "=");
    struct keyed_item *last = find_last(list, entry, len, kept, list->n);
    struct json *value = json_new_string(e->doc, entry);

    if (last && value)
        last->value = value;
    else
        keyed_list_add(list, entry, len, value);
}

/*
 * What the first `n_old` entries say already need not be said behind them. The last entry counts,
 * so that all new ones of a variable go, or none.
 */
static void drop_repeated(struct editor *e, struct keyed_list *list, size_t n_old)
{
    for (size_t i = n_old; i < list->n; i++) {
        struct keyed_item *item = &list->items[i];
        const struct keyed_item *old = find_last(list, item->key, item->key_len, 0, n_old);
        const struct keyed_item *last = find_last(list, item->key, item->key_len, n_old, list->n);

        /* The last one is looked at last. */
        if (old && last->value && json_equal(e->doc, old->value, last->value))
            item->value = NULL;
    }
}

int edits_env(struct editor *e)
{
    struct keyed_list list;
    struct json *array;
    size_t kept = 0, n_old = 0;
    int r;

    if (e->total.env == 0)
        return 0;
    r = edits_list_section(e, OCI_ENV, NULL, e->total.env, &array, &list);
    if (r < 0)
        return r;
    if (e->oci->as_wrapper) {
        kept = list.n;
        n_old = oci_old_elements(e->oci, OCI_ENV, array);
    }
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->env.n; j++)
            set_variable(e, &list, kept, e->edits[i]->env.items[j]);
    if (e->oci->as_wrapper)
        drop_repeated(e, &list, n_old);
    keyed_list_keep_old(&list, e->doc);
    return edits_store_list(e, array, &list);
}

/* Groups, as lists of them grow; `known` is the set of those in the list. */
struct gids {
    uint32_t *items;
    size_t n;
    struct keyed_list known;
};

/* Adds one unless it is there. */
static void add_gid(struct gids *gids, uint32_t gid)
{
    uint32_t *place = &gids->items[gids->n];

    *place = gid;
    gids->n += keyed_list_add_key(&gids->known, (const char *)place, sizeof *place);
}

/* The groups that the process has, with room for those of the edits. */
static int list_gids(struct editor *e, struct gids *gids)
{
    struct json *array;
    size_t room;
    int r = oci_section(e->oci, OCI_GIDS, false, &array, e->err);

    if (r < 0)
        return r;
    room = json_count(e->doc, array) + e->total.additional_gids;
    gids->n = 0;
    gids->items = arena_calloc(e->oci->arena, room, sizeof *gids->items);
    if (!gids->items || !keyed_list_init(&gids->known, e->oci->arena, room))
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, array); v; v = v->next) {
        uint32_t gid = 0;

        if (v->type != JSON_NULL && !json_uint32(v, &gid))
            return oci_type_error(e->oci, v, "an element of process.user.additionalGids",
                                  "an integer of 32 bits", e->err);
        add_gid(gids, gid);
    }
    return json_check(e->doc, e->err);
}

int edits_gids(struct editor *e)
{
    struct json *array;
    struct gids gids;
    size_t had;
    int r;

    if (e->total.additional_gids == 0)
        return 0;
    r = list_gids(e, &gids);
    if (r < 0)
        return r;
    had = gids.n;
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_additional_gids; j++)
            if (e->edits[i]->additional_gids[j] != 0)
                add_gid(&gids, e->edits[i]->additional_gids[j]);
    if (gids.known.failed)
        return cdi_error_nomem(e->err);
    if (gids.n == had)
        return 0;
    r = oci_section(e->oci, OCI_GIDS, true, &array, e->err);
    if (r < 0)
        return r;
    for (size_t i = had; i < gids.n; i++)
        json_append(e->doc, array, json_new_integer(e->doc, gids.items[i]));
    return json_check(e->doc, e->err);
}
