/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>

#include "base/cleanup.h"

/* What a document asks for: names joined with blanks, or what the error says. */
static const struct {
    const char *config;
    const char *names;
    const char *error;
} cases[] = {
    {"{}", "", NULL},
    {"{\"process\":{\"env\":[\"A=1\"]}}", "", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=0\"]}}", "nvidia.com/gpu=0",
     NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES= nvidia.com/gpu=0,,v/c=d\\t,\"]}}",
     "nvidia.com/gpu=0 v/c=d", NULL},
    /* A name that is given twice is asked for once. */
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=a/b=c,a/b=d,a/b=c\"]}}", "a/b=c a/b=d", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=a/b=c\",\"NVIDIA_VISIBLE_DEVICES=a/b=d\"]}}",
     "a/b=d", NULL},
    /* Other names are of NVIDIA's kind, and words stand for the whole list. */
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=\"]}}", "", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=all\"]}}", "nvidia.com/gpu=all", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=none\"]}}", "nvidia.com/gpu=none", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=void\"]}}", "", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0,GPU-1234,0\"]}}",
     "nvidia.com/gpu=0 nvidia.com/gpu=GPU-1234", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=a/b=c,void\"]}}", "", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=a/b=c,1,2\"]}}",
     "a/b=c nvidia.com/gpu=1 nvidia.com/gpu=2", NULL},
    {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=all,a/b=c\"]}}", "nvidia.com/gpu=all", NULL},
    {"{\"process\":{\"env\":[\"CUDA_VERSION=10.0\"]}}", "nvidia.com/gpu=all", NULL},
    /* Annotations: in bytewise order of keys; they take the place of the variable. */
    {"{\"annotations\":{\"cdi.k8s.io/z\":\"a/b=1\",\"x\":\"y\",\"cdi.k8s.io/a\":\"a/b=2,a/b=3\"}}",
     "a/b=2 a/b=3 a/b=1", NULL},
    {"{\"annotations\":{\"cdi.k8s.io/z\":\"a/b=1\",\"cdi.k8s.io/a\":\"a/b=1\"}}", "a/b=1", NULL},
    {"{\"annotations\":{\"cdi.k8s.io/z\":\"a/b=1\"},"
     "\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=a/b=2\"]}}",
     "a/b=1", NULL},
    {"{\"annotations\":{\"cdi.k8s.io/z\":\"foobar\"}}", "nvidia.com/gpu=foobar", NULL},
    {"{\"annotations\":{\"cdi.k8s.io/z\":\"\"}}", NULL, "cdi.k8s.io/z"},
    {"{\"annotations\":{\"cdi.k8s.io/z\":[]}}", NULL, "must be a string"},
};

static void expect_names(const char **devices, size_t n, const char *want, const char *config)
{
    char joined[200] = "";

    for (size_t i = 0; i < n; i++) {
        strcat(joined, i ? " " : "");
        strcat(joined, devices[i]);
    }
    cr_expect_str_eq(joined, want, "%s: %s", config, joined);
    cr_expect_eq(devices == NULL, n == 0);
}

Test(request, from_variable_and_annotations)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *config = cases[i].config;
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_oci *oci = NULL;
        const char **devices = NULL;
        size_t n = 0;
        int r;

        cr_assert_eq(cdi_oci_parse(config, strlen(config), NULL, &oci, &err), 0, "%s", config);
        r = cdi_oci_requested_devices(oci, &devices, &n, &err);
        cr_expect_eq(r == 0, cases[i].error == NULL, "%s", config);
        if (r == 0)
            expect_names(devices, n, cases[i].names, config);
        else
            cr_expect_not_null(strstr(err.message, cases[i].error ? cases[i].error : ""), "%s: %s",
                               config, err.message);
        cr_expect_not(cdi_oci_changed(oci));
        free(devices);
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
}

/* {"process":{"env":["NVIDIA_VISIBLE_DEVICES=..."]}} with n items, each made from its number. */
static struct cdi_oci *parse_list(const char *item, size_t n)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;
    char *text = malloc(100 + n * 32), *end = text;

    end += sprintf(end, "{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=");
    for (size_t i = 0; i < n; i++)
        end += sprintf(end, "%s%s%zu", i ? "," : "", item, i);
    end += sprintf(end, "\"]}}");
    cr_assert_eq(cdi_oci_take(text, (size_t)(end - text), NULL, &oci, &err), 0);
    return oci;
}

static const struct {
    const char *item;
    size_t n;
    int result;
    size_t found;
} lists[] = {
    {"a/b=", CDI_OCI_MAX_REQUESTED, 0, CDI_OCI_MAX_REQUESTED},
    {"a/b=", CDI_OCI_MAX_REQUESTED + 1, -CDI_ERR_LIMIT, 0},
    {"a/b=", 1000000, -CDI_ERR_LIMIT, 0},
    {"", CDI_OCI_MAX_REQUESTED, 0, CDI_OCI_MAX_REQUESTED},
    {"", 1000000, -CDI_ERR_LIMIT, 0},
};

Test(request, long_lists, .timeout = 10)
{
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_oci *oci = parse_list(lists[i].item, lists[i].n);
        const char **devices = NULL;
        size_t n = 0;

        cr_expect_eq(cdi_oci_requested_devices(oci, &devices, &n, &err), lists[i].result);
        cr_expect_eq(n, lists[i].found);
        if (lists[i].result)
            cr_expect_not_null(strstr(err.message, "more than 4096"), "%s", err.message);
        free(devices);
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
}
