/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0.0 (https://toml.io/en/v1.0.0), section by section. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/toml.h"

/* {a=1,b={c="x"}}: values in their order, dates and floats as written. */
static void show(struct strbuf *out, const struct toml *value)
{
    static const char *const brackets[2] = {"[]", "{}"};
    const char *pair = brackets[value->type == TOML_TABLE];

    if (value->type == TOML_STRING) {
        strbuf_printf(out, "\"%s\"", value->text);
    } else if (value->type == TOML_BOOLEAN) {
        strbuf_addstr(out, value->boolean ? "true" : "false");
    } else if (value->type == TOML_INTEGER) {
        strbuf_printf(out, "%lld", (long long)value->integer);
    } else if (value->type == TOML_FLOAT || value->type == TOML_DATETIME) {
        strbuf_printf(out, "%s:%s", value->type == TOML_FLOAT ? "float" : "date", value->text);
    } else {
        size_t n = 0;

        strbuf_addch(out, pair[0]);
        for (const struct toml *child = value->first; child; child = child->next, n++) {
            strbuf_addstr(out, n ? "," : "");
            if (value->type == TOML_TABLE)
                strbuf_printf(out, "%s=", child->key);
            show(out, child);
        }
        strbuf_addch(out, pair[1]);
        cr_assert_eq(n, value->n);
    }
}

struct good {
    const char *text;
    const char *tree;
};

static void expect_good(const struct good *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_strbuf_ struct strbuf tree = STRBUF_INIT;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const struct toml *root;
        int r = toml_parse(cases[i].text, strlen(cases[i].text), NULL, arena, &root, &err);

        cr_expect_eq(r, 0, "%s: %s", cases[i].text, err.message);
        if (r < 0)
            continue;
        show(&tree, root);
        cr_expect_str_eq(tree.s, cases[i].tree, "%s: %s, not %s", cases[i].text, tree.s,
                         cases[i].tree);
    }
}

#define GOOD(name, ...)                                   \
    Test(toml, name)                                      \
    {                                                     \
        static const struct good cases[] = {__VA_ARGS__}; \
        expect_good(cases, ARRAY_SIZE(cases));            \
    }

/* clang-format off */
GOOD(keys,
    {"", "{}"},
    {"# only a comment", "{}"},
    {"\n\r\n \t\n", "{}"},
    {"a=1", "{a=1}"},
    {"\t bare_key-1 =\t2 # why\r\n3 = 4", "{bare_key-1=2,3=4}"},
    {"\"quoted key\" = 1\n'literal \"key\"' = 2\n\"\" = 3", "{quoted key=1,literal \"key\"=2,=3}"},
    {"\"k\\u00e9y\" = 1", "{k\xc3\xa9y=1}"},
    {"a.b.c = 1\na.b.d = 2\na . e = 3\na.\"f.g\" = 4", "{a={b={c=1,d=2},e=3,f.g=4}}"},
    {"3.14159 = 'pi'", "{3={14159=\"pi\"}}"})

GOOD(strings,
    {"a = \"x\\b\\t\\n\\f\\r\\\"\\\\y\"", "{a=\"x\b\t\n\f\r\"\\y\"}"},
    {"a = \"\\u00E9\\U0001F600\"", "{a=\"\xc3\xa9\xf0\x9f\x98\x80\"}"},
    {"a = \"\\u0000\"", "{a=\"\xc0\x80\"}"},
    {"a = \"tab\there # no comment\"", "{a=\"tab\there # no comment\"}"},
    {"a = 'C:\\n\\x'", "{a=\"C:\\n\\x\"}"},
    {"a = ''\nb = \"\"", "{a=\"\",b=\"\"}"},
    {"a = \"\"\"\nfirst\r\nsecond\"\"\"", "{a=\"first\nsecond\"}"},
    {"a = \"\"\"one \\   \n\n   two\"\"\"", "{a=\"one two\"}"},
    {"a = \"\"\"two \"\" quotes, at the end \"\"\"\"\"", "{a=\"two \"\" quotes, at the end \"\"\"}"},
    {"a = \"\"\"\\\"\"\"\"", "{a=\"\"\"}"},
    {"a = '''\n\\ 'raw' ''two''\n'''", "{a=\"\\ 'raw' ''two''\n\"}"},
    {"a = \"\"\"\"\"\"", "{a=\"\"}"})

