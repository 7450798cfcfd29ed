/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/toml_edit.h"

#define KEY(...)                                                        \
    &(const struct toml_key)                                            \
    {                                                                   \
        (const char *const[]){__VA_ARGS__},                             \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *) \
    }

static void check(const char *before, const struct toml_key *key, const char *value,
                  const char *after)
{
    char *text = strdup(before);
    size_t len = strlen(before);
    struct cdi_error err = CDI_ERROR_INIT;
    int r = value ? toml_edit_set(&text, &len, "f", key, value, &err)
                  : toml_edit_unset(&text, &len, "f", key, &err);

    cr_expect_eq(r, 0, "%s", err.message);
    cr_expect_str_eq(text, after);
    cr_expect_eq(len, strlen(after));
    cdi_error_clear(&err);
    free(text);
}

static void check_error(const char *before, const struct toml_key *key, enum cdi_errc code)
{
    char *text = strdup(before);
    size_t len = strlen(before);

    cr_expect_eq(toml_edit_set(&text, &len, NULL, key, "1", NULL), -(int)code, "%s", before);
    cr_expect_str_eq(text, before, "it stays");
    free(text);
}

Test(toml_edit, a_value_is_replaced_where_it_is)
{
    check("# c\na   =  1   # why\nb = 2\n", KEY("a"), "3", "# c\na   =  3   # why\nb = 2\n");
    check("a = [ 1,\n  2, # two\n]\nb = 2\n", KEY("a"), "[]", "a = []\nb = 2\n");
    check("[t]\n\"a\" = '''x\n#a = 1\n'''\n", KEY("t", "a"), "true", "[t]\n\"a\" = true\n");
    check("[t.u]\nv.w = 1", KEY("t", "u", "v", "w"), "2", "[t.u]\nv.w = 2");
    check("t.a = 1\n", KEY("t", "a"), "2", "t.a = 2\n");
    check("a = 1\r\nb = 2\r\n", KEY("a"), "2", "a = 2\r\nb = 2\r\n");
}

Test(toml_edit, a_comment_becomes_the_key)
{
    check("[t]\n#a = 1\n  #  b=2 # x\n", KEY("t", "b"), "3", "[t]\n#a = 1\nb = 3\n");
    check("#a = 1\n[t]\n#a = 2\n[u]\n#a = 3\n", KEY("t", "a"), "4",
          "#a = 1\n[t]\na = 4\n[u]\n#a = 3\n");
    check("#a = 1\n[t]\n", KEY("a"), "4", "a = 4\n[t]\n");
    check("#aa = 1\n", KEY("a"), "4", "a = 4\n#aa = 1\n");
    /* In a value it is none. */
    check("[t]\nc = \"\"\"\n#a = 1\n\"\"\"\n#a = 2", KEY("t", "a"), "3",
          "[t]\nc = \"\"\"\n#a = 1\n\"\"\"\na = 3\n");
}

Test(toml_edit, a_new_key_stands_where_it_is_sorted)
{
    check("", KEY("a"), "1", "a = 1\n");
    check("# only this", KEY("a"), "1", "# only this\na = 1\n");
    check("a = 1\nc = 3\n\n[t]\n", KEY("b"), "2", "a = 1\nb = 2\nc = 3\n\n[t]\n");
    check("a = 1\n\n[t]\n", KEY("b"), "2", "a = 1\nb = 2\n\n[t]\n");
    check("a = 1", KEY("b"), "2", "a = 1\nb = 2\n");
    check("[t]\n#a = 1\n#c = 1\n\n[u]\n", KEY("t", "b"), "2",
          "[t]\n#a = 1\nb = 2\n#c = 1\n\n[u]\n");
    check("[t]\n\n[u]\n", KEY("t", "b"), "2", "[t]\nb = 2\n\n[u]\n");
    check("[t]", KEY("t", "b"), "2", "[t]\nb = 2\n");
    check("[t]\r\nc = 1\r\n", KEY("t", "d"), "2", "[t]\r\nc = 1\r\nd = 2\r\n");
    check("[t]\n", KEY("a"), "2", "a = 2\n[t]\n");
    check("[t]\n", KEY("t", "a.b c"), "2", "[t]\n\"a.b c\" = 2\n");
}

Test(toml_edit, a_new_table)
{
    check("", KEY("t", "a"), "1", "[t]\na = 1\n");
    check("x = 1\n", KEY("t", "a"), "1", "x = 1\n\n[t]\na = 1\n");
    check("x = 1\n\n[s]\n\n# of u\n[u]\n", KEY("t", "a"), "1",
          "x = 1\n\n[s]\n\n[t]\na = 1\n\n# of u\n[u]\n");
    check("[s]\n#k = 1\n[u]\n", KEY("t", "a"), "1", "[s]\n#k = 1\n[t]\na = 1\n\n[u]\n");
    check("[t.u]\nb = 1\n", KEY("t", "a"), "1", "[t]\na = 1\n\n[t.u]\nb = 1\n");
    check("[t]\n", KEY("t", "u.v", "a"), "1", "[t]\n\n[t.\"u.v\"]\na = 1\n");
}

Test(toml_edit, beside_dotted_keys)
{
    check("t.b = 1\nz = 1\n", KEY("t", "a"), "2", "t.b = 1\nt.a = 2\nz = 1\n");
    check("[r]\nt . u . b = 1", KEY("r", "t", "u", "a"), "2",
          "[r]\nt . u . b = 1\nt . u . a = 2\n");
}

Test(toml_edit, unset)
{
    check("a = 1 # x\nb = [\n2]\nc = 3\n", KEY("b"), NULL, "a = 1 # x\nc = 3\n");
    check("a = 1 # x\nc = 3", KEY("a"), NULL, "c = 3");
    check("[t]\na = 1\n", KEY("t", "a"), NULL, "[t]\n");
    check("[t]\na = 1\n", KEY("t", "b"), NULL, "[t]\na = 1\n");
    check("[t]\na = 1\n", KEY("u", "a"), NULL, "[t]\na = 1\n");
}

Test(toml_edit, what_cannot_be_edited)
{
    check_error("t = {a = 1}\n", KEY("t", "a"), CDI_ERR_UNSUPPORTED);
    check_error("t = {b = 1}\n", KEY("t", "a"), CDI_ERR_UNSUPPORTED);
    check_error("t = 1\n", KEY("t", "a"), CDI_ERR_UNSUPPORTED);
    check_error("[[t]]\nb = 1\n", KEY("t", "a"), CDI_ERR_UNSUPPORTED);
    check_error("[t.u]\na = 1\n", KEY("t", "u"), CDI_ERR_UNSUPPORTED);
    check_error("a = \n", KEY("a"), CDI_ERR_SYNTAX);
}

Test(toml_edit, strings)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    toml_add_string(&b, "a\"b\\c\td\ne\x01\x7f#\xc3\xa9");
    cr_expect_str_eq(b.s, "\"a\\\"b\\\\c\\td\\ne\\u0001\\u007F#\xc3\xa9\"");
}
