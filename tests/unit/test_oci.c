/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/oci.h>

#include "base/cleanup.h"

static struct cdi_oci *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_parse(text, strlen(text), "config.json", &oci, &err), 0, "%s: %s", text,
                 err.message ? err.message : "");
    return oci;
}

static void expect_format(const struct cdi_oci *oci, const char *want)
{
    struct cdi_error err = CDI_ERROR_INIT;
    char *text;
    size_t len;

    cr_assert_eq(cdi_oci_format(oci, &text, &len, &err), 0);
    cr_expect_str_eq(text, want);
    cr_expect_eq(len, strlen(want));
    free(text);
}

static const char *const kept[] = {
    "null",
    "{}",
    " \n{ \"ociVersion\" : \"1.2.0\" , \"x\":1e999, \"y\":[ ],\"\\u0000\":\"\\/\" }\n\n",
    "{\"process\":null,\"mounts\":null,\"hooks\":null,\"linux\":null,\"annotations\":null}",
    "{\"linux\":{\"resources\":{\"memory\":{\"limit\":18446744073709551615}}}}",
    "{\"process\":{\"env\":[null,\"NOEQUALS\",\"A=\\ud800\"]}}",
};

Test(oci, an_unchanged_document_is_its_input)
{
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        struct cdi_oci *oci = parse(kept[i]);

        expect_format(oci, kept[i]);
        cr_expect_not(cdi_oci_changed(oci));
        cdi_oci_free(oci);
    }
}

static const struct {
    const char *text;
    enum cdi_errc code;
    unsigned line, column;
    const char *says;
} refused[] = {
    {"", CDI_ERR_SYNTAX, 1, 1, "empty"},
    {"{} {}", CDI_ERR_SYNTAX, 1, 4, "the end"},
    {"[]", CDI_ERR_INVALID, 1, 1, "an OCI configuration must be an object, found an array"},
    {"\"x\"", CDI_ERR_INVALID, 1, 1, "found a string"},
    {"{\"linux\":[]}", CDI_ERR_INVALID, 1, 10, "linux must be an object, found an array"},
    {"{\"process\":1}", CDI_ERR_INVALID, 1, 12, "process must be an object, found the number 1"},
    {"{\"process\":{\n \"env\": {}}}", CDI_ERR_INVALID, 2, 9, "process.env must be an array"},
    {"{\"process\":{\"env\":[\"A=1\",2]}}", CDI_ERR_INVALID, 1, 26, "an element of process.env"},
    {"{\"process\":{\"user\":{\"additionalGids\":0}}}", CDI_ERR_INVALID, 1, 38, "additionalGids"},
    {"{\"mounts\":{}}", CDI_ERR_INVALID, 1, 11, "mounts must be an array, found an object"},
    {"{\"hooks\":{\"poststop\":true}}", CDI_ERR_INVALID, 1, 22, "hooks.poststop"},
    {"{\"linux\":{\"resources\":{\"devices\":\"\"}}}", CDI_ERR_INVALID, 1, 34, "a string"},
    {"{\"annotations\":[]}", CDI_ERR_INVALID, 1, 16, "annotations must be an object"},
    {"{\"a\":1,\"a\":2}", CDI_ERR_INVALID, 1, 8, "repeated"},
    {"{\"process\":{},\"Process\":{}}", CDI_ERR_INVALID, 1, 25, "different letter case"},
};

Test(oci, refuses_with_a_position)
{
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_oci *oci = NULL;
        const char *text = refused[i].text;

        cr_expect_eq(cdi_oci_parse(text, strlen(text), "config.json", &oci, &err),
                     -(int)refused[i].code, "%s", text);
        cr_expect_null(oci);
        cr_expect_eq(err.pos.line, refused[i].line, "%s: %s", text, err.message);
        cr_expect_eq(err.pos.column, refused[i].column, "%s: column %u", text, err.pos.column);
        cr_expect_str_eq(err.file, "config.json");
        cr_expect_not_null(strstr(err.message, refused[i].says), "%s: %s", text, err.message);
        cdi_error_clear(&err);
    }
}

Test(oci, a_document_needs_no_name)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_expect_eq(cdi_oci_parse("[", 1, NULL, &oci, &err), -CDI_ERR_SYNTAX);
    cr_expect_null(err.file);
    cr_expect_eq(cdi_oci_parse("[", 1, NULL, &oci, NULL), -CDI_ERR_SYNTAX);
    cdi_error_clear(&err);
    cdi_oci_free(NULL);
}

