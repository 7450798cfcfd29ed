/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: the CDI Go library's annotations API, its tests and its recorded behaviour. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/annotations.h>

#include "base/cleanup.h"

#define DIGITS_57 "012345678901234567890123456789012345678901234567890123456"
#define BYTES_61  DIGITS_57 "7890"

Test(annotations, keys)
{
    static const struct {
        const char *plugin, *id;
        const char *key; /* NULL: an error */
    } cases[] = {
        {"vendor.class", "device", "cdi.k8s.io/vendor.class_device"},
        {"vendor.class", "dev/x", "cdi.k8s.io/vendor.class_dev_x"},
        {"v-e.n_d.or.cl-as_s", "d_e-v-i-c_e", "cdi.k8s.io/v-e.n_d.or.cl-as_s_d_e-v-i-c_e"},
        {"v-e.n_d.or.cl-as_s", "d-e/v/i/c-e", "cdi.k8s.io/v-e.n_d.or.cl-as_s_d-e_v_i_c-e"},
        {"a", "_x", "cdi.k8s.io/a__x"},
        {BYTES_61, "d", "cdi.k8s.io/" BYTES_61 "_d"},
        {BYTES_61 "2", "d", NULL},
        {DIGITS_57, "device", NULL},
        {"", "device", NULL},
        {"vendor.class", "", NULL},
        {"_vendor.class", "device", NULL},
        {"vendor.class", "device_", NULL},
        {"ven.dor-cl+ass", "device", NULL},
        {"vendor.class", "dev+ice", NULL},
        {"p/q", "dev", NULL},
        {"a", "x/", NULL},
        {"a", "/", NULL},
        {"_a", "x", NULL},
        {"a b", "x", NULL},
        {"a", "\xC3\xA9", NULL},
        {"v", "d:1", NULL},
        {"v", "d\n", NULL},
        {"v", "d.", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *key = NULL;
        int r = cdi_annotation_key(cases[i].plugin, cases[i].id, &key, &err);

        if (cases[i].key) {
            cr_expect_eq(r, 0, "%s", cases[i].key);
            cr_expect_str_eq(key, cases[i].key);
        } else {
            cr_expect_eq(r, -CDI_ERR_INVALID, "%s %s", cases[i].plugin, cases[i].id);
            cr_expect_null(key);
            cr_expect_not_null(err.message);
        }
    }
}

Test(annotations, values)
{
    static const struct {
        const char *devices[4];
        const char *value;
    } cases[] = {
        {{NULL}, ""},
        {{"vendor.com/device=d0"}, "vendor.com/device=d0"},
        {{"vendor.com/device=d0", "vendor.com/device=d2", "vendor.com/device=d1"},
         "vendor.com/device=d0,vendor.com/device=d2,vendor.com/device=d1"},
        {{"a/b=c", "a/b=c"}, "a/b=c,a/b=c"},
        {{"dev"}, NULL},
        {{"a/b=c", "vendor2.com/device2"}, NULL},
        {{"/dev/null"}, NULL},
        {{""}, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *value = NULL;
        size_t n = 0;
        int r;

        while (cases[i].devices[n])
            n++;
        r = cdi_annotation_value(cases[i].devices, n, &value, &err);
        cr_expect_eq(r, cases[i].value ? 0 : -CDI_ERR_INVALID, "case %zu", i);
        if (cases[i].value)
            cr_expect_str_eq(value, cases[i].value);
    }
}

Test(annotations, devices)
{
    static const struct {
        struct cdi_annotation items[4];
        const char *expected[8]; /* all NULL and bad == NULL: none */
        const char *bad;         /* the key that the error names */
    } cases[] = {
        {{{NULL, NULL}}, {NULL}, NULL},
        {{{"cdi.k8s.io/v.c_d", "v.com/c=d"}}, {"v.com/c=d"}, NULL},
        {{{"cdi.k8s.io/v.c_d", "v.com/c=d0,v.com/c=d1,v.com/c=d2"}},
         {"v.com/c=d0", "v.com/c=d1", "v.com/c=d2"},
         NULL},
        /* three keys, in the order of the keys */
        {{{"cdi.k8s.io/b", "v.com/c=b0,v.com/c=b1"},
          {"cdi.k8s.io/c", "v.com/c=c0,v.com/c=c1,v.com/c=c2"},
          {"cdi.k8s.io/B", "v.com/c=a0"}},
         {"v.com/c=a0", "v.com/c=b0", "v.com/c=b1", "v.com/c=c0", "v.com/c=c1", "v.com/c=c2"},
         NULL},
        /* repeated devices stay; nothing need follow the prefix */
        {{{"cdi.k8s.io/", "a/b=c,a/b=c"}}, {"a/b=c", "a/b=c"}, NULL},
        /* keys of others, whatever their values */
        {{{"foo", "bar"}, {" cdi.k8s.io/x", "bad"}, {"CDI.k8s.io/x", "bad"}, {"cdi.k8s.io", "b"}},
         {NULL},
         NULL},
        {{{"cdi.k8s.io/x", ""}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "a/b=c,"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", ",a/b=c"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "a/b=c, a/b=d"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "a/b=c\n"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "a/b=c;a/b=d"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "a/b=c"}, {"cdi.k8s.io/y", "vendor3.com=device3"}},
         {NULL},
         "cdi.k8s.io/y"},
        {{{"cdi.k8s.io/x", "/dev/null"}, {"cdi.k8s.io/y", "a/b=c"}}, {NULL}, "cdi.k8s.io/x"},
        {{{"cdi.k8s.io/x", "foobar"}}, {NULL}, "cdi.k8s.io/x"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cdi_annotation items[4];
        struct cdi_annotations annotations = {items, 0};
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ const char **devices = NULL;
        size_t n = 99, k;
        int r;

        memcpy(items, cases[i].items, sizeof items);
        while (annotations.n < ARRAY_SIZE(items) && items[annotations.n].key)
            annotations.n++;
        r = cdi_annotations_devices(&annotations, &devices, &n, &err);
        if (cases[i].bad) {
            cr_expect_eq(r, -CDI_ERR_INVALID, "case %zu", i);
            cr_expect(err.message && strstr(err.message, cases[i].bad), "case %zu", i);
            continue;
        }
        cr_assert_eq(r, 0, "case %zu: %s", i, err.message);
        for (k = 0; k < n && cases[i].expected[k]; k++)
            cr_expect_str_eq(devices[k], cases[i].expected[k]);
        cr_expect(k == n && !cases[i].expected[k], "case %zu: %zu devices", i, n);
        cr_expect(n > 0 || !devices);
    }
}

/* What one side makes the other side reads. */
Test(annotations, key_and_value_come_back)
{
    static const char *const devices[] = {"v1.com/c=a", "v2.com/c=b:1", "v1.com/c=0"};
    _cleanup_free_ char *key = NULL;
    _cleanup_free_ char *value = NULL;
    _cleanup_free_ const char **back = NULL;
    struct cdi_annotation item;
    size_t n;

    cr_assert_eq(cdi_annotation_key("vendor1.class", "device1", &key, NULL), 0);
    cr_assert_eq(cdi_annotation_value(devices, ARRAY_SIZE(devices), &value, NULL), 0);
    item = (struct cdi_annotation){key, value};
    cr_assert_eq(cdi_annotations_devices(&(struct cdi_annotations){&item, 1}, &back, &n, NULL), 0);
    cr_assert_eq(n, ARRAY_SIZE(devices));
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(back[i], devices[i]);
}
