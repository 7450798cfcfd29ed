/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cdikit/spec.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/yaml.h"

/* A tree on one line: strings quoted, other scalars as type:text. */
static void dump(struct strbuf *b, const struct yaml_node *node)
{
    static const char *const types[] = {"", "null", "bool:", "int:", "uint:", "float:"};
    char text[SCALAR_TEXT_MAX];

    if (node->kind == YAML_SCALAR && node->scalar.type == SCALAR_STRING) {
        cr_expect_eq(strlen(node->scalar.s), node->len);
        strbuf_printf(b, "\"%s\"", node->scalar.s);
    } else if (node->kind == YAML_SCALAR) {
        (void)scalar_format(&node->scalar, text);
        strbuf_printf(b, "%s%s", types[node->scalar.type], text);
    } else if (node->kind == YAML_SEQUENCE) {
        strbuf_addch(b, '[');
        for (size_t i = 0; i < node->len; i++) {
            strbuf_addstr(b, i ? " " : "");
            dump(b, node->items[i]);
        }
        strbuf_addch(b, ']');
    } else {
        strbuf_addch(b, '{');
        for (size_t i = 0; i < node->len; i++) {
            strbuf_printf(b, "%s%s=", i ? " " : "", node->entries[i].key->scalar.s);
            dump(b, node->entries[i].value);
        }
        strbuf_addch(b, '}');
    }
}