Test(oci, refuses_a_text_that_is_too_large)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    /* The length is looked at before the text. */
    cr_expect_eq(cdi_oci_parse("", (size_t)CDI_OCI_MAX_SIZE + 1, NULL, &oci, &err), -CDI_ERR_LIMIT);
    cdi_error_clear(&err);
}

Test(oci, getenv_takes_the_last_entry)
{
    struct cdi_oci *oci = parse("{\"process\":{\"env\":[\"A=1\",\"AB=2\",null,\"A=\\u0033\","
                                "\"A\",\"E=\",\"B=x=y\",\"=z\"]}}");

    cr_expect_str_eq(cdi_oci_getenv(oci, "A"), "3");
    cr_expect_str_eq(cdi_oci_getenv(oci, "AB"), "2");
    cr_expect_str_eq(cdi_oci_getenv(oci, "E"), "");
    cr_expect_str_eq(cdi_oci_getenv(oci, "B"), "x=y");
    cr_expect_null(cdi_oci_getenv(oci, "C"));
    cdi_oci_free(oci);
    oci = parse("{}");
    cr_expect_null(cdi_oci_getenv(oci, "A"));
    cdi_oci_free(oci);
}

Test(oci, annotations_by_prefix)
{
    struct cdi_oci *oci = parse("{\"annotations\":{\"z\":1,\"cdi.k8s.io/b\":\"x\\n\","
                                "\"CDI.k8s.io/c\":\"no\",\"cdi.k8s.io\\/a\":\"y\"}}");
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_annotations found;

    cr_assert_eq(cdi_oci_annotations(oci, CDI_ANNOTATION_PREFIX, &found, &err), 0);
    cr_assert_eq(found.n, 2);
    cr_expect_str_eq(found.items[0].key, "cdi.k8s.io/b");
    cr_expect_str_eq(found.items[0].value, "x\n");
    cr_expect_str_eq(found.items[1].key, "cdi.k8s.io/a");
    cr_expect_str_eq(found.items[1].value, "y");
    cr_assert_eq(cdi_oci_annotations(oci, "none", &found, &err), 0);
    cr_expect_eq(found.n, 0);
    cr_expect_eq(cdi_oci_annotations(oci, "", &found, &err), -CDI_ERR_INVALID);
    cr_expect_not_null(strstr(err.message, "\"z\" must be a string, found the number 1"));
    cr_expect_eq(cdi_oci_annotations(oci, "cdi", &found, &err), 0);
    cr_expect_eq(found.n, 2);
    cdi_error_clear(&err);
    cdi_oci_free(oci);
}

/* An array of n copies of an element, as a member of an object of an object. */
static char *repeat(const char *outer, const char *inner, const char *element, size_t n)
{
    char *text = malloc(100 + n * (strlen(element) + 1)), *end = text;

    end += sprintf(end, "{\"%s\":{\"%s\":[", outer, inner);
    for (size_t i = 0; i < n; i++)
        end += sprintf(end, "%s%s", i ? "," : "", element);
    (void)sprintf(end, "]}}");
    return text;
}

static struct cdi_oci *take(char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_take(text, strlen(text), "config.json", &oci, &err), 0, "%s",
                 err.message ? err.message : "");
    return oci;
}

Test(oci, takes_a_text_also_when_it_refuses_it)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = take(strdup("{\"process\":{\"env\":[\"A=1\"]}}"));

    cr_expect_str_eq(cdi_oci_getenv(oci, "A"), "1");
    cdi_oci_free(oci);
    oci = NULL;
    cr_expect_eq(cdi_oci_take(strdup("{"), 1, "x", &oci, &err), -CDI_ERR_SYNTAX);
    cr_expect_str_eq(err.file, "x");
    cr_expect_eq(cdi_oci_take(strdup(""), (size_t)CDI_OCI_MAX_SIZE + 1, "x", &oci, &err),
                 -CDI_ERR_LIMIT);
    cr_expect_null(oci);
    cdi_error_clear(&err);
}

static size_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* A list of strings costs its text, however many there are. */
Test(oci, a_long_environment_is_read_without_nodes, .timeout = 10)
{
    char *text = repeat("process", "env", "\"\"", 2000000);
    size_t len = strlen(text), before = allocated();
    struct cdi_oci *oci = take(text);

    cr_expect_null(cdi_oci_getenv(oci, "A"));
    cr_expect_lt(allocated(), before + len / 8);
    cdi_oci_free(oci);
}

