/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/strbuf.h"

/* ---- Which texts are JSON: RFC 8259 ---- */

static const char *const valid[] = {
    "null",
    "true",
    " false ",
    "0",
    "-0",
    "-0.0e+10",
    "1E5",
    "18446744073709551616",
    "3.141592653589793238462643383279502884197",
    "\"\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
    "\"\\ud800\"", /* half a pair is grammatical */
    "\"\\u0000\"",
    "\"\x7f\"",
    "\"\xc3\xa9\xe4\xb8\x96\xf0\x9f\x98\x80\"",
    "[]",
    "[ ]",
    "{}",
    "{ }",
    "\r\n\t [1 , 2,\n3 ]\t",
    "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}", /* the same name in different objects */
    "{\"\":1,\" \":2}",
};

Test(json, accepts)
{
    for (size_t i = 0; i < ARRAY_SIZE(valid); i++) {
        struct arena *arena = arena_new();
        struct cdi_error err = CDI_ERROR_INIT;
        struct json_document doc;
        struct strbuf out = STRBUF_INIT;
        int r = json_parse(&doc, arena, valid[i], strlen(valid[i]), 100, &err);

        cr_expect(r == 0, "%s: %s", valid[i], err.message ? err.message : "");
        if (r == 0) {
            json_write(&doc, &out);
            cr_expect_str_eq(out.s, valid[i]);
        }
        strbuf_free(&out);
        cdi_error_clear(&err);
        arena_free(arena);
    }
}

static const struct {
    const char *text;
    enum cdi_errc code;
    unsigned line, column;
    const char *says;
} invalid[] = {
    {"", CDI_ERR_SYNTAX, 1, 1, "empty"},
    {" \n ", CDI_ERR_SYNTAX, 1, 1, "empty"},
    {"\xef\xbb\xbf{}", CDI_ERR_SYNTAX, 1, 1, "byte order mark"},
    {"{} x", CDI_ERR_SYNTAX, 1, 4, "the end"},
    {"{}{}", CDI_ERR_SYNTAX, 1, 3, "the end"},
    {"{} // c", CDI_ERR_SYNTAX, 1, 4, "'/'"},
    {"/* c */ {}", CDI_ERR_SYNTAX, 1, 1, "'/'"},
    {"01", CDI_ERR_SYNTAX, 1, 1, "superfluous 0"},
    {"-01", CDI_ERR_SYNTAX, 1, 2, "superfluous 0"},
    {"+1", CDI_ERR_SYNTAX, 1, 1, "'+'"},
    {".5", CDI_ERR_SYNTAX, 1, 1, "'.'"},
    {"1.", CDI_ERR_SYNTAX, 1, 3, "digit"},
    {"1e", CDI_ERR_SYNTAX, 1, 3, "digit"},
    {"-", CDI_ERR_SYNTAX, 1, 2, "digit"},
    {"0x10", CDI_ERR_SYNTAX, 1, 2, "'x'"},
    {"NaN", CDI_ERR_SYNTAX, 1, 1, "'N'"},
    {"nul", CDI_ERR_SYNTAX, 1, 1, "value"},
    {"True", CDI_ERR_SYNTAX, 1, 1, "'T'"},
    {"truex", CDI_ERR_SYNTAX, 1, 5, "'x'"},
    {"[1,]", CDI_ERR_SYNTAX, 1, 4, "']'"},
    {"[1 2]", CDI_ERR_SYNTAX, 1, 4, "',' or ']'"},
    {"[1", CDI_ERR_SYNTAX, 1, 3, "ends"},
    {"[", CDI_ERR_SYNTAX, 1, 2, "ends"},
    {"]", CDI_ERR_SYNTAX, 1, 1, "']'"},
    {"[}", CDI_ERR_SYNTAX, 1, 2, "'}'"},
    {"{\"a\":1,}", CDI_ERR_SYNTAX, 1, 8, "member name"},
    {"{,}", CDI_ERR_SYNTAX, 1, 2, "member name"},
    {"{a:1}", CDI_ERR_SYNTAX, 1, 2, "member name"},
    {"{'a':1}", CDI_ERR_SYNTAX, 1, 2, "member name"},
    {"{\"a\" 1}", CDI_ERR_SYNTAX, 1, 6, "':'"},
    {"{\"a\":}", CDI_ERR_SYNTAX, 1, 6, "'}'"},
    {"{\"a\"", CDI_ERR_SYNTAX, 1, 5, "':'"},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", CDI_ERR_SYNTAX, 3, 3, "',' or '}'"},
    {"[\"\xc3\xa9\", x]", CDI_ERR_SYNTAX, 1, 7, "'x'"}, /* columns are characters */
    {"\"abc", CDI_ERR_SYNTAX, 1, 1, "no end"},
    {"\"abcdefghijk\\\"", CDI_ERR_SYNTAX, 1, 1, "no end"},
    {"\"\\x41\"", CDI_ERR_SYNTAX, 1, 2, "escape"},
    {"\"\\u00g0\"", CDI_ERR_SYNTAX, 1, 2, "hexadecimal"},
    {"\"\\u12", CDI_ERR_SYNTAX, 1, 2, "hexadecimal"},
    {"\"\\", CDI_ERR_SYNTAX, 1, 2, "escape"},
    {"\"a\nb\"", CDI_ERR_SYNTAX, 1, 3, "control character"},
    {"\"abcdefgh\tb\"", CDI_ERR_SYNTAX, 1, 10, "control character"},
    {"\"\xff\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xc0\x80\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xe0\x9f\xbf\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xed\xa0\x80\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xf4\x90\x80\x80\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xe4\xb8\"", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\"\xe4\xb8", CDI_ERR_SYNTAX, 1, 2, "UTF-8"},
    {"\xff", CDI_ERR_SYNTAX, 1, 1, "0xff"},
    {"{\"a\":1,\"a\":1}", CDI_ERR_INVALID, 1, 8, "\"a\" is repeated"},
    {"[{\"b\":{\"a\":1,\n\"\\u0061\":2}}]", CDI_ERR_INVALID, 2, 1, "repeated"},
    {"{\"\":1,\"x\":{},\"\":1}", CDI_ERR_INVALID, 1, 14, "\"\" is repeated"},
    {"[[[[[[[[[[[]]]]]]]]]]]", CDI_ERR_LIMIT, 1, 11, "more than 10"},
};

