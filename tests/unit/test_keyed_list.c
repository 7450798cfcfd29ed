/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "apply/keyed_list.h"
#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"

static struct arena *arena;
static struct keyed_list list;

static void setup(void)
{
    arena = arena_new();
    cr_assert(keyed_list_init(&list, arena, 2));
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(keyed_list, .init = setup, .fini = teardown);

static struct json values[300];

static void expect_values(struct json *const *want, size_t n)
{
    struct json *got[300];

    cr_assert_eq(keyed_list_values(&list, got), n);
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(got[i], want[i], "value %zu", i);
}

Test(keyed_list, finds_those_of_a_key_in_order)
{
    struct keyed_item *item;

    cr_expect_null(keyed_list_find(&list, "a", 1, NULL));
    keyed_list_add_old(&list, "a", 1, &values[0]);
    keyed_list_add_old(&list, "ab", 2, &values[1]);
    keyed_list_add(&list, "ab", 1, &values[2]);
    keyed_list_add(&list, "", 0, &values[3]);
    item = keyed_list_find(&list, "a", 1, NULL);
    cr_expect(item && item->value == &values[0] && item->was == &values[0]);
    item = keyed_list_find(&list, "a", 1, item);
    cr_expect(item && item->value == &values[2] && !item->was);
    cr_expect_null(keyed_list_find(&list, "a", 1, item));
    item = keyed_list_find(&list, "", 0, NULL);
    cr_expect(item && item->value == &values[3]);
    expect_values((struct json *[]){&values[0], &values[1], &values[2], &values[3]}, 4);
}

Test(keyed_list, removed_items_are_not_found)
{
    keyed_list_add_old(&list, "a", 1, &values[0]);
    keyed_list_add_old(&list, "a", 1, &values[1]);
    keyed_list_find(&list, "a", 1, NULL)->value = NULL;
    cr_expect_eq(keyed_list_find(&list, "a", 1, NULL)->value, &values[1]);
    expect_values((struct json *[]){&values[1]}, 1);
}

/* The room that was asked for is a guess; no item is lost. */
Test(keyed_list, grows)
{
    static char keys[300][8];
    struct json *all[300];

    for (size_t i = 0; i < 300; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "%zu", i);
        keyed_list_add(&list, keys[i], strlen(keys[i]), &values[i]);
        all[i] = &values[i];
    }
    cr_expect_not(list.failed);
    expect_values(all, 300);
    for (size_t i = 0; i < 300; i++)
        cr_expect_eq(keyed_list_find(&list, keys[i], strlen(keys[i]), NULL)->value, &values[i]);
}

Test(keyed_list, without_memory)
{
    struct keyed_list none;

    cr_expect_not(keyed_list_init(&none, arena, SIZE_MAX));
    cr_expect_not(keyed_list_init(&none, arena, (size_t)UINT32_MAX / 2 + 1));
}

/* A list that is full and cannot grow remembers that. */
Test(keyed_list, remembers_an_item_that_is_missing)
{
    keyed_list_add(&list, "a", 1, &values[0]);
    keyed_list_add(&list, "b", 1, &values[1]);
    list.room = (size_t)UINT32_MAX / 2;
    list.n = list.room;
    keyed_list_add(&list, "c", 1, &values[2]);
    cr_expect(list.failed);
    cr_expect_not(keyed_list_add_key(&list, "d", 1));
    cr_expect_eq(list.n, list.room);
}

Test(keyed_list, a_set_has_each_key_once)
{
    cr_expect(keyed_list_add_key(&list, "a", 1));
    cr_expect(keyed_list_add_key(&list, "b", 1));
    cr_expect_not(keyed_list_add_key(&list, "a", 1));
    cr_expect(keyed_list_add_key(&list, "a\0", 2));
    cr_expect(keyed_list_has_key(&list, "a\0", 2));
    cr_expect_not(keyed_list_has_key(&list, "a\0\0", 3));
    cr_expect_eq(list.n, 3);
    cr_expect_null(keyed_list_find(&list, "a", 1, NULL));
}

Test(keyed_list, an_old_value_comes_back)
{
    static const char text[] = "[1, 2, 2]";
    struct json_document doc;
    struct json *one, *two, *other;

    cr_assert_eq(json_parse(&doc, arena, text, strlen(text), 2, NULL), 0);
    one = json_first(&doc, &doc.root);
    two = one->next;
    other = two->next;
    keyed_list_add_old(&list, "k", 1, one);
    keyed_list_add_old(&list, "k", 1, two);
    keyed_list_add_old(&list, "l", 1, other);
    /* 2 takes the place of 1, and is the displaced 2. The one that is in place stays there. */
    list.items[0].value = json_new_integer(&doc, 2);
    list.items[1].value = NULL;
    keyed_list_add(&list, "k", 1, json_new_integer(&doc, 1));
    keyed_list_add(&list, "k", 1, json_new_integer(&doc, 2));
    keyed_list_add(&list, "l", 1, json_new_integer(&doc, 2));
    keyed_list_keep_old(&list, &doc);
    cr_expect_eq(list.items[0].value, two);
    cr_expect_eq(list.items[2].value, other);
    cr_expect_eq(list.items[3].value, one);
    cr_expect_neq(list.items[4].value, two);
    cr_expect_neq(list.items[5].value, other);
}

/* Nobody can know which keys share a bucket. */
Test(keyed_list, is_seeded)
{
    cr_expect_eq(list.seed, hash_seed());
}
