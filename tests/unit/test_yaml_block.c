/* SPDX-License-Identifier: Apache-2.0 */
/* What the block reader reads, libyaml reads the same; what is not certain, it leaves alone. */
#include <criterion/criterion.h>
#include <string.h>

#include <cdikit/spec.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/yaml_producers.h"

/* All of a tree that its readers can see, as text. */
static void dump(struct strbuf *b, const struct yaml_node *node)
{
    char text[SCALAR_TEXT_MAX];

    strbuf_printf(b, "%u:%u ", node->pos.line, node->pos.column);
    if (node->kind == YAML_SCALAR && node->scalar.type == SCALAR_STRING) {
        cr_expect_eq(strlen(node->scalar.s), node->len);
        strbuf_printf(b, "\"%s\"%s ", node->scalar.s, node->merge ? " merge" : "");
    } else if (node->kind == YAML_SCALAR) {
        (void)scalar_format(&node->scalar, text);
        strbuf_printf(b, "%d %s ", (int)node->scalar.type, text);
    } else {
        strbuf_printf(b, "%s %u %u ( ", node->kind == YAML_MAPPING ? "map" : "list", node->len,
                      node->weight);
        cr_expect_not(node->open);
        for (size_t i = 0; i < node->len; i++) {
            if (node->kind == YAML_MAPPING) {
                dump(b, node->entries[i].key);
                dump(b, node->entries[i].value);
            } else {
                dump(b, node->items[i]);
            }
        }
        strbuf_addstr(b, ") ");
    }
}

static const char *const read_texts[] = {
    "a: b",
    "a: b\n",
    "---\na: b\n",
    "# license\n\n---\na: b\n",
    "\n\na: b\n\n\n",
    "a: b\n   ",
    "  a: b\n  c: d\n",
    "- a\n- b\n",
    "a:\n- b\n- c\nd: e\n",
    "a:\n    - b\n    - c\nd: e\n",
    "a:\n  b:\n    c: d\n  e: f\n",
    "- a: b\n  c: d\n- e: f\n",
    "-   a: b\n    c: d\n",
    "- a:\n  - b\n  c: d\n",
    "- a:\n    b: c\n  d: e\n- f\n",
    "a:   \n  b: c\n",
    "a: # comment\n  b: c # comment\n# comment\n      # comment\n  d: e\n",
    "a: b   \nc: 'd'   \ne: \"f\"  # g\n",
    "a: b c  d\n",
    "a: b#c\n",
    "a: b:c:d\n",
    "a:b: c\n",
    "a b: c\n",
    "'a b': 'c d'\n\"e: f\": \"g # h\"\n",
    "'': \"\"\n",
    "a: '\"'\nb: \"'\"\n",
    "a: 'x\xC3\xA9'\nb: \xE4\xB8\xAD c \xF0\x9F\x98\x80 d # \xC2\xA0\n\xC3\xA9\xC3\xA9: {}\n",
    "a: []\nb: {}\nc:\n- []\n- {}\n",
    "a: [b]\nc: [d, e,f , 'g', \"h, i\" ]  # j\n",
    "a: [1, true, -x, --link, a=b, /c]\n",
    "a: 1\nb: 010\nc: 0x1F\nd: 1_000\ne: -7\nf: 1.5\ng: ~\nh: null\ni: yes\nj: .inf\nk: 1:30\n",
    "a: 999999999999999999\nb: 9223372036854775807\nc: 9223372036854775808\nd: 0\ne: 00\n",
    "1: a\non: b\n1.5: c\n0x10: d\n",
    "- -a\n- --link\n- -1\n- ---\n- a - b\n",
    "- ../card0::/dev/dri/by-path/pci-0000:07:00.0-card\n",
    "- a[0]\n- b{c}\n- d,e\n- f&g\n- h*i\n- j!k\n- l|m\n- n>o\n- p?q\n- r%s\n- t@u\n- v\\w\n",
    "a: b\na: c\n",
};

