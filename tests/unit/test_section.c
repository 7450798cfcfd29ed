/* SPDX-License-Identifier: Apache-2.0 */
/* Where the sections of a document are found, and under which spellings. */
#include <criterion/criterion.h>
#include <string.h>

#include "apply/oci.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

static struct cdi_oci *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_parse(text, strlen(text), "config.json", &oci, &err), 0, "%s: %s", text,
                 err.message ? err.message : "");
    return oci;
}

/* Go's decoder folds letters, and U+017F and U+212A into s and k; nothing else. */
static const struct {
    const char *text;
    enum oci_section section;
    bool found;
} spellings[] = {
    {"{\"hooks\":{}}", OCI_HOOKS, true},
    {"{\"HOOKS\":{}}", OCI_HOOKS, true},
    {"{\"hoo\xe2\x84\xaas\":{}}", OCI_HOOKS, true},
    {"{\"hoo\\u212as\":{}}", OCI_HOOKS, true},
    {"{\"hook\xc5\xbf\":{}}", OCI_HOOKS, true},
    {"{\"HOO\\u212a\\u017f\":{}}", OCI_HOOKS, true},
    {"{\"\xc5\xbfook\":{}}", OCI_HOOKS, false},
    {"{\"hoo\xe2\x84\xabs\":{}}", OCI_HOOKS, false}, /* U+212B */
    {"{\"hoo\xe2\x84\xaa\":{}}", OCI_HOOKS, false},
    {"{\"hook\xc5\xbe\":{}}", OCI_HOOKS, false}, /* U+017E */
    {"{\"hooksk\":{}}", OCI_HOOKS, false},
    {"{\"hook\":{}}", OCI_HOOKS, false},
    {"{\"\":{}}", OCI_HOOKS, false},
    {"{\"hooks\":null}", OCI_HOOKS, false},
    {"{\"linux\":{\"intelRdt\":{}}}", OCI_INTEL_RDT, true},
    {"{\"LINUX\":{\"intelrdt\":{}}}", OCI_INTEL_RDT, true},
    {"{\"intelRdt\":{}}", OCI_INTEL_RDT, false},
    {"{\"process\":{\"user\":{\"additionalGids\":[]}}}", OCI_GIDS, true},
    {"{}", OCI_GIDS, false},
    {"null", OCI_ROOT, false},
    {"{}", OCI_ROOT, true},
};

Test(section, spellings)
{
    for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
        struct cdi_oci *oci = parse(spellings[i].text);
        struct json *section;

        cr_assert_eq(oci_section(oci, spellings[i].section, false, &section, NULL), 0);
        cr_expect_eq(section != NULL, spellings[i].found, "%s", spellings[i].text);
        cdi_oci_free(oci);
    }
}

/* What is made, with the members that OCI's Go types always write. */
static const struct {
    const char *before;
    enum oci_section section;
    const char *after;
} created[] = {
    {"{}", OCI_HOOKS_POSTSTOP, "{\"hooks\":{\"poststop\":[]}}"},
    {"{\"HOO\xe2\x84\xaas\":{\"x\":1}}", OCI_HOOKS_POSTSTOP,
     "{\"hooks\":{\"x\":1,\"poststop\":[]}}"},
    {"null", OCI_DEVICE_RULES, "{\"linux\":{\"resources\":{\"devices\":[]}}}"},
    {"{\"linux\":null}", OCI_NET_DEVICES, "{\"linux\":{\"netDevices\":{}}}"},
    {"{}", OCI_GIDS,
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[]},\"cwd\":\"\"}}"},
    {"{\"process\":{}}", OCI_GIDS,
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[]}}}"},
    {"{\"process\":{\"user\":{}}}", OCI_GIDS, "{\"process\":{\"user\":{\"additionalGids\":[]}}}"},
    {"{\"mounts\":[]}", OCI_MOUNTS, "{\"mounts\":[]}"},
};

Test(section, creates)
{
    for (size_t i = 0; i < ARRAY_SIZE(created); i++) {
        struct cdi_oci *oci = parse(created[i].before);
        struct strbuf out = STRBUF_INIT;
        struct json *section;

        cr_assert_eq(oci_section(oci, created[i].section, true, &section, NULL), 0);
        json_write(&oci->doc, &out);
        cr_expect_str_eq(out.s, created[i].after);
        strbuf_free(&out);
        cdi_oci_free(oci);
    }
}

Test(section, two_spellings_are_refused)
{
    static const char text[] = "{\"hooks\":{},\"hoo\\u212as\":{}}";
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_expect_eq(cdi_oci_parse(text, strlen(text), "c", &oci, &err), -CDI_ERR_INVALID);
    cr_expect_not_null(strstr(err.message, "\"hooks\" is there twice"), "%s", err.message);
    cdi_error_clear(&err);
}

static const struct {
    const char *element, *text, *error; /* text NULL: an error */
} elements[] = {
    {"null", "", NULL},
    {"{}", "", NULL},
    {"{\"path\":null}", "", NULL},
    {"{\"path\":\"\\u0061\"}", "a", NULL},
    {"{\"Path\":\"a\"}", "a", NULL},
    {"{\"path\":1}", NULL, "\"path\" of an element of linux.devices must be a string"},
    {"\"x\"", NULL, "an element of linux.devices must be an object, found a string"},
};

Test(section, texts_of_elements)
{
    for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct json *section;
        struct cdi_oci *oci;
        const char *got;
        char text[100];
        int r;

        (void)snprintf(text, sizeof text, "{\"linux\":{\"devices\":[%s]}}", elements[i].element);
        oci = parse(text);
        cr_assert_eq(oci_section(oci, OCI_DEVICES, false, &section, &err), 0);
        r = oci_element_text(oci, OCI_DEVICES, json_first(&oci->doc, section), "path", &got, &err);
        if (elements[i].text) {
            cr_expect_eq(r, 0);
            cr_expect_str_eq(got, elements[i].text);
        } else {
            cr_expect_eq(r, -CDI_ERR_INVALID);
            cr_expect_not_null(strstr(err.message, elements[i].error), "%s", err.message);
        }
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
}