Test(json, rejects)
{
    for (size_t i = 0; i < ARRAY_SIZE(invalid); i++) {
        struct arena *arena = arena_new();
        struct cdi_error err = CDI_ERROR_INIT;
        struct json_document doc;
        const char *text = invalid[i].text;
        int r = json_parse(&doc, arena, text, strlen(text), 10, &err);

        cr_expect(r == -(int)invalid[i].code, "%s", text);
        cr_expect(err.pos.line == invalid[i].line, "%s: %s", text, err.message);
        cr_expect(err.pos.column == invalid[i].column, "%s: %s", text, err.message);
        cr_expect(strstr(err.message, invalid[i].says) != NULL, "%s: %s", text, err.message);
        cdi_error_clear(&err);
        arena_free(arena);
    }
}

Test(json, rejects_nul_in_the_text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct json_document doc;
    struct arena *arena = arena_new();

    cr_expect(json_parse(&doc, arena, "{\0}", 3, 10, &err) == -CDI_ERR_SYNTAX);
    cr_expect(json_parse(&doc, arena, "\"a\0\"", 4, 10, &err) == -CDI_ERR_SYNTAX);
    cr_expect(json_parse(&doc, arena, "{}\0", 3, 10, &err) == -CDI_ERR_SYNTAX);
    cr_expect(json_parse(&doc, arena, "\0", 1, 10, &err) == -CDI_ERR_SYNTAX);
    cdi_error_clear(&err);
    arena_free(arena);
}

/* Many names, so that they are sorted rather than compared in pairs; one may be repeated. */
static int parse_many(size_t n, size_t repeat, size_t as, struct cdi_error *err)
{
    struct arena *arena = arena_new();
    struct strbuf text = STRBUF_INIT;
    struct json_document doc;
    int r;

    strbuf_addstr(&text, "{\"inner\":");
    strbuf_addstr(&text, "{");
    for (size_t i = 0; i < n; i++)
        strbuf_printf(&text, "%s\"%sname%zu\":0", i ? "," : "", i % 3 ? "" : "\\u006e\\u0061me",
                      i == repeat ? as : i);
    strbuf_addstr(&text, "},\"name0\":1}");
    r = json_parse(&doc, arena, text.s, text.len, 10, err);
    strbuf_free(&text);
    arena_free(arena);
    return r;
}