GOOD(numbers,
    {"a = [0, +0, -0, 99, +1_000, -9_223_372_036_854_775_808, 9223372036854775807]",
     "{a=[0,0,0,99,1000,-9223372036854775808,9223372036854775807]}"},
    {"a = [0xDEAD_beef, 0o755, 0b1101_0110, 0x0]", "{a=[3735928559,493,214,0]}"},
    {"a = [1.5, -0.01, 1e10, 6.626e-34, 5E+22, 9_224.44_5, 0.0]",
     "{a=[float:1.5,float:-0.01,float:1e10,float:6.626e-34,float:5E+22,float:9_224.44_5,float:0.0]}"},
    {"a = [inf, +inf, -inf, nan, +nan, -nan]",
     "{a=[float:inf,float:+inf,float:-inf,float:nan,float:+nan,float:-nan]}"},
    {"a = true\nb = false", "{a=true,b=false}"})

GOOD(dates,
    {"a = 1979-05-27T07:32:00Z", "{a=date:1979-05-27T07:32:00Z}"},
    {"a = 1979-05-27t00:32:00.999999-07:00", "{a=date:1979-05-27t00:32:00.999999-07:00}"},
    {"a = 1979-05-27 07:32:00z # x", "{a=date:1979-05-27 07:32:00z}"},
    {"a = 1979-05-27T07:32:00", "{a=date:1979-05-27T07:32:00}"},
    {"a = [1979-05-27]\nb = 1979-05-27\nc = 1979-05-27 # d", "{a=[date:1979-05-27],b=date:1979-05-27,c=date:1979-05-27}"},
    {"a = 07:32:00.5", "{a=date:07:32:00.5}"},
    {"a = 2024-02-29", "{a=date:2024-02-29}"},
    {"a = 2000-02-29", "{a=date:2000-02-29}"})

GOOD(arrays,
    {"a = []", "{a=[]}"},
    {"a = [1, \"x\", [true, 1.0], {b = 1}]", "{a=[1,\"x\",[true,float:1.0],{b=1}]}"},
    {"a = [ # c\n 1, # d\n\n 2 # e\n , ]", "{a=[1,2]}"})

GOOD(inline_tables,
    {"a = {}", "{a={}}"},
    {"a = { b = 1, c.d = 2, c.e = { f = [ 3,\n4 ] } }", "{a={b=1,c={d=2,e={f=[3,4]}}}}"},
    {"a.b = { c = 1 }\na.d = 2", "{a={b={c=1},d=2}}"})

GOOD(tables,
    {"[a]\nb = 1\n[ c . \"d\" ] # x\ne = 2", "{a={b=1},c={d={e=2}}}"},
    {"[a.b.c]\nx = 1\n[a]\ny = 2", "{a={b={c={x=1}},y=2}}"},
    {"[a.b]\n[c]\n[a.d]", "{a={b={},d={}},c={}}"},
    {"  [a]\n\t[a.b]\n", "{a={b={}}}"},
    {"a.b = 1\n[a.c]\nd = 2", "{a={b=1,c={d=2}}}"},
    {"[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
     "{fruit={apple={color=1,taste={sweet=true},texture={smooth=true}}}}"},
    {"[plugins.\"io.containerd.grpc.v1.cri\"]\nx = 1", "{plugins={io.containerd.grpc.v1.cri={x=1}}}"})

GOOD(arrays_of_tables,
    {"[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3", "{p=[{n=1},{},{n=3}]}"},
    {"[[f]]\nn = 1\n[f.x]\ny = 2\n[[f.v]]\nz = 3\n[[f.v]]\nz = 4\n[[f]]\n[[f.v]]",
     "{f=[{n=1,x={y=2},v=[{z=3},{z=4}]},{v=[{}]}]}"},
    {"[[a.b]]\n[a]\nc = 1", "{a={b=[{}],c=1}}"})
/* clang-format on */

