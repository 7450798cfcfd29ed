/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"

struct json_key {
    uint32_t offset; /* in the text */
    uint32_t len : 31;
    uint32_t escaped : 1;
    uint32_t hash; /* of what the name says */
};

void json_keys_init(struct json_keys *keys, const char *text)
{
    *keys = (struct json_keys){.text = text, .seed = hash_seed()};
}

void json_keys_free(struct json_keys *keys)
{
    free(keys->stack);
    free(keys->spare);
    *keys = (struct json_keys){0};
}

/* What an escaped name says. Short ones, which are nearly all, need no memory. */
struct decoded {
    char small[128];
    char *large;
    const char *s;
    size_t len;
};

static void decoded_free(const struct decoded *d)
{
    free(d->large);
}

static bool decode_name(const struct json_keys *keys, const struct json_key *key,
                        struct decoded *out)
{
    const char *raw = keys->text + key->offset;
    char *room = key->len <= sizeof out->small ? out->small : (out->large = malloc(key->len));

    if (!room)
        return false;
    out->len = json_decode(raw, key->len, room);
    out->s = room;
    return true;
}

/* 1 if both names say the same, 0 if not, -1 without memory. */
static int same_name(const struct json_keys *keys, const struct json_key *a,
                     const struct json_key *b)
{
    _cleanup_(decoded_free) struct decoded x = {.large = NULL}, y = {.large = NULL};

    if (!a->escaped && !b->escaped)
        return a->len == b->len &&
               memcmp(keys->text + a->offset, keys->text + b->offset, a->len) == 0;
    if (!decode_name(keys, a, &x) || !decode_name(keys, b, &y))
        return -1;
    return x.len == y.len && memcmp(x.s, y.s, x.len) == 0;
}

/* Makes room in an array of names. */
static bool make_room(struct json_key **array, size_t *room, size_t n)
{
    size_t more = *room + *room / 2;
    struct json_key *larger;

    if (n <= *room)
        return true;
    more = more < n ? n : more;
    more = more < 128 ? 128 : more;
    larger = reallocarray(*array, more, sizeof *larger);
    if (!larger)
        return false;
    *array = larger;
    *room = more;
    return true;
}

bool json_keys_add(struct json_keys *keys, const char *name, size_t len, bool escaped)
{
    struct json_key *key;

    if (!make_room(&keys->stack, &keys->room, keys->n + 1))
        return false;
    key = &keys->stack[keys->n++];
    key->offset = (uint32_t)(name - keys->text);
    key->len = (uint32_t)len & 0x7fffffffU;
    key->escaped = escaped;
    if (escaped) {
        _cleanup_(decoded_free) struct decoded text = {.large = NULL};

        if (!decode_name(keys, key, &text))
            return false;
        key->hash = hash_bytes(keys->seed, text.s, text.len);
    } else {
        key->hash = hash_bytes(keys->seed, name, len);
    }
    return true;
}

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS };

/* One pass of a stable sort by the bits of the hash from `shift` on. */
static void sort_pass(const struct json_key *from, struct json_key *to, size_t n, int shift)
{
    uint32_t place[RADIX] = {0}, sum = 0;

    for (size_t i = 0; i < n; i++)
        place[from[i].hash >> shift & (RADIX - 1)]++;
    for (size_t i = 0; i < RADIX; i++) {
        uint32_t count = place[i];

        place[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[place[from[i].hash >> shift & (RADIX - 1)]++] = from[i];
}

/* The names by hash, those of one hash in the order of the text; NULL without memory. */
static struct json_key *sort_names(struct json_keys *keys, struct json_key *names, size_t n)
{
    if (!make_room(&keys->spare, &keys->spare_room, n))
        return NULL;
    sort_pass(names, keys->spare, n, 0);
    sort_pass(keys->spare, names, n, RADIX_BITS);
    sort_pass(names, keys->spare, n, 2 * RADIX_BITS);
    return keys->spare;
}

/*
 * Compares each name with those behind it: with all of them, or if they are sorted with those
 * of its hash. The result is that of json_keys_close().
 */
static int find_repeated(const struct json_keys *keys, const struct json_key *names, size_t n,
                         bool sorted, const struct json_key **repeated)
{
    *repeated = NULL;
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            int same = 0;

            if (names[i].hash == names[j].hash)
                same = same_name(keys, &names[i], &names[j]);
            else if (sorted)
                break;
            if (same < 0)
                return -1;
            if (same && (!*repeated || names[j].offset < (*repeated)->offset))
                *repeated = &names[j];
            if (same)
                break;
        }
    return *repeated ? 1 : 0;
}

int json_keys_close(struct json_keys *keys, size_t base, const char **name, size_t *len)
{
    enum { FEW = 16 }; /* so few that sorting them takes longer */
    const struct json_key *repeated;
    size_t n = keys->n - base;
    struct json_key *names;
    int r;

    keys->n = base;
    if (n < 2)
        return 0;
    names = keys->stack + base;
    if (n > FEW && !(names = sort_names(keys, names, n)))
        return -1;
    r = find_repeated(keys, names, n, n > FEW, &repeated);
    if (r > 0) {
        *name = keys->text + repeated->offset;
        *len = repeated->len;
    }
    return r;
}