Test(json, finds_repeated_names_among_many)
{
    static const size_t sizes[] = {2, 3, 15, 16, 17, 18, 100, 5000};
    struct cdi_error err = CDI_ERROR_INIT;

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        size_t n = sizes[i];

        cr_expect(parse_many(n, n, 0, &err) == 0, "%zu", n);
        /* Positions 0 and 3 are written with escapes, their neighbours without. */
        for (size_t j = 3; j < n; j = j * 2 + 1)
            cr_expect(parse_many(n, j, j - 3, &err) == -CDI_ERR_INVALID, "%zu %zu", n, j);
    }
    cdi_error_clear(&err);
}

Test(json, names_the_first_repetition)
{
    const char *text = "{\"c\":0,\"b\":0,\"a\":0,\"b\":1,\"a\":1,\"c\":1}";
    struct cdi_error err = CDI_ERROR_INIT;
    struct arena *arena = arena_new();
    struct json_document doc;

    cr_expect(json_parse(&doc, arena, text, strlen(text), 10, &err) == -CDI_ERR_INVALID);
    cr_expect(err.pos.column == 20);
    cr_expect(strstr(err.message, "\"b\"") != NULL);
    cdi_error_clear(&err);
    arena_free(arena);
}

Test(json, depth_limit_is_exact)
{
    enum { LIMIT = 10000 };
    struct cdi_error err = CDI_ERROR_INIT;
    struct arena *arena = arena_new();
    struct json_document doc;
    size_t len = 2 * (LIMIT + 1);
    char *text = malloc(len + 1);

    memset(text, '[', LIMIT + 1);
    memset(text + LIMIT + 1, ']', LIMIT + 1);
    text[len] = '\0';
    cr_expect(json_parse(&doc, arena, text, len, LIMIT, &err) == -CDI_ERR_LIMIT);
    text[len - 1] = '\0';
    cr_expect(json_parse(&doc, arena, text + 1, len - 2, LIMIT, &err) == 0);
    cr_expect(json_count(&doc, &doc.root) == 1);
    free(text);
    cdi_error_clear(&err);
    arena_free(arena);
}

/* ---- Reading ---- */

static struct arena *arena;
static struct json_document doc;

static struct json *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;

    cr_assert(json_parse(&doc, arena, text, strlen(text), 100, &err) == 0, "%s: %s", text,
              err.message ? err.message : "");
    return &doc.root;
}

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(json_tree, .init = setup, .fini = teardown);

Test(json_tree, finds_members_by_decoded_name)
{
    struct json *root = parse(
        "{ \"a\" : [ 1 , {\"x\":\"]}\"} ] , \"\\u00e9\\n\":\"v\", \"n\\u0000\":2}");

    cr_expect(json_count(&doc, root) == 3);
    cr_expect((int)json_find(&doc, root, "a")->type == JSON_ARRAY);
    cr_expect_str_eq(json_string(&doc, json_find(&doc, root, "\xc3\xa9\n")), "v");
    cr_expect(json_find(&doc, root, "n\xc0\x80") != NULL);
    cr_expect(json_find(&doc, root, "b") == NULL);
    cr_expect(json_find(&doc, root, "") == NULL);
    cr_expect_str_eq(
        json_string(&doc, json_find(&doc, json_first(&doc, json_find(&doc, root, "a"))->next, "x")),
        "]}");
}

Test(json_tree, asking_the_wrong_type_finds_nothing)
{
    struct json *root = parse("[1,\"s\",null]");

    cr_expect(json_find(&doc, root, "a") == NULL);
    cr_expect(json_find(&doc, NULL, "a") == NULL);
    cr_expect(json_first(&doc, json_first(&doc, root)) == NULL);
    cr_expect(json_string(&doc, json_first(&doc, root)) == NULL);
    cr_expect(json_count(&doc, NULL) == 0);
}