static const struct {
    const char *text;
    const char *tree;
} trees[] = {
    {"a: 1", "{a=int:1}"},
    {"{a: 1, b: [x, 'y', \"z\", ], }", "{a=int:1 b=[\"x\" \"y\" \"z\"]}"},
    {"\xEF\xBB\xBF"
     "a: b\r\nc: d\r\n",
     "{a=\"b\" c=\"d\"}"},
    {"# comment\n---\na: b # more\n...\nrest: [", "{a=\"b\"}"},
    {"a: b\n---\n\"unterminated", "{a=\"b\"}"},
    {"{\"a\": \"b\"} trailing", "{a=\"b\"}"},
    {"{\n\t\"a\":\t1\n}", "{a=int:1}"},
    {"%YAML 1.1\n---\na: b", "{a=\"b\"}"},
    {"? a\n: b\n? c\n", "{a=\"b\" c=null}"},
    /* keys become strings */
    {"1: a\n010: b\ntrue: c\n1.5: d\n.inf: e\n-.inf: f\n.nan: g",
     "{1=\"a\" 8=\"b\" true=\"c\" 1.5=\"d\" .inf=\"e\" -.inf=\"f\" .nan=\"g\"}"},
    {"'': a", "{=\"a\"}"},
    /* scalars */
    {"[a b\n c, 'd\n\n e', \"f\\\n g\"]", "[\"a b c\" \"d\ne\" \"fg\"]"},
    {"- |\n  a\n   b\n- >-\n  c\n  d\n- |+\n  e\n\n", "[\"a\n b\n\" \"c d\" \"e\n\n\"]"},
    {"[\"\\x41\\u00e9\\U0001F600\\n\\/\\0\"]", "[\"A\xC3\xA9\xF0\x9F\x98\x80\n/\xC0\x80\"]"},
    {"[1, , 2]", "ERROR"},
    {"[\"1\", '1', 1, 1_0, y, ~, 18446744073709551615, 1.5]",
     "[\"1\" \"1\" int:1 int:10 bool:true null uint:18446744073709551615 float:1.5]"},
    /* tags */
    {"[!!str 5, !!str yes, !!str , !foo 5, !!foo 5, !<tag:yaml.org,2002:str> 5]",
     "[\"5\" \"yes\" \"\" \"5\" \"5\" \"5\"]"},
    {"[!!int '7', !!int 0x10, !!float 7, !!float 1.5, !!bool \"yes\", !!null '', ! 12, ! \"13\"]",
     "[int:7 int:16 float:7 float:1.5 bool:true null \"12\" \"13\"]"},
    {"[!!timestamp 2001-01-01, !!binary YWJj, !!binary 'YWI=', !!binary YQ==, !!binary '']",
     "[\"2001-01-01\" \"abc\" \"ab\" \"a\" \"\"]"},
    {"[!!binary AA==, !!binary QT3/, !!binary wIA=]",
     "[\"\xC0\x80\" \"A=\xEF\xBF\xBD\" \"\xEF\xBF\xBD\xEF\xBF\xBD\"]"},
    {"%TAG !! tag:other,2000:\n---\n[!!int 5]", "[\"5\"]"},
    {"!!seq {a: !!int [b]}", "{a=[\"b\"]}"},
    /* anchors and merges */
    {"[&a x, *a, &a q, *a]", "[\"x\" \"x\" \"q\" \"q\"]"},
    {"a: &n 5\nb: *n\n*n : c", "{a=int:5 b=int:5 5=\"c\"}"},
    {"a: &e {x: 1}\nb: {<<: *e, q: 2}\nc: {q: 3, <<: {x: 4}}",
     "{a={x=int:1} b={x=int:1 q=int:2} c={q=int:3 x=int:4}}"},
    {"a: {<<: [{x: 1}, {q: 2}], z: 3}", "{a={x=int:1 q=int:2 z=int:3}}"},
    {"a: &e {x: 1}\nb: &f {<<: *e}\nc: {<<: *f, <<: {q: 2}}",
     "{a={x=int:1} b={x=int:1} c={x=int:1 q=int:2}}"},
    {"{\"<<\": {a: b}}", "{<<={a=\"b\"}}"},
    /* errors */
    {"[", "ERROR"},
    {"a: b\n\tc: d", "ERROR"},
    {"a: [\"\\ud83d\\ude00\"]", "ERROR"},
    {"a: \"\xFF\"", "ERROR"},
    {"a: \"\x01\"", "ERROR"},
    {"a: \xC0\x80", "ERROR"},
    {"%YAML 1.2\n---\na: b", "ERROR"},
    {"*a", "ERROR"},
    {"&a [*a]", "ERROR"},
    {"&a {b: {<<: *a}}", "ERROR"},
    {"{[a]: b}", "ERROR"},
    {"{{a: b}: c}", "ERROR"},
    {"~: a", "ERROR"},
    {": a", "ERROR"},
    {"9223372036854775808: a", "ERROR"},
    {"<<: a", "ERROR"},
    {"<<: [a]", "ERROR"},
    {"<<:", "ERROR"},
    {"!!int a", "ERROR"},
    {"!!float 0.6.0", "ERROR"},
    {"!!float 18446744073709551615", "ERROR"},
    {"!!bool 1", "ERROR"},
    {"!!null a", "ERROR"},
    {"!!timestamp a", "ERROR"},
    {"!!int ''", "ERROR"},
    {"!!binary '*'", "ERROR"},
    {"!!binary YW", "ERROR"},
    {"!!binary YW=", "ERROR"},
    {"!!binary YWI=YWI=", "ERROR"},
    /* A '?' in plain text between brackets: the Go library's scanner ends the text there. */
    {"[a?b]", "ERROR"},
    {"{k: http://h/?q=1}", "ERROR"},
    {"[[a], {b: [c?]}]", "ERROR"},
    {"[a: ?b]", "ERROR"},
    {"['a?b', \"c?d\"]", "[\"a?b\" \"c?d\"]"},
    {"k: [a]\nl: a?b\n", "{k=[\"a\"] l=\"a?b\"}"},
};

Test(yaml, trees)
{
    for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root = NULL;
        int r = yaml_read(arena, trees[i].text, strlen(trees[i].text), "name", &root, &err);

        if (strcmp(trees[i].tree, "ERROR") == 0) {
            cr_expect_lt(r, 0, "%s", trees[i].text);
            cr_expect_str_eq(err.file, "name");
            cr_expect(err.pos.line > 0 && err.pos.column > 0, "%s: %s", trees[i].text, err.message);
            continue;
        }
        cr_expect_eq(r, 0, "%s: %s", trees[i].text, err.message);
        if (r < 0)
            continue;
        dump(&b, root);
        cr_expect_str_eq(b.s, trees[i].tree, "%s: %s", trees[i].text, b.s);
    }
}

Test(yaml, no_document)
{
    static const char *const texts[] = {"", "# comment", "\n\n"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const struct yaml_node *root = NULL;

        cr_expect_eq(yaml_read(arena, texts[i], strlen(texts[i]), NULL, &root, NULL), 0);
        cr_expect_null(root, "%s", texts[i]);
    }
}