static const struct {
    const char *text;
    unsigned line, column;
} bad[] = {
    /* keys */
    {"= 1", 1, 1},
    {"a", 1, 2},
    {"a 1", 1, 3},
    {"a =", 1, 4},
    {"a = # x", 1, 5},
    {"\n\n  a = 1 b = 2", 3, 9},
    {"a = = 1", 1, 5},
    {"\xc3\xa9 = 1", 1, 1},
    {"a..b = 1", 1, 3},
    {"a. = 1", 1, 4},
    {".a = 1", 1, 1},
    {"\"a = 1", 1, 7},
    {"\"\"\"a\"\"\" = 1", 1, 3},
    {"a = 1\na = 2", 2, 1},
    {"a = 1\n'a' = 2", 2, 1},
    {"a.b = 1\na = 2", 2, 1},
    {"a = 1\na.b = 2", 2, 1},
    /* strings */
    {"a = \"x", 1, 7},
    {"a = \"x\ny\"", 1, 7},
    {"a = \"\\e\"", 1, 7},
    {"a = \"\\u12\"", 1, 10},
    {"a = \"\\ud800\"", 1, 12},
    {"a = \"\\U00110000\"", 1, 16},
    {"a = \"\x01\"", 1, 6},
    {"a = \"\x7f\"", 1, 6},
    {"a = 'x", 1, 7},
    {"a = '\x1f'", 1, 6},
    {"a = \"\"\"x\"\"", 1, 11},
    {"a = \"\"\"\nx\\ y\"\"\"", 2, 3},
    {"a = \"\"\"x\"\"\"\"\"\"", 1, 14},
    {"a = \"\"\"x\ry\"\"\"", 1, 9},
    {"a = \"\xff\"", 1, 6},
    {"a = \"\xed\xa0\x80\"", 1, 6},
    {"a = 1 # \x02", 1, 9},
    {"a = 1 # x\r# y", 1, 10},
    /* numbers and other words */
    {"a = .5", 1, 5},
    {"a = 1.", 1, 5},
    {"a = 1.e5", 1, 5},
    {"a = 0x", 1, 5},
    {"a = 0xg", 1, 5},
    {"a = +0x1", 1, 5},
    {"a = 0b2", 1, 5},
    {"a = 1__0", 1, 5},
    {"a = _1", 1, 5},
    {"a = 1_", 1, 5},
    {"a = 01", 1, 5},
    {"a = -01", 1, 5},
    {"a = 00.5", 1, 5},
    {"a = 1e", 1, 5},
    {"a = 9223372036854775808", 1, 5},
    {"a = -9223372036854775809", 1, 5},
    {"a = True", 1, 5},
    {"a = word", 1, 5},
    {"a = 1 2", 1, 7},
    /* dates */
    {"a = 2023-02-29", 1, 5},
    {"a = 1900-02-29", 1, 5},
    {"a = 2023-13-01", 1, 5},
    {"a = 2023-1-01", 1, 5},
    {"a = 2023-01-01T25:00:00", 1, 5},
    {"a = 2023-01-01T10:00", 1, 5},
    {"a = 10:00:00.", 1, 5},
    {"a = 10:00:00Z", 1, 5},
    {"a = 2023-01-01T10:00:00+1", 1, 5},
    {"a = 2023-01-01T10:00:00+24:00", 1, 5},
    /* arrays and inline tables */
    {"a = [1", 1, 7},
    {"a = [1 2]", 1, 8},
    {"a = [,]", 1, 6},
    {"a = [1,,2]", 1, 8},
    {"a = {b = 1,}", 1, 12},
    {"a = {b = 1\n}", 1, 11},
    {"a = {b = 1 c = 2}", 1, 12},
    {"a = {b = 1, b = 2}", 1, 13},
    {"a = {b = 1, b.c = 2}", 1, 13},
    {"a = {b = 1}\na.c = 2", 2, 1},
    {"a = {b.c = 1}\n[a.b]", 2, 2},
    /* tables */
    {"[a", 1, 3},
    {"[]", 1, 2},
    {"[a]]", 1, 4},
    {"[[a]", 1, 4},
    {"[a] b = 1", 1, 5},
    {"[ [a]]", 1, 3},
    {"[a]\n[a]", 2, 2},
    {"[a.b]\n[a]\n[a]", 3, 2},
    {"a = 1\n[a]", 2, 2},
    {"a = 1\n[a.b]", 2, 2},
    {"a.b = 1\n[a]", 2, 2},
    {"[a]\nb.c = 1\n[a.b]", 3, 4},
    {"[a.b]\nx = 1\n[a]\nb.y = 2", 4, 1},
    {"[a.b]\n[a]\nb = 1", 3, 1},
    {"[[a]]\n[a]", 2, 2},
    {"[a]\n[[a]]", 2, 3},
    {"a = []\n[[a]]", 2, 3},
    {"a = [{}]\n[a.b]", 2, 2},
    {"[[a]]\nb = 1\n[[a.b]]", 3, 5},
    {"[a.b]\n[[a]]", 2, 3},
};