static const struct {
    const char *text, *decoded;
} strings[] = {
    {"\"\"", ""},
    {"\"plain text, long enough\"", "plain text, long enough"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
    {"\"\\u0041\\u00E9\\u4e16\\uD83d\\ude00\"", "A\xc3\xa9\xe4\xb8\x96\xf0\x9f\x98\x80"},
    {"\"a\\u0000b\"", "a\xc0\x80"
                      "b"},
    /* A half without its other half is U+FFFD, as Go's decoder reads it. */
    {"\"\\ud83d\"", "\xef\xbf\xbd"},
    {"\"\\ude00x\"", "\xef\xbf\xbdx"},
    {"\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
                           "A"},
    {"\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
    {"\"\\ud83d\\n\"", "\xef\xbf\xbd\n"},
};

Test(json_tree, decodes_strings)
{
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        cr_expect_str_eq(json_string(&doc, parse(strings[i].text)), strings[i].decoded);
}

static const struct {
    const char *decoded, *text; /* NULL: not UTF-8 */
} encodings[] = {
    {"", "\"\""},
    {"plain text, long enough", "\"plain text, long enough\""},
    {"\"\\/<>&", "\"\\\"\\\\/<>&\""},
    {"\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
    {"a\xc0\x80"
     "b",
     "\"a\\u0000b\""},
    {"\xc3\xa9\xe4\xb8\x96\xf0\x9f\x98\x80", "\"\xc3\xa9\xe4\xb8\x96\xf0\x9f\x98\x80\""},
    {"a\xff", NULL},
    {"\xc0", NULL},
    {"\xc0\x81", NULL},
    {"\xed\xa0\x80", NULL},
};

Test(json_tree, encodes_strings)
{
    for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
        const char *s = encodings[i].decoded, *want = encodings[i].text;
        char buf[100] = "";
        size_t len = json_encode(s, strlen(s), NULL);

        cr_expect(len == (want ? strlen(want) : 0), "%zu", i);
        cr_expect(json_encode(s, strlen(s), buf) == len, "%zu", i);
        if (want)
            cr_expect_str_eq(buf, want);
    }
}

static const struct {
    const char *text;
    bool ok;
    uint32_t value;
} numbers[] = {
    {"0", true, 0},
    {"4294967295", true, 4294967295U},
    {"4294967296", false, 0},
    {"-0", false, 0},
    {"-1", false, 0},
    {"1.0", false, 0},
    {"1e3", false, 0},
    {"99999999999", false, 0},
    {"18446744073709551617", false, 0},
    {"\"5\"", false, 0},
    {"null", false, 0},
};

Test(json_tree, reads_only_plain_integers)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        uint32_t n = 0;

        cr_expect(json_uint32(parse(numbers[i].text), &n) == numbers[i].ok, "%s", numbers[i].text);
        cr_expect(n == numbers[i].value, "%s", numbers[i].text);
    }
}

static const struct {
    const char *pair; /* an array of two */
    bool equal;
} pairs[] = {
    {"[1,1]", true},
    {"[1,1.0]", false},
    {"[null,null]", true},
    {"[true,false]", false},
    {"[\"\\u0041\",\"A\"]", true},
    {"[\"a\",\"A\"]", false},
    {"[[1,2],[1,2]]", true},
    {"[[1,2],[2,1]]", false},
    {"[[1],[1,2]]", false},
    {"[{\"a\":1,\"b\":[]},{ \"b\":[ ],\"a\":1}]", true},
    {"[{\"a\":1},{\"a\":1,\"b\":2}]", false},
    {"[{\"a\":1},{\"b\":1}]", false},
    {"[{},[]]", false},
};

Test(json_tree, compares_values)
{
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        struct json *a = json_first(&doc, parse(pairs[i].pair));

        cr_expect(json_equal(&doc, a, a->next) == pairs[i].equal, "%s", pairs[i].pair);
        cr_expect(json_equal(&doc, a->next, a) == pairs[i].equal, "%s", pairs[i].pair);
    }
}

Test(json_tree, positions)
{
    struct json *root = parse("{\n  \"\xc3\xa9\": 1, \"b\": [\n\n 2]}");
    struct json *b = json_find(&doc, root, "b");
    struct cdi_position pos = json_position(&doc, b);

    cr_expect(pos.line == 2 && pos.column == 16);
    pos = json_position(&doc, json_first(&doc, b));
    cr_expect(pos.line == 4 && pos.column == 2);
    pos = json_position(&doc, json_new(&doc, JSON_OBJECT));
    cr_expect(pos.line == 0 && pos.column == 0);
}
