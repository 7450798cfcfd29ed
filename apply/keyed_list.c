/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/keyed_list.h"

#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"

/* Indexes + 1 of the first and the last item of a hash, 0 for none. */
struct keyed_bucket {
    uint32_t first, last;
};

bool keyed_list_init(struct keyed_list *list, struct arena *arena, size_t room)
{
    size_t n_buckets = 16;

    *list = (struct keyed_list){.arena = arena, .room = room, .seed = hash_seed()};
    if (room > UINT32_MAX / 2)
        return false;
    while (n_buckets < room)
        n_buckets *= 2;
    list->items = arena_calloc(arena, room, sizeof *list->items);
    list->buckets = arena_calloc(arena, n_buckets, sizeof *list->buckets);
    list->mask = n_buckets - 1;
    return list->items && list->buckets;
}

/* Room for one more item. */
static bool make_room(struct keyed_list *list)
{
    size_t room = list->room * 2 + 1;
    struct keyed_item *items;

    if (list->n < list->room)
        return true;
    items = room <= UINT32_MAX / 2 ? arena_calloc(list->arena, room, sizeof *items) : NULL;
    if (!items)
        return false;
    memcpy(items, list->items, list->n * sizeof *items);
    list->items = items;
    list->room = room;
    return true;
}

static void add(struct keyed_list *list, const struct keyed_item *item)
{
    struct keyed_bucket *bucket = &list->buckets[item->hash & list->mask];
    uint32_t place = (uint32_t)list->n + 1;

    if (list->failed || !make_room(list)) {
        list->failed = true;
        return;
    }
    list->items[list->n++] = *item;
    if (bucket->last)
        list->items[bucket->last - 1].next = place;
    else
        bucket->first = place;
    bucket->last = place;
}

void keyed_list_add_old(struct keyed_list *list, const char *key, size_t key_len,
                        struct json *value)
{
    add(list, &(struct keyed_item){.value = value,
                                   .was = value,
                                   .key = key,
                                   .key_len = key_len,
                                   .hash = hash_bytes(list->seed, key, key_len)});
}

void keyed_list_add(struct keyed_list *list, const char *key, size_t key_len, struct json *value)
{
    add(list, &(struct keyed_item){.value = value,
                                   .key = key,
                                   .key_len = key_len,
                                   .hash = hash_bytes(list->seed, key, key_len)});
}

/* The first item with this key at `place` or behind it in the bucket, removed ones too. */
static struct keyed_item *find_any(const struct keyed_list *list, uint32_t place, uint32_t hash,
                                   const char *key, size_t key_len)
{
    while (place) {
        struct keyed_item *item = &list->items[place - 1];

        if (item->hash == hash && item->key_len == key_len && memcmp(item->key, key, key_len) == 0)
            return item;
        place = item->next;
    }
    return NULL;
}

struct keyed_item *keyed_list_find(const struct keyed_list *list, const char *key, size_t key_len,
                                   const struct keyed_item *after)
{
    uint32_t hash = after ? after->hash : hash_bytes(list->seed, key, key_len);
    uint32_t place = after ? after->next : list->buckets[hash & list->mask].first;
    struct keyed_item *item;

    while ((item = find_any(list, place, hash, key, key_len)) && !item->value)
        place = item->next;
    return item;
}

bool keyed_list_has_key(const struct keyed_list *list, const char *key, size_t key_len)
{
    uint32_t hash = hash_bytes(list->seed, key, key_len);

    return find_any(list, list->buckets[hash & list->mask].first, hash, key, key_len);
}

bool keyed_list_add_key(struct keyed_list *list, const char *key, size_t key_len)
{
    uint32_t hash = hash_bytes(list->seed, key, key_len);

    if (find_any(list, list->buckets[hash & list->mask].first, hash, key, key_len))
        return false;
    add(list, &(struct keyed_item){.key = key, .key_len = key_len, .hash = hash});
    return !list->failed;
}

/* Gives an item the value that was displaced from a place, if it says the same. */
static bool give_back(struct keyed_item *item, struct keyed_item *place, struct json_document *doc)
{
    if (place->value == place->was || !json_equal(doc, place->was, item->value))
        return false;
    item->value = place->was;
    place->was = place == item ? place->was : NULL;
    return true;
}

void keyed_list_keep_old(struct keyed_list *list, struct json_document *doc)
{
    for (size_t i = 0; i < list->n; i++) {
        struct keyed_item *item = &list->items[i], *place;
        uint32_t first = list->buckets[item->hash & list->mask].first;

        if (!item->value || item->value == item->was || give_back(item, item, doc))
            continue;
        while ((place = find_any(list, first, item->hash, item->key, item->key_len)) &&
               !give_back(item, place, doc))
            first = place->next;
    }
}

size_t keyed_list_values(const struct keyed_list *list, struct json **out)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].value)
            out[n++] = list->items[i].value;
    return n;
}
