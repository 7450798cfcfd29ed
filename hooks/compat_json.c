/* SPDX-License-Identifier: Apache-2.0 */
/* What the note of a compatibility library says. */
#include "base/arena.h"
#include "base/ascii.h"
#include "base/json.h"
#include "hooks/compat_note.h"

#define MAX_DEPTH   8
#define MAX_MEMBERS 64

struct numbers {
    uint32_t *items;
    size_t n;
};

/* 1, or 0 if there is something else in the array; a negative error without memory. */
static int read_numbers(const struct json *array, struct arena *arena, struct numbers *out,
                        struct cdi_error *err)
{
    struct json_walk walk = json_walk(array);
    const struct json *element;
    uint32_t number;

    while ((element = json_walk_next(&walk))) {
        if (!json_uint32(element, &number))
            return 0;
        out->items = arena_grow(arena, out->items, out->n, sizeof number);
        if (!out->items)
            return cdi_error_nomem(err);
        out->items[out->n++] = number;
    }
    return 1;
}

enum member { MEMBER_FORMAT, MEMBER_CUDA, MEMBER_DRIVER, MEMBER_DEVICE, N_MEMBERS };

static const struct {
    const char *name;
    enum json_type type;
    const char *must_be;
} members[N_MEMBERS] = {
    [MEMBER_FORMAT] = {"format", JSON_NUMBER, "a whole number"},
    [MEMBER_CUDA] = {"CUDA version", JSON_STRING, "a string"},
    [MEMBER_DRIVER] = {"driver", JSON_ARRAY, "a list of whole numbers"},
    [MEMBER_DEVICE] = {"device", JSON_ARRAY, "a list of whole numbers"},
};

/* Names are written in any letter case. */
static enum member find_member(const struct json *value)
{
    enum member m = 0;

    for (; m < N_MEMBERS; m++) {
        const char *name = members[m].name;
        size_t i = 0;

        while (i < value->key_len && name[i] &&
               ascii_tolower(name[i]) == ascii_tolower(value->key[i]))
            i++;
        if (i == value->key_len && !name[i])
            break;
    }
    return m;
}

static int read_member(struct json_document *doc, struct json *value, enum member m,
                       struct compat_note *note, struct cdi_error *err)
{
    struct numbers numbers = {.n = 0};
    uint32_t format;
    int fits = value->type == members[m].type;

    if (fits && m == MEMBER_FORMAT)
        fits = json_uint32(value, &format);
    else if (fits && m == MEMBER_CUDA)
        note->cuda = json_string(doc, value);
    else if (fits)
        fits = read_numbers(value, doc->arena, &numbers, err);
    if (fits < 0)
        return fits;
    if (!fits)
        return cdi_error_set(err, CDI_ERR_INVALID, "the note's member \"%s\" must be %s",
                             members[m].name, members[m].must_be);
    if (m == MEMBER_DRIVER) {
        note->drivers = numbers.items;
        note->n_drivers = numbers.n;
    }
    return 0;
}

int compat_note_parse(char *text, size_t len, struct arena *arena, struct compat_note *note,
                      struct cdi_error *err)
{
    struct json_document doc;
    unsigned seen = 0;
    int r;

    *note = (struct compat_note){.cuda = ""};
    text[len] = '\0';
    if ((r = json_parse(&doc, arena, text, len, MAX_DEPTH, err)) < 0)
        return r;
    if (doc.root.type != JSON_OBJECT)
        return cdi_error_set(err, CDI_ERR_INVALID, "the note is not a JSON object");
    doc.max_children = MAX_MEMBERS;
    for (struct json *value = json_first(&doc, &doc.root); value; value = value->next) {
        enum member m = find_member(value);

        if (m == N_MEMBERS || value->type == JSON_NULL)
            continue;
        if (seen & 1U << m)
            return cdi_error_set(err, CDI_ERR_INVALID, "the note's member \"%s\" is repeated",
                                 members[m].name);
        seen |= 1U << m;
        if ((r = read_member(&doc, value, m, note, err)) < 0)
            return r;
    }
    note->there = true;
    return json_check(&doc, err);
}
