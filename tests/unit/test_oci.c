/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/oci.h>

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
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
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
    {"", CDI_ERR_SYNTAX, 0, 0, "empty"},
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
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
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