Test(toml, errors)
{
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const struct toml *root = NULL;
        int r = toml_parse(bad[i].text, strlen(bad[i].text), "f.toml", arena, &root, &err);

        cr_expect_eq(r, -CDI_ERR_SYNTAX, "%s", bad[i].text);
        cr_expect(err.pos.line == bad[i].line && err.pos.column == bad[i].column,
                  "%s: at %u:%u, not %u:%u (%s)", bad[i].text, err.pos.line, err.pos.column,
                  bad[i].line, bad[i].column, err.message);
        cr_expect(err.file && strcmp(err.file, "f.toml") == 0);
        cr_expect_null(root);
    }
}

/* toml_parse() needs no NUL after the text. */
Test(toml, length)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct toml *root;

    cr_assert_eq(toml_parse("a = 123", 6, NULL, arena, &root, NULL), 0);
    cr_expect_eq(toml_get(root, "a")->integer, 12);
    cr_expect_eq(toml_parse("a = \0", 5, NULL, arena, &root, NULL), -CDI_ERR_SYNTAX);
}

Test(toml, positions)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    static const char text[] = "[a]\n  \"\xc3\xa9\" = [1, 'x'] \n";
    const struct toml *root, *array;

    cr_assert_eq(toml_parse(text, sizeof text - 1, NULL, arena, &root, NULL), 0);
    array = toml_get(toml_get(root, "a"), "\xc3\xa9");
    cr_assert_not_null(array);
    cr_expect(array->pos.line == 2 && array->pos.column == 9);
    cr_expect(array->last->pos.line == 2 && array->last->pos.column == 13);
    cr_expect_null(toml_get(root, "b"));
    cr_expect_null(toml_get(array, "a"));
}

/* A text made of n times `part`. */
static int parse_repeated(const char *before, const char *part, size_t n)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    const struct toml *root;

    strbuf_addstr(&text, before);
    for (size_t i = 0; i < n; i++)
        strbuf_addstr(&text, part);
    return toml_parse(text.s, text.len, NULL, arena, &root, NULL);
}

Test(toml, limits)
{
    cr_expect_eq(parse_repeated("a = ", "[", TOML_MAX_DEPTH), -CDI_ERR_SYNTAX);
    cr_expect_eq(parse_repeated("a = ", "[", TOML_MAX_DEPTH + 1), -CDI_ERR_LIMIT);
    cr_expect_eq(parse_repeated("a = ", "{a = ", 100000), -CDI_ERR_LIMIT);
    cr_expect_eq(parse_repeated("[a", ".a", TOML_MAX_DEPTH - 1), -CDI_ERR_SYNTAX);
    cr_expect_eq(parse_repeated("[a", ".a", TOML_MAX_DEPTH), -CDI_ERR_LIMIT);
}

/* Time is linear: this takes minutes when a duplicate is looked for by walking the table. */
Test(toml, many_keys, .timeout = 20)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    const struct toml *root;

    for (int i = 0; i < 200000; i++)
        strbuf_printf(&text, "k%d = %d\n", i, i);
    cr_assert_eq(toml_parse(text.s, text.len, NULL, arena, &root, NULL), 0);
    cr_expect_eq(root->n, 200000);
    strbuf_addstr(&text, "k7 = 0\n");
    cr_expect_eq(toml_parse(text.s, text.len, NULL, arena, &root, NULL), -CDI_ERR_SYNTAX);
}
