/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The member names of all objects that are open at a point of a text, for finding repeated ones
 * in linear time. Names of an object that was closed are forgotten, so the memory goes with
 * what is open.
 */
#ifndef CDIKIT_BASE_JSON_KEYS_H
#define CDIKIT_BASE_JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_keys {
    const char *text;
    struct json_key *stack; /* names in the order of the text */
    size_t n, room;
    struct json_key *spare; /* for sorting */
    size_t spare_room;
    uint64_t seed;
};

/* Starts empty; the names are spans of `text`, which is shorter than 2 GiB. */
void json_keys_init(struct json_keys *keys, const char *text);
void json_keys_free(struct json_keys *keys);

/* Adds what is between a name's quotes. Returns false without memory. */
bool json_keys_add(struct json_keys *keys, const char *name, size_t len, bool escaped);

/*
 * Closes the object whose names begin at `base` of the stack. Returns 0, -1 without memory, or
 * 1 if a name is repeated, with the first repetition in *name and *len.
 */
int json_keys_close(struct json_keys *keys, size_t base, const char **name, size_t *len);

#endif
