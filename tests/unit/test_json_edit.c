/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/strbuf.h"

static struct arena *arena;
static struct json_document doc;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(json_edit, .init = setup, .fini = teardown);

static struct json *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;

    cr_assert(json_parse(&doc, arena, text, strlen(text), 100, &err) == 0, "%s: %s", text,
              err.message ? err.message : "");
    return &doc.root;
}

static void expect_text(const char *want)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct strbuf out = STRBUF_INIT;

    cr_assert(json_check(&doc, &err) == 0);
    json_write(&doc, &out);
    cr_expect_str_eq(out.s, want);
    strbuf_free(&out);
}

/* Adds {"n":[1,{}],"s":"x"} as member "new". */
static void add_sample(struct json *object)
{
    struct json *value = json_new(&doc, JSON_OBJECT), *list = json_new(&doc, JSON_ARRAY);

    json_append(&doc, list, json_new_integer(&doc, 1));
    json_append(&doc, list, json_new(&doc, JSON_OBJECT));
    json_add(&doc, value, "n", list);
    json_add(&doc, value, "s", json_new_string(&doc, "x"));
    json_add(&doc, object, "new", value);
}

/* A new member in a root object of each layout. */
static const struct {
    const char *before, *after;
} layouts[] = {
    {"{}", "{\"new\":{\"n\":[1,{}],\"s\":\"x\"}}"},
    {" \n {} \t\n", " \n {\"new\":{\"n\":[1,{}],\"s\":\"x\"}} \t\n"},
    {"{ }", "{\"new\":{\"n\":[1,{}],\"s\":\"x\"}}"},
    {"{\"a\":1}\n", "{\"a\":1,\"new\":{\"n\":[1,{}],\"s\":\"x\"}}\n"},
    {"{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 2, \"new\": {\"n\": [1, {}], \"s\": \"x\"}}"},
    {"{\"a\": 1}", "{\"a\": 1, \"new\": {\"n\": [1, {}], \"s\": \"x\"}}"},
    {"{ \"a\":1,  \"b\":2 }", "{ \"a\":1,  \"b\":2,  \"new\":{\"n\":[1,  {}],  \"s\":\"x\"} }"},
    {"{\n  \"a\": 1.50\n}\n",
     "{\n  \"a\": 1.50,\n  \"new\": {\n    \"n\": [\n      1,\n      {}\n    ],\n    \"s\": "
     "\"x\"\n  }\n}\n"},
    {"{\n\t\"a\" : 1,\n\t\"b\" : [ ]\n}",
     "{\n\t\"a\" : 1,\n\t\"b\" : [ ],\n\t\"new\" : {\n\t\t\"n\" : [\n\t\t\t1,\n\t\t\t{}\n\t\t],"
     "\n\t\t\"s\" : \"x\"\n\t}\n}"},
    {"{\r\n \"a\":1\r\n}",
     "{\r\n \"a\":1,\r\n \"new\":{\r\n  \"n\":[\r\n   1,\r\n   {}\r\n  ],\r\n  "
     "\"s\":\"x\"\r\n }\r\n}"},
    {"{\n\"a\":1}", "{\n\"a\":1,\n\"new\":{\n\"n\":[\n1,\n{}\n],\n\"s\":\"x\"\n}}"},
};

Test(json_edit, new_members_follow_the_layout)
{
    for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
        add_sample(parse(layouts[i].before));
        expect_text(layouts[i].after);
    }
}

/* In a container deeper down, with everything else as it was. */
Test(json_edit, only_the_way_to_the_edit_is_written_anew)
{
    struct json *root = parse(
        "{\n  \"x\" :  1e400,\n  \"a\": {\"b\": [\"\\u0041\",  2 ] , \"c\":{ } },\n"
        "  \"z\":[ 1,\n2],\n\n  \"u\": \"\\/\"\n}");

    json_append(&doc, json_find(&doc, json_find(&doc, root, "a"), "b"),
                json_new_string(&doc, "\"\n"));
    expect_text("{\n  \"x\" :  1e400,\n  \"a\": {\"b\": [\"\\u0041\",  2,  \"\\\"\\n\" ] , "
                "\"c\":{ } },\n  \"z\":[ 1,\n2],\n  \"u\": \"\\/\"\n}");
}

Test(json_edit, new_containers_on_one_line_in_an_indented_text)
{
    struct json *root = parse("{\n  \"a\": [{\"b\": 1}]\n}");
    struct json *v = json_new(&doc, JSON_OBJECT);

    json_add(&doc, v, "c", json_new_integer(&doc, -9223372036854775807 - 1));
    json_add(&doc, v, "d", json_new(&doc, JSON_TRUE));
    json_append(&doc, json_find(&doc, root, "a"), v);
    expect_text("{\n  \"a\": [{\"b\": 1}, {\"c\": -9223372036854775808, \"d\": true}]\n}");
}

Test(json_edit, an_empty_container_that_is_filled)
{
    struct json *root = parse("{\n  \"a\": {\n    \"b\": []\n  }\n}");

    json_append(&doc, json_find(&doc, json_find(&doc, root, "a"), "b"), json_new(&doc, JSON_NULL));
    expect_text("{\n  \"a\": {\n    \"b\": [\n      null\n    ]\n  }\n}");
}

