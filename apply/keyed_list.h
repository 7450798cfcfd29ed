/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of an array that have a key (the name of a variable, the path of a device node,
 * the destination of a mount), which several of them may share. Finding one takes the same time
 * however many there are. Without values it is a set of keys.
 */
#ifndef CDIKIT_APPLY_KEYED_LIST_H
#define CDIKIT_APPLY_KEYED_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json;
struct json_document;

struct keyed_item {
    struct json *value; /* NULL: removed */
    struct json *was;   /* the value that the document has here, NULL: none */
    const char *key;    /* not owned */
    size_t key_len;
    uint32_t hash;
    uint32_t next; /* index + 1 of the next in its bucket */
};

struct keyed_list {
    struct keyed_item *items; /* in the order of the array */
    size_t n, room;
    bool failed; /* an item is missing, for want of memory: as with struct strbuf */
    struct keyed_bucket *buckets;
    size_t mask;
    uint64_t seed;
    struct arena *arena;
};

/* Makes an empty list for about `room` items, from the arena. Returns false without memory. */
bool keyed_list_init(struct keyed_list *list, struct arena *arena, size_t room);

/* Adds an item of the document, or a new one, at the end. Pointers to items are void then. */
void keyed_list_add_old(struct keyed_list *list, const char *key, size_t key_len,
                        struct json *value);
void keyed_list_add(struct keyed_list *list, const char *key, size_t key_len, struct json *value);

/* The first item with this key behind `after` (NULL: of all), NULL if there is none. */
struct keyed_item *keyed_list_find(const struct keyed_list *list, const char *key, size_t key_len,
                                   const struct keyed_item *after);

/*
 * Adds a key to a set, whose items have no value. Returns false if it is in the set, and on
 * failure.
 */
bool keyed_list_add_key(struct keyed_list *list, const char *key, size_t key_len);

/* True if the key is in the set. */
bool keyed_list_has_key(const struct keyed_list *list, const char *key, size_t key_len);

/*
 * Where a new value says what a displaced one of the same key said, the old one comes back, as
 * it was written.
 */
void keyed_list_keep_old(struct keyed_list *list, struct json_document *doc);

/* The values in order, without the removed ones; fills out[], which has room for list->n. */
size_t keyed_list_values(const struct keyed_list *list, struct json **out);

#endif