static const char *const declined_texts[] = {
    "",
    "\n",
    "# comment\n",
    "---\n",
    "--- a",
    "---\n---\na: b\n",
    "a: b\n---\n",
    "a: b\n...\n",
    "...  a: b\n",
    "---  a: b\n",
    "%YAML 1.1\n---\na: b\n",
    "a",
    "'a'",
    "{a: b}",
    " {\"a\": 1}",
    "[a]",
    "a: {b: c}\n",
    "a:\n",
    "a:\nb: c\n",
    "- a:\n- b\n",
    "-\n",
    "- \n  a\n",
    "- - a\n",
    "- a\n-\n",
    "a: b\n  c\n",
    "a: b\n - c\n",
    "a:\n  b\n",
    "a: 'b\n  c'\n",
    "a: \"b\n",
    "a: 'it''s'\n",
    "a: \"\\x41\"\n",
    "a: 'b'c\n",
    "a: 'b'#c\n",
    "a: []#c\n",
    "a: b: c\n",
    "a: b:\n",
    "a : b\n",
    "a:b\n",
    "'a':b\n",
    "a: b :\n",
    "a: - b\n",
    "a: ? b\n",
    "? a\n: b\n",
    ": a\n",
    "a: &b c\n",
    "a: *b\n",
    "a: !b c\n",
    "a: |\n  b\n",
    "a: >\n  b\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\n",
    "<<: a\n",
    "~: a\n",
    "null: a\n",
    "9223372036854775808: a\n",
    "a:\tb\n",
    "a: b\tc\n",
    "a: \"b\tc\"\n",
    "\ta: b\n",
    "a: b\r\n",
    "a: b\x01\n",
    "a: b # \x01\n",
    "a: b\x7F\n",
    "a: \xFF\n",
    "a: \xC0\x80\n",
    "a: \xED\xA0\x80\n",
    "a: 'b\xC2\x85'\n",
    "a: b\xE2\x80\xA8\n",
    "\xEF\xBB\xBF- a\n",
    "a: b \xEF\xBB\xBF\n",
    "a: \xE4\xB8",
    "a:\n    b: c\n  d: e\n",
    "  a: b\nc: d\n",
    "a: b\n  c: d\n",
    "a: b\n- c\n",
    "- a\nb: c\n",
    "- a\n - b\n",
    "a:\n  - b\n c: d\n",
    "a: [b\n",
    "a: [b,\n  c]\n",
    "a: [b,]\n",
    "a: [, b]\n",
    "a: [b c]\n",
    "a: [b: c]\n",
    "a: [- b]\n",
    "a: [[b]]\n",
    "a: [b] c\n",
    "- [a]: b\n",
    "- {}: b\n",
};

Test(yaml_block, reads_what_libyaml_reads)
{
    for (size_t i = 0; i < ARRAY_SIZE(read_texts); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf block = STRBUF_INIT, libyaml = STRBUF_INIT;
        const char *text = read_texts[i];
        const struct yaml_node *root = NULL;

        cr_assert_eq(yaml_block_read(arena, text, strlen(text), &root, NULL), 1, "%s", text);
        dump(&block, root);
        cr_assert_eq(yaml_libyaml_read(arena, text, strlen(text), NULL, &root, NULL), 0);
        dump(&libyaml, root);
        cr_expect_str_eq(block.s, libyaml.s, "%s", text);
    }
}

Test(yaml_block, leaves_the_rest_alone)
{
    for (size_t i = 0; i < ARRAY_SIZE(declined_texts); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *text = declined_texts[i];
        const struct yaml_node *root = NULL;

        cr_expect_eq(yaml_block_read(arena, text, strlen(text), &root, NULL), 0, "%s", text);
        cr_expect_null(root);
    }
}

Test(yaml_block, a_nul_is_no_end)
{
    static const char text[] = "a: b\0c: d\n";
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct yaml_node *root;

    for (size_t len = 5; len < sizeof text; len++)
        cr_expect_eq(yaml_block_read(arena, text, len, &root, NULL), 0);
}

Test(yaml_block, the_text_may_go)
{
    char text[] = "a: b\n";
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct yaml_node *root;

    cr_assert_eq(yaml_block_read(arena, text, strlen(text), &root, NULL), 1);
    memset(text, 'x', sizeof text);
    cr_expect_str_eq(root->entries[0].key->scalar.s, "a");
    cr_expect_str_eq(root->entries[0].value->scalar.s, "b");
}

/* libyaml finds the ':' of a key within 1024 characters. */
Test(yaml_block, length_of_keys)
{
    for (int len = 1023; len <= 1025; len++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root;
        int r;

        for (int i = 0; i < len; i++)
            strbuf_addch(&b, 'k');
        strbuf_addstr(&b, ": x\n");
        r = yaml_libyaml_read(arena, b.s, b.len, NULL, &root, NULL);
        cr_expect_eq(r == 0, len <= 1024);
        cr_expect_eq(yaml_block_read(arena, b.s, b.len, &root, NULL), len <= 1024);
    }
}

/* Quotes are part of what libyaml counts. */
Test(yaml_block, length_of_quoted_keys)
{
    for (int len = 1021; len <= 1025; len++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root;

        strbuf_addch(&b, '"');
        for (int i = 0; i < len; i++)
            strbuf_addch(&b, 'k');
        strbuf_addstr(&b, "\": x\n");
        if (yaml_block_read(arena, b.s, b.len, &root, NULL) == 1)
            cr_expect_eq(yaml_libyaml_read(arena, b.s, b.len, NULL, &root, NULL), 0, "%d", len);
    }
}

Test(yaml_block, depth_limit)
{
    for (int depth = CDI_SPEC_MAX_DEPTH - 1; depth <= CDI_SPEC_MAX_DEPTH + 1; depth++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        const struct yaml_node *root;

        for (int i = 0; i < depth; i++)
            strbuf_printf(&b, "%*sa:%s", i, "", i + 1 < depth ? "\n" : " b\n");
        cr_expect_eq(yaml_block_read(arena, b.s, b.len, &root, NULL), depth <= CDI_SPEC_MAX_DEPTH);
        cr_expect_eq(yaml_libyaml_read(arena, b.s, b.len, NULL, &root, NULL),
                     depth <= CDI_SPEC_MAX_DEPTH ? 0 : -CDI_ERR_LIMIT);
    }
}