Test(json_edit, replaces_in_place)
{
    struct json *root = parse("{\"a\":1, \"b\" : {\"c\":2},\"d\":3}");

    json_replace(&doc, json_find(&doc, root, "b"), json_new_integer(&doc, 5));
    expect_text("{\"a\":1, \"b\" : 5, \"d\":3}");
    json_replace(&doc, json_find(&doc, root, "d"), json_new(&doc, JSON_ARRAY));
    json_add(&doc, root, "e", json_new(&doc, JSON_FALSE));
    expect_text("{\"a\":1, \"b\" : 5, \"d\":[], \"e\":false}");
}

Test(json_edit, fills_a_null)
{
    struct json *root = parse(" null\n");

    json_fill(&doc, root, JSON_OBJECT);
    json_add(&doc, root, "a", json_new(&doc, JSON_NULL));
    json_fill(&doc, json_find(&doc, root, "a"), JSON_ARRAY);
    expect_text(" {\"a\":[]}\n");
}

Test(json_edit, renames)
{
    struct json *root = parse("{\"A\" : 1,\"B\":{\"x\":[ ]}}");

    json_rename(&doc, json_find(&doc, root, "B"), "b\"");
    expect_text("{\"A\" : 1,\"b\\\"\" : {\"x\":[ ]}}");
}

Test(json_edit, assigns_elements)
{
    struct json *root = parse("[1,2, 3]"), *v = json_first(&doc, root);
    struct json *items[] = {v->next->next, json_new_integer(&doc, 9), v};

    json_assign(&doc, root, items, 3);
    expect_text("[3,9,1]");
    json_assign(&doc, root, items, 0);
    expect_text("[]");
}

Test(json_edit, assigning_the_same_elements_edits_nothing)
{
    struct json *root = parse("[ 1,2, 3]"), *v = json_first(&doc, root);
    struct json *items[] = {v, v->next, v->next->next};

    json_assign(&doc, root, items, 3);
    cr_expect(!root->edited);
    expect_text("[ 1,2, 3]");
}

Test(json_edit, remembers_a_string_that_is_not_utf8)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct json *root = parse("{}");

    json_add(&doc, root, "a", json_new_string(&doc, "\xff"));
    json_add(&doc, root, "b", json_new_string(&doc, "fine"));
    cr_expect(json_check(&doc, &err) == -CDI_ERR_INVALID);
    json_rewind(&doc, "{}", 2);
    cr_expect(json_check(&doc, &err) == 0);
    json_add(&doc, &doc.root, "\xff", json_new(&doc, JSON_NULL));
    cr_expect(json_check(&doc, &err) == -CDI_ERR_INVALID);
    cdi_error_clear(&err);
}

/* An edited text is JSON again, and says what was edited. */
Test(json_edit, survives_reading_again)
{
    for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
        struct json *root = parse(layouts[i].after);

        add_sample(json_find(&doc, root, "new"));
        json_rename(&doc, json_find(&doc, json_find(&doc, root, "new"), "n"), "list");
        cr_expect(json_equal(&doc, json_find(&doc, json_find(&doc, root, "new"), "s"),
                             json_new_string(&doc, "x")));
    }
}

/* ---- json_remove ---- */

static const struct {
    const char *before;
    size_t n, remove[3]; /* indices of root's elements or members, as they were */
    const char *after;
} removals[] = {
    {"[1]", 1, {0}, "[]"},
    {"[1,2,3]", 1, {0}, "[2,3]"},
    {"[1,2,3]", 1, {1}, "[1,3]"},
    {"[1,2,3]", 1, {2}, "[1,2]"},
    {"[1,2,3]", 3, {2, 0, 1}, "[]"},
    {"{\"a\":1,\"b\":{\"x\" : 1.0},\"c\":\"\\u0041\"}",
     1,
     {0},
     "{\"b\":{\"x\" : 1.0},\"c\":\"\\u0041\"}"},
    {"{\"a\":1,\"b\":2}", 2, {0, 1}, "{}"},
};

Test(json_edit, remove)
{
    for (size_t i = 0; i < sizeof removals / sizeof *removals; i++) {
        struct json *root = parse(removals[i].before), *children[3] = {NULL};
        size_t n = 0;

        for (struct json *v = json_first(&doc, root); v; v = v->next)
            children[n++] = v;
        for (size_t k = 0; k < removals[i].n; k++)
            json_remove(&doc, children[removals[i].remove[k]]);
        cr_expect_eq(json_count(&doc, root), n - removals[i].n, "%zu", i);
        expect_text(removals[i].after);
    }
}

/* The last one goes, and others come behind what is left. */
Test(json_edit, append_after_remove)
{
    struct json *root = parse("[1,2]");

    json_remove(&doc, json_first(&doc, root)->next);
    json_append(&doc, root, json_new_integer(&doc, 3));
    expect_text("[1,3]");
    root = parse("[1]");
    json_remove(&doc, json_first(&doc, root));
    json_append(&doc, root, json_new_integer(&doc, 3));
    json_append(&doc, root, json_new_integer(&doc, 4));
    expect_text("[3,4]");
    cr_expect_eq(json_count(&doc, root), 2);
}

/* A member's name goes with it, and one of the same name can come. */
Test(json_edit, add_after_remove)
{
    struct json *root = parse("{ \"a\" : 1 , \"b\" : 2 }");

    json_remove(&doc, json_find(&doc, root, "a"));
    cr_expect_null(json_find(&doc, root, "a"));
    json_add(&doc, root, "a", json_new_integer(&doc, 3));
    expect_text("{ \"b\" : 2 , \"a\" : 3 }");
}

Test(json_edit, remove_nothing)
{
    struct json *root = parse("{ \"a\":1 }");

    json_remove(&doc, NULL);
    json_remove(&doc, root);
    expect_text("{ \"a\":1 }");
}