/* It is not edited, though, nor is any other list of that length looked into. */
Test(oci, refuses_to_edit_a_list_of_too_many_elements)
{
    const char *const variable[] = {"A=1"};
    const struct cdi_edits edits = {.env = {(const char **)(uintptr_t)variable, 1}};
    const struct cdi_edits *const list[] = {&edits};
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = take(repeat("process", "env", "\"B=\"", CDI_OCI_MAX_ELEMENTS + 1));

    cr_expect_eq(cdi_oci_apply(oci, list, 1, NULL, &err), -CDI_ERR_LIMIT);
    cr_expect_str_eq(err.message, "an array or object of more than 65536 elements");
    cr_expect_str_eq(err.file, "config.json");
    cr_expect_eq(err.pos.column, 19);
    cr_expect_not(cdi_oci_changed(oci));
    cr_expect_str_eq(cdi_oci_getenv(oci, "B"), "");
    cdi_oci_free(oci);

    oci = take(repeat("process", "env", "\"B=\"", CDI_OCI_MAX_ELEMENTS));
    cr_expect_eq(cdi_oci_apply(oci, list, 1, NULL, &err), 0);
    cr_expect_str_eq(cdi_oci_getenv(oci, "A"), "1");
    cdi_oci_free(oci);

    oci = take(repeat("x", "y", "0", CDI_OCI_MAX_ELEMENTS + 1));
    cr_expect_eq(cdi_oci_apply(oci, list, 1, NULL, &err), 0);
    cdi_oci_free(oci);
    cdi_error_clear(&err);
}

/* A question that failed is forgotten: the document can be edited. */
Test(oci, a_failed_question_leaves_no_trace)
{
    const char *const variable[] = {"A=1"};
    const struct cdi_edits edits = {.env = {(const char **)(uintptr_t)variable, 1}};
    const struct cdi_edits *const list[] = {&edits};
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_annotations found;
    char *text = malloc(4 << 20), *end = text;
    struct cdi_oci *oci;

    end += sprintf(end, "{\"annotations\":{");
    for (size_t i = 0; i <= CDI_OCI_MAX_ELEMENTS; i++)
        end += sprintf(end, "%s\"%zu\":\"\"", i ? "," : "", i);
    (void)sprintf(end, "}}");
    oci = take(text);
    cr_expect_eq(cdi_oci_annotations(oci, "x", &found, &err), -CDI_ERR_LIMIT);
    cr_expect_eq(cdi_oci_apply(oci, list, 1, NULL, &err), -CDI_OK);
    cr_expect_str_eq(cdi_oci_getenv(oci, "A"), "1");
    cdi_error_clear(&err);
    cdi_oci_free(oci);
}

Test(oci, a_key_in_a_message_is_quoted)
{
    struct cdi_oci *oci = parse("{\"annotations\":{\"\\u001b[2J\":1}}");
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_annotations found;

    cr_expect_eq(cdi_oci_annotations(oci, "", &found, &err), -CDI_ERR_INVALID);
    cr_expect_not_null(strstr(err.message, "\"\\x1b[2J\""), "%s", err.message);
    cdi_error_clear(&err);
    cdi_oci_free(oci);
}

/* The name too may be spelt with escapes. */
Test(oci, getenv_reads_escapes)
{
    struct cdi_oci *oci = parse("{\"process\":{\"env\":[\"\\u0041B=\\\\x\",\"\\u00e9\\u003d2\","
                                "\"AB\\u003d\\n\",\"ABC=1\",\"\\\"=q\",\"=\"]}}");

    cr_expect_str_eq(cdi_oci_getenv(oci, "AB"), "\n");
    cr_expect_str_eq(cdi_oci_getenv(oci, "\xc3\xa9"), "2");
    cr_expect_str_eq(cdi_oci_getenv(oci, "\""), "q");
    cr_expect_str_eq(cdi_oci_getenv(oci, ""), "");
    cr_expect_null(cdi_oci_getenv(oci, "A"));
    cdi_oci_free(oci);
}

/* Go's decoder does not mind the case of names; U+017F and U+212A fold into s and k. */
Test(oci, members_in_another_letter_case_are_read)
{
    struct cdi_oci *oci = parse(
        "{\"PROCE\\u017fS\":{\"Env\":[\"A=1\"]},\"Annotations\":{\"a\":\"b\"},"
        "\"\\u212a\":1,\"hoo\xe2\x84\xaas\":{}}");
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_annotations found;

    cr_expect_str_eq(cdi_oci_getenv(oci, "A"), "1");
    cr_assert_eq(cdi_oci_annotations(oci, "a", &found, &err), 0);
    cr_expect_eq(found.n, 1);
    cdi_oci_free(oci);
}