Test(yaml, utf16)
{
    static const char text[] = "\xFF\xFE"
                               "a\0:\0 \0\xE9\0\n";
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct yaml_node *root;

    cr_assert_eq(yaml_read(arena, text, sizeof text, NULL, &root, NULL), 0);
    cr_expect_str_eq(root->entries[0].value->scalar.s, "\xC3\xA9");
}

Test(yaml, positions)
{
    static const char text[] = "a:\n  - \xC3\xA9\xC3\xA9: x\n    b: [1, 22]\n";
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct yaml_node *root, *item, *list;

    cr_assert_eq(yaml_read(arena, text, sizeof text - 1, NULL, &root, NULL), 0);
    item = root->entries[0].value->items[0];
    cr_expect(root->pos.line == 1 && root->pos.column == 1);
    cr_expect(item->pos.line == 2 && item->pos.column == 5);
    cr_expect_eq(item->entries[0].value->pos.column, 9, "columns count characters");
    list = item->entries[1].value;
    cr_expect(list->items[1]->pos.line == 3 && list->items[1]->pos.column == 12);
}

/* Texts that would take a naive reader seconds, or gigabytes; each must end soon in an error. */
static const struct {
    const char *head, *unit, *tail;
    size_t times;
} hostile[] = {
    {"x: ", "[", "", 100000}, {"x: ", "[\n", "", 100000}, {"", "{a: ", "", 100000},
    {"", "- ", "a", 300000},  {"", "? ", "a", 300000},    {"", "%TAG !a! tag:x\n", "--- a", 100000},
};

static char *repeat(size_t i, size_t *len)
{
    struct strbuf b = STRBUF_INIT;

    strbuf_addstr(&b, hostile[i].head);
    for (size_t k = 0; k < hostile[i].times; k++)
        strbuf_addstr(&b, hostile[i].unit);
    strbuf_addstr(&b, hostile[i].tail);
    return strbuf_take(&b, len);
}

Test(yaml, hostile_texts_end_soon)
{
    for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const struct yaml_node *root;
        size_t len;
        _cleanup_free_ char *text = repeat(i, &len);
        clock_t start = clock();

        cr_expect_lt(yaml_read(arena, text, len, NULL, &root, &err), 0);
        cr_expect_lt(clock() - start, CLOCKS_PER_SEC / 2, "%s", hostile[i].unit);
    }
}

Test(yaml, many_tag_directives_are_a_limit)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const struct yaml_node *root;
    clock_t start;

    for (int i = 0; i < 100000; i++)
        strbuf_printf(&b, "%%TAG !a%d! tag:x\n", i);
    strbuf_addstr(&b, "--- a\n");
    start = clock();
    cr_expect_lt(yaml_read(arena, b.s, b.len, NULL, &root, &err), 0);
    cr_expect_eq(err.code, CDI_ERR_LIMIT);
    cr_expect_lt(clock() - start, CLOCKS_PER_SEC / 2);
}

Test(yaml, alias_bomb_is_a_limit)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const struct yaml_node *root;

    strbuf_addstr(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
        strbuf_printf(&b, "a%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            strbuf_printf(&b, "*a%d, ", i - 1);
        strbuf_addstr(&b, "]\n");
    }
    cr_expect_lt(yaml_read(arena, b.s, b.len, NULL, &root, &err), 0);
    cr_expect_eq(err.code, CDI_ERR_LIMIT);
}

Test(yaml, depth_limit)
{
    for (size_t depth = CDI_SPEC_MAX_DEPTH; depth <= CDI_SPEC_MAX_DEPTH + 1; depth++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root;
        int r;

        for (size_t i = 0; i < depth; i++)
            strbuf_addch(&b, '[');
        for (size_t i = 0; i < depth; i++)
            strbuf_addch(&b, ']');
        r = yaml_read(arena, b.s, b.len, NULL, &root, NULL);
        cr_expect_eq(r, depth > CDI_SPEC_MAX_DEPTH ? -CDI_ERR_LIMIT : 0);
    }
    for (int quoted = 0; quoted < 2; quoted++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root;

        strbuf_addstr(&b, quoted ? "'" : "# ");
        for (int i = 0; i < 1000; i++)
            strbuf_addch(&b, '[');
        strbuf_addstr(&b, quoted ? "'" : "\na: b");
        cr_expect_eq(yaml_read(arena, b.s, b.len, NULL, &root, NULL), 0, "brackets in text");
    }
}
