/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/keyed_list.h"

#include <string.h>

#include "base/arena.h"
#include "base/hash.h"

/* Indexes + 1 of the first and the last item of a hash, 0 for none. */
struct keyed_bucket {
    uint32_t first, last;
};

bool keyed_list_init(struct keyed_list *list, struct arena *arena, size_t room)
{
    size_t n_buckets = 16;

    *list = (struct keyed_list){0};
    if (room > UINT32_MAX / 2)
        return false;
    while (n_buckets < room)
        n_buckets *= 2;
    list->items = arena_calloc(arena, room, sizeof *list->items);
    list->buckets = arena_calloc(arena, n_buckets, sizeof *list->buckets);
    list->room = room;
    list->mask = n_buckets - 1;
    list->seed = hash_seed();
    return list->items && list->buckets;
}

void keyed_list_add(struct keyed_list *list, const char *key, size_t key_len, struct json *value)
{
    uint32_t hash = hash_bytes(list->seed, key, key_len), place = (uint32_t)list->n + 1;
    struct keyed_bucket *bucket = &list->buckets[hash & list->mask];

    if (list->n == list->room)
        return;
    list->items[list->n++] = (struct keyed_item){
        .value = value, .key = key, .key_len = key_len, .hash = hash};
    if (bucket->last)
        list->items[bucket->last - 1].next = place;
    else
        bucket->first = place;
    bucket->last = place;
}

struct keyed_item *keyed_list_find(const struct keyed_list *list, const char *key, size_t key_len,
                                   const struct keyed_item *after)
{
    uint32_t hash = after ? after->hash : hash_bytes(list->seed, key, key_len);
    uint32_t place = after ? after->next : list->buckets[hash & list->mask].first;

    while (place) {
        struct keyed_item *item = &list->items[place - 1];

        if (item->value && item->hash == hash && item->key_len == key_len &&
            memcmp(item->key, key, key_len) == 0)
            return item;
        place = item->next;
    }
    return NULL;
}

size_t keyed_list_values(const struct keyed_list *list, struct json **out)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].value)
            out[n++] = list->items[i].value;
    return n;
}
