/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of an array that have a key (the name of a variable, the path of a device node,
 * the destination of a mount), which several of them may share. Finding one takes the same time
 * however many there are.
 */
#ifndef CDIKIT_APPLY_KEYED_LIST_H
#define CDIKIT_APPLY_KEYED_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json;

struct keyed_item {
    struct json *value; /* NULL: removed */
    const char *key;    /* not owned */
    size_t key_len;
    uint32_t hash;
    uint32_t next; /* index + 1 of the next in its bucket */
};

struct keyed_list {
    struct keyed_item *items; /* in the order of the array */
    size_t n, room;
    struct keyed_bucket *buckets;
    size_t mask;
    uint64_t seed;
};

/* Makes an empty list with room for `room` items, from the arena. Returns false without memory. */
bool keyed_list_init(struct keyed_list *list, struct arena *arena, size_t room);

/* Adds an item at the end; there must be room. */
void keyed_list_add(struct keyed_list *list, const char *key, size_t key_len, struct json *value);

/* The first item with this key behind `after` (NULL: of all), NULL if there is none. */
struct keyed_item *keyed_list_find(const struct keyed_list *list, const char *key, size_t key_len,
                                   const struct keyed_item *after);

/* The values in order, without the removed ones; fills out[], which has room for list->n. */
size_t keyed_list_values(const struct keyed_list *list, struct json **out);

#endif
