/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container edits make of an OCI configuration. The expectations are those of the CDI Go
 * library's tests and of its recorded behaviour; documents are compared by cJSON.
 */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>

#include "apply/edits.h"
#include "apply/oci.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "tests/unit/edits.h"

static const struct {
    const char *before;
    struct cdi_edits edits;
    const char *after; /* NULL: unchanged */
} cases[] = {
    {"{\"x\":1}", {.env = {NULL, 0}}, NULL},
    /* env: replaced in place, the last of several; else appended. */
    {"{}", ENV("A=1"),
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"cwd\":\"\",\"env\":[\"A=1\"]}}"},
    {"{\"process\":{\"env\":null}}", ENV("F=old", "F=new"), "{\"process\":{\"env\":[\"F=new\"]}}"},
    {"{\"process\":{\"env\":[\"F=old\",\"B=old\"]}}", ENV("F=new"),
     "{\"process\":{\"env\":[\"F=new\",\"B=old\"]}}"},
    {"{\"process\":{\"env\":[\"F=1\",\"F=2\",\"G\",\"f=3\",null]}}", ENV("F=9", "G=8", "FF=7"),
     "{\"process\":{\"env\":[\"F=1\",\"F=9\",\"G=8\",\"f=3\",null,\"FF=7\"]}}"},
    {"{\"process\":{\"env\":[\"\\u0046=1\"]}}", ENV("F=1"), NULL},
    {"{\"process\":{\"env\":[\"\\u0041=2\"]}}", ENV("A=1", "A=2"), NULL},
    {"{\"process\":{\"env\":[\"A=1\",\"A=2\"]}}", ENV("A=2", "A=1"),
     "{\"process\":{\"env\":[\"A=1\",\"A=1\"]}}"},
    {"{\"process\":{\"env\":[]}}", ENV("N=a\xc0\x80\"\n"),
     "{\"process\":{\"env\":[\"N=a\\u0000\\\"\\n\"]}}"},
    /* deviceNodes and their rules. */
    {"{}", NODES(NODE("/dev/nil", "c", 1, 3, .permissions = "none")),
     "{\"linux\":{\"devices\":[{\"path\":\"/dev/nil\",\"type\":\"c\",\"major\":1,\"minor\":3}],"
     "\"resources\":{\"devices\":[{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3}]}}}"},
    {"{}", NODES({.path = "/dev/null"}),
     "{\"linux\":{\"devices\":[{\"path\":\"/dev/null\",\"type\":\"c\",\"major\":1,\"minor\":3,"
     "\"fileMode\":438}],\"resources\":{\"devices\":[{\"allow\":true,\"type\":\"c\",\"major\":1,"
     "\"minor\":3,\"access\":\"rwm\"}]}}}"},
    {"{\"linux\":{\"resources\":{\"devices\":[{\"allow\":false}]},\"devices\":null}}",
     NODES(NODE("/dev/u", "u", 9, 9, .permissions = ""),
           NODE("/dev/p", "p", 0, 0, .gid = {true, 0}),
           NODE("/dev/b", "b", 7, 0, .permissions = "mw", .uid = {true, 5})),
     "{\"linux\":{\"resources\":{\"devices\":[{\"allow\":false},{\"allow\":true,\"type\":\"b\","
     "\"major\":7,\"minor\":0,\"access\":\"mw\"}]},\"devices\":[{\"path\":\"/dev/u\",\"type\":"
     "\"u\",\"major\":9,\"minor\":9},{\"path\":\"/dev/p\",\"type\":\"p\",\"major\":0,\"minor\":0,"
     "\"gid\":0},{\"path\":\"/dev/b\",\"type\":\"b\",\"major\":7,\"minor\":0,\"uid\":5}]}}"},
    /* Nodes without owner get the ids of the process, unless they are 0. */
    {"{\"process\":{\"user\":{\"uid\":4294967295,\"gid\":0}}}",
     NODES(NODE("/p", "p", 0, 0, .gid = {false, 0}), NODE("/q", "p", 0, 0, .uid = {true, 0})),
     "{\"process\":{\"user\":{\"uid\":4294967295,\"gid\":0}},\"linux\":{\"devices\":[{\"path\":"
     "\"/p\",\"type\":\"p\",\"major\":0,\"minor\":0,\"uid\":4294967295},{\"path\":\"/q\",\"type\":"
     "\"p\",\"major\":0,\"minor\":0,\"uid\":0}]}}"},
    {"{\"process\":{\"user\":{\"uid\":5,\"gid\":6}}}", NODES(NODE("/p", "p", 0, 0)),
     "{\"process\":{\"user\":{\"uid\":5,\"gid\":6}},\"linux\":{\"devices\":[{\"path\":\"/p\","
     "\"type\":\"p\",\"major\":0,\"minor\":0,\"uid\":5,\"gid\":6}]}}"},
    {"{\"linux\":{\"devices\":[{\"minor\": 0, \"path\":\"/p\",\"major\":0,\"type\":\"p\"}]}}",
     NODES(NODE("/p", "p", 0, 0, .uid = {true, 5}), NODE("/p", "p", 0, 0)), NULL},
    /* netDevices by name on the host. */
    {"{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"netdev1\",\"x\":1}}}}",
     NET_DEVICES({"eno1", "netdev2"}, {"eno2", "netdev1"}),
     "{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"netdev2\"},\"eno2\":{\"name\":\"netdev1\"}}}"
     "}"},
    {"{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"\\u006e\"}}}}", NET_DEVICES({"eno1", "n"}),
     NULL},
    {"{\"linux\":{\"netDevices\":{\"e\":{\"name\":\"\\u006e\"}}}}",
     NET_DEVICES({"e", "m"}, {"e", "n"}), NULL},
    {"{}", NET_DEVICES({"e", "m"}, {"f", "o"}, {"e", "n"}),
     "{\"linux\":{\"netDevices\":{\"e\":{\"name\":\"n\"},\"f\":{\"name\":\"o\"}}}}"},
    /* mounts: the first of a destination goes, the new one is the last; then all are sorted. */
    {"{}", MOUNTS({.host_path = "/h", .container_path = "/c"}),
     "{\"mounts\":[{\"destination\":\"/c\",\"source\":\"/h\"}]}"},
    {"{\"mounts\":[{\"destination\":\"/dest/path/b\"},{\"destination\":\"/dest/path/a\"}]}",
     MOUNTS({.host_path = "/h",
             .container_path = "/dest/edit",
             .type = "bind",
             .options = TEXTS("ro", "")}),
     "{\"mounts\":[{\"destination\":\"/dest/edit\",\"type\":\"bind\",\"source\":\"/h\",\"options\":"
     "[\"ro\",\"\"]},{\"destination\":\"/dest/path/b\"},{\"destination\":\"/dest/path/a\"}]}"},
    {"{\"mounts\":[{\"destination\":\"/a\"},{\"destination\":\"/b\",\"source\":\"/h\"}]}",
     MOUNTS({.host_path = "/h", .container_path = "/b", .type = ""}), NULL},
    {"{\"mounts\":[{\"destination\":\"/a\"},{ \"source\":\"2\",\"destination\":\"/b\"}]}",
     MOUNTS({.host_path = "1", .container_path = "/b"}, {.host_path = "2", .container_path = "/b"}),
     NULL},
    /* Two that are the same change places. */
    {"{\"mounts\":[{\"destination\":\"/b\",\"source\":\"h\"},{\"destination\":\"/b\",\"source\":"
     "\"h\"}]}",
     MOUNTS({.host_path = "h", .container_path = "/b"}), NULL},
    {"{\"mounts\":[{\"destination\":\"/b\"},{\"destination\":\"/a\"}]}",
     MOUNTS({.host_path = "1", .container_path = "/b"}, {.host_path = "2", .container_path = "/b"}),
     "{\"mounts\":[{\"destination\":\"/a\"},{\"destination\":\"/b\",\"source\":\"2\"}]}"},
    /* User namespace: mappings are not copied, bind mounts get idmap or ridmap. */
    {"{\"linux\":{\"namespaces\":[{\"type\":\"user\",\"path\":\"/x\"}],\"uidMappings\":[{}]},"
     "\"mounts\":[{\"destination\":\"/c\"},{\"destination\":\"/b\"}]}",
     MOUNTS({.host_path = "h", .container_path = "/a", .type = "bind"},
            {.host_path = "h", .container_path = "/d", .options = TEXTS("rbind")},
            {.host_path = "h", .container_path = "/e", .type = "tmpfs"}),
     "{\"linux\":{\"namespaces\":[{\"type\":\"user\",\"path\":\"/x\"}],\"uidMappings\":[{}]},"
     "\"mounts\":[{\"destination\":\"/c\"},{\"destination\":\"/b\"},{\"destination\":\"/"
     "a\",\"type\":"
     "\"bind\",\"source\":\"h\",\"options\":[\"idmap\"]},{\"destination\":\"/d\",\"source\":\"h\","
     "\"options\":[\"rbind\",\"ridmap\"]},{\"destination\":\"/e\",\"type\":\"tmpfs\",\"source\":"
     "\"h\"}]}"},
    {"{\"linux\":{\"namespaces\":[{\"type\":\"mount\"},null]}}",
     MOUNTS({.host_path = "h", .container_path = "/a", .type = "bind"}),
     "{\"linux\":{\"namespaces\":[{\"type\":\"mount\"},null]},\"mounts\":[{\"destination\":\"/a\","
     "\"type\":\"bind\",\"source\":\"h\"}]}"},
    /* hooks: appended, each to its own list. */
    {"{\"hooks\":{\"prestart\":[{\"path\":\"/old\"}],\"poststop\":null}}",
     HOOKS({.hook_name = "prestart", .path = "/1", .args = TEXTS("a", ""), .env = TEXTS("E=1")},
           {.hook_name = "createRuntime", .path = "/2", .timeout = {true, 0}},
           {.hook_name = "createContainer", .path = "/3", .timeout = {true, -5}},
           {.hook_name = "startContainer", .path = "/4"}, {.hook_name = "poststart", .path = "/5"},
           {.hook_name = "poststop", .path = "/6"}, {.hook_name = "poststop", .path = "/6"}),
     "{\"hooks\":{\"prestart\":[{\"path\":\"/old\"},{\"path\":\"/1\",\"args\":[\"a\",\"\"],\"env\":"
     "[\"E=1\"]}],\"poststop\":[{\"path\":\"/6\"},{\"path\":\"/6\"}],\"createRuntime\":[{\"path\":"
     "\"/2\",\"timeout\":0}],\"createContainer\":[{\"path\":\"/3\",\"timeout\":-5}],"
     "\"startContainer\":[{\"path\":\"/4\"}],\"poststart\":[{\"path\":\"/5\"}]}}"},
    /* intelRdt: replaced whole. */
    {"{\"linux\":{\"intelRdt\":{\"closID\":\"old\",\"memBwSchema\":\"MB:0=1\",\"enableCMT\":true}}"
     "}",
     RDT(.clos_id = "clos-2", .l3_cache_schema = "L3:0=f"),
     "{\"linux\":{\"intelRdt\":{\"closID\":\"clos-2\",\"l3CacheSchema\":\"L3:0=f\"}}}"},
    {"{\"linux\":{\"intelRdt\":null}}", RDT(.clos_id = ""), "{\"linux\":{\"intelRdt\":{}}}"},
    {"{\"linux\":{\"intelRdt\":{}}}", RDT(.clos_id = ""), NULL},
    {"{}",
     RDT(.clos_id = "c", .l3_cache_schema = "l", .mem_bw_schema = "m", .schemata = TEXTS("s", "t"),
         .enable_monitoring = true),
     "{\"linux\":{\"intelRdt\":{\"closID\":\"c\",\"schemata\":[\"s\",\"t\"],\"l3CacheSchema\":"
     "\"l\","
     "\"memBwSchema\":\"m\",\"enableMonitoring\":true}}}"},
    /* additionalGids: neither 0 nor what is there. */
    {"{}", GIDS(0), NULL},
    {"{}", GIDS(4, 5, 6, 5, 6, 4),
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[4,5,6]},\"cwd\":\"\"}}"},
    {"{\"process\":{\"user\":{\"additionalGids\":[4,4,0,null]}}}", GIDS(0, 4, 4294967295),
     "{\"process\":{\"user\":{\"additionalGids\":[4,4,0,null,4294967295]}}}"},
    {"{\"process\":{\"user\":null}}", GIDS(5),
     "{\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[5]}}}"},
    /* Members in another letter case are used, and get their names. */
    {"{\"Process\":{\"ENV\":[\"A=1\"],\"Cwd\":\"/\"}}", ENV("B=2"),
     "{\"process\":{\"env\":[\"A=1\",\"B=2\"],\"Cwd\":\"/\"}}"},
};

Test(edits, apply)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct cdi_edits *edits = &cases[i].edits;
        struct cdi_oci *oci = edits_parse(cases[i].before);
        struct cdi_error err = CDI_ERROR_INIT;
        char *text;

        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, &err), 0, "%s: %s", cases[i].before,
                     err.message);
        text = edits_format(oci);
        cr_expect_eq(cdi_oci_changed(oci), cases[i].after != NULL, "%s", cases[i].before);
        if (cases[i].after)
            cr_expect(edits_same_json(text, cases[i].after), "%s\n%s", text, cases[i].after);
        else
            cr_expect_str_eq(text, cases[i].before);
        free(text);
        cdi_oci_free(oci);
    }
}

/* A path that the document has twice loses one each time. */
static const struct {
    const char *before;
    struct cdi_edits edits;
    const char *after, *again;
} repeated[] = {
    /* The first of a path goes; the next is overwritten where it is, else it goes to the end. */
    {"{\"linux\":{\"devices\":[{\"path\":\"/a\"},{\"path\":\"/p\",\"x\":1},null,{\"Path\":\"/p\"},"
     "{\"path\":\"/p\",\"x\":3},{\"path\":\"/p/\"}]}}",
     NODES(NODE("/p", "p", 0, 0, .uid = {false, 0}), NODE("/a", "p", 0, 0, .uid = {false, 0})),
     "{\"linux\":{\"devices\":[null,{\"path\":\"/p\",\"type\":\"p\",\"major\":0,\"minor\":0},"
     "{\"path\":\"/p\",\"x\":3},{\"path\":\"/p/\"},{\"path\":\"/a\",\"type\":\"p\",\"major\":0,"
     "\"minor\":0}]}}",
     "{\"linux\":{\"devices\":[null,{\"path\":\"/p\",\"type\":\"p\",\"major\":0,\"minor\":0},"
     "{\"path\":\"/p/\"},{\"path\":\"/a\",\"type\":\"p\",\"major\":0,\"minor\":0}]}}"},
    {"{\"mounts\":[{\"destination\":\"/p/c\"},{\"destination\":\"/p/b\",\"source\":\"1\"},"
     "{\"destination\":\"/p/b\",\"source\":\"2\"},{\"destination\":\"/p/b/\"},{},null]}",
     MOUNTS({.host_path = "3", .container_path = "/p/b"}),
     "{\"mounts\":[{},null,{\"destination\":\"/p/c\"},{\"destination\":\"/p/b\",\"source\":\"2\"},"
     "{\"destination\":\"/p/b/\"},{\"destination\":\"/p/b\",\"source\":\"3\"}]}",
     "{\"mounts\":[{},null,{\"destination\":\"/p/c\"},{\"destination\":\"/p/b/\"},"
     "{\"destination\":\"/p/b\",\"source\":\"3\"},{\"destination\":\"/p/b\",\"source\":\"3\"}]}"},
};

Test(edits, paths_that_are_there_twice)
{
    for (size_t i = 0; i < ARRAY_SIZE(repeated); i++) {
        const struct cdi_edits *edits = &repeated[i].edits;
        struct cdi_oci *oci = edits_parse(repeated[i].before);
        char *text;

        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, NULL), 0);
        text = edits_format(oci);
        cr_expect(edits_same_json(text, repeated[i].after), "%s\n%s", text, repeated[i].after);
        free(text);
        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, NULL), 0);
        text = edits_format(oci);
        cr_expect(edits_same_json(text, repeated[i].again), "%s\n%s", text, repeated[i].again);
        free(text);
        cdi_oci_free(oci);
    }
}

/* The wrapper leaves what it has brought: a second time nothing goes and nothing comes. */
Test(edits, paths_that_are_there_twice_for_the_wrapper)
{
    for (size_t i = 0; i < ARRAY_SIZE(repeated); i++) {
        const struct cdi_edits *edits = &repeated[i].edits;
        _cleanup_free_ char *text = NULL, *again = NULL;
        struct cdi_oci *oci = edits_parse(repeated[i].before);

        oci->as_wrapper = true;
        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, NULL), 0);
        text = edits_format(oci);
        cr_expect(edits_same_json(text, repeated[i].after), "%s\n%s", text, repeated[i].after);
        cdi_oci_free(oci);
        oci = edits_parse(text);
        oci->as_wrapper = true;
        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, NULL), 0);
        again = edits_format(oci);
        cr_expect_str_eq(again, text);
        cdi_oci_free(oci);
    }
}

/* Doing it again changes nothing, to the byte. */
Test(edits, apply_again)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases) * 2; i++) {
        const struct cdi_edits *edits = &cases[i / 2].edits;
        struct cdi_oci *first = edits_parse(cases[i / 2].before), *again;
        char *before, *after;

        first->as_wrapper = i % 2;
        cr_expect_eq(cdi_oci_apply(first, &edits, 1, NULL, NULL), 0);
        before = edits_format(first);
        again = edits_parse(before);
        again->as_wrapper = i % 2;
        cr_expect_eq(cdi_oci_apply(again, &edits, 1, NULL, NULL), 0);
        after = edits_format(again);
        cr_expect_str_eq(after, before);
        cr_expect_not(cdi_oci_changed(again), "%s", before);
        free(before);
        free(after);
        cdi_oci_free(first);
        cdi_oci_free(again);
    }
}

/* What a process gets is the last entry. */
static const struct {
    const char *before;
    struct cdi_edits first, second; /* of two passes */
    const char *after;
} kept[] = {
    {"[\"A=1\"]", ENV("A=2"), ENV("B=1"), "[\"A=1\",\"A=2\",\"B=1\"]"},
    {"[\"A=1\"]", ENV("A=1"), ENV("A=1"), "[\"A=1\"]"},
    {"[\"A=1\",\"A=2\"]", ENV("A=1"), ENV("B=1"), "[\"A=1\",\"A=2\",\"A=1\",\"B=1\"]"},
    {"[]", ENV("A=1", "A=2"), ENV("B=1"), "[\"A=2\",\"B=1\"]"},
    {"[]", ENV("A=1"), ENV("A=2"), "[\"A=1\",\"A=2\"]"},
    {"[\"A=0\"]", ENV("A=1", "B=1"), ENV("A=2"), "[\"A=0\",\"A=1\",\"B=1\",\"A=2\"]"},
};

Test(edits, variables_that_are_kept)
{
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        char before[256], want[256];

        (void)snprintf(before, sizeof before, "{\"process\":{\"env\":%s}}", kept[i].before);
        (void)snprintf(want, sizeof want, "{\"process\":{\"env\":%s}}", kept[i].after);
        /* a second time, too */
        for (int k = 0; k < 2; k++) {
            const struct cdi_edits *first = &kept[i].first, *second = &kept[i].second;
            struct cdi_oci *oci = edits_parse(k ? want : before);
            char *text;

            oci->as_wrapper = true;
            cr_expect_eq(cdi_oci_apply(oci, &first, 1, NULL, NULL), 0);
            cr_expect_eq(cdi_oci_apply(oci, &second, 1, NULL, NULL), 0);
            text = edits_format(oci);
            cr_expect_str_eq(text, want, "%zu, %d: %s", i, k, text);
            free(text);
            cdi_oci_free(oci);
        }
    }
}

/* A rule counts unless one behind it forbids something; then it comes again. */
static const struct {
    const char *rules, *want; /* the whole list; NULL: as it was */
} rules[] = {
    {"", "{A}"},
    {"{A}", NULL},
    {"{D},{A}", NULL},
    {"{A},{D}", "{A},{D},{A}"},
    {"{A},{D},{A}", NULL},
    {"{A},{O}", NULL},
    {"{O},{D}", "{O},{D},{A}"},
    {"{A},{}", "{A},{},{A}"},
    {"{R}", "{R},{A}"},
    {"{X},{S}", "{X},{S},{A}"},
    {"{X},{S},{A}", NULL},
    {"{A},null", "{A},null,{A}"},
};

/* Rules of one letter, in full. */
static void write_rules(const char *list, char *out, size_t size)
{
    static const char *const texts[] = {
        ['A'] = "\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":0,\"access\":\"rwm\"",
        ['S'] = "\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":-0,\"access\":\"rwm\"",
        ['X'] = "\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":0,\"access\":\"rwm\","
                "\"x\":1",
        ['R'] = "\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":0,\"access\":\"r\"",
        ['O'] = "\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"rwm\"",
        ['D'] = "\"allow\":false,\"access\":\"rwm\"",
    };
    struct strbuf text = STRBUF_INIT;

    strbuf_addstr(&text, "\"resources\":{\"devices\":[");
    for (; *list; list++)
        if (*list >= 'A' && *list <= 'X')
            strbuf_addstr(&text, texts[(unsigned char)*list]);
        else
            strbuf_addch(&text, *list);
    strbuf_addstr(&text, "]}");
    (void)snprintf(out, size, "%s", text.s);
    strbuf_free(&text);
}

/* Each node looks for its rule, and each hook for itself: not by looking at all. */
Test(edits, thousands_of_rules_and_hooks, .timeout = 10)
{
    enum { N = 20000 };
    static struct cdi_device_node node[N];
    static struct cdi_hook hook[N];
    const struct cdi_edits edits = {.device_nodes = node,
                                    .n_device_nodes = N,
                                    .hooks = hook,
                                    .n_hooks = N},
                           *one = &edits;
    struct cdi_oci *oci = edits_parse("{}");
    static char paths[N][16];
    _cleanup_free_ char *text = NULL;

    for (size_t i = 0; i < N; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "/dev/%zu", i);
        node[i] = (struct cdi_device_node){
            .path = paths[i], .type = "c", .major = 240, .minor = (int64_t)i};
        hook[i] = (struct cdi_hook){.hook_name = "poststop", .path = paths[i]};
    }
    cr_assert_eq(cdi_oci_apply(oci, &one, 1, NULL, NULL), 0);
    text = edits_format(oci);
    cdi_oci_free(oci);
    oci = edits_parse(text);
    cr_assert_eq(cdi_oci_apply(oci, &one, 1, NULL, NULL), 0);
    cr_expect_not(cdi_oci_changed(oci));
    cdi_oci_free(oci);
}

Test(edits, rules_that_are_there)
{
    const struct cdi_edits edits = NODES(NODE("/dev/nvidia0", "c", 195, 0)), *one = &edits;

    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        char before[1024], want[1024], document[2048];
        struct cdi_oci *oci;
        char *text;

        write_rules(rules[i].rules, before, sizeof before);
        write_rules(rules[i].want ? rules[i].want : rules[i].rules, want, sizeof want);
        (void)snprintf(document, sizeof document, "{\"linux\":{%s}}", before);
        oci = edits_parse(document);
        cr_assert_eq(cdi_oci_apply(oci, &one, 1, NULL, NULL), 0);
        text = edits_format(oci);
        cr_expect(strstr(text, want), "%zu: %s", i, text);
        free(text);
        cdi_oci_free(oci);
    }
}

/* Equal hooks of one create all come; those that were there before come no second time. */
Test(edits, hooks_that_are_there)
{
    const struct cdi_edits edits = HOOKS({.hook_name = "prestart", .path = "/h"},
                                         {.hook_name = "prestart", .path = "/h"},
                                         {.hook_name = "prestart", .path = "/i"}),
                           *one = &edits;
    struct cdi_oci *oci = edits_parse("{\"hooks\":{\"prestart\":[{ \"path\":\"/i\"}]}}");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, &one, 1, NULL, NULL), 0);
    text = edits_format(oci);
    cr_expect_str_eq(text, "{\"hooks\":{\"prestart\":[{ \"path\":\"/i\"},{\"path\":\"/h\"},"
                           "{\"path\":\"/h\"}]}}");
    free(text);
    cdi_oci_free(oci);
}

Test(edits, what_is_not_edited_stays_to_the_byte)
{
    const struct cdi_edits edits = {
        .env = TEXTS("B=2"),
        LIST(additional_gids, uint32_t, 7),
        LIST(mounts, struct cdi_mount, {.host_path = "/h", .container_path = "/m"})};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = edits_parse(
        "{\n    \"x\": 1e400,\n    \"process\": {\n        \"env\": [\n"
        "            \"\\u0041=\\/\"\n        ],\n        \"user\": { "
        "\"uid\":0 }\n    },\n    \"y\": [ 1,2.50 ]\n}\n");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, &p, 1, NULL, NULL), 0);
    text = edits_format(oci);
    cr_expect_str_eq(
        text, "{\n    \"x\": 1e400,\n    \"process\": {\n        \"env\": [\n"
              "            \"\\u0041=\\/\",\n            \"B=2\"\n        ],\n        "
              "\"user\": { \"uid\":0, \"additionalGids\": [7] }\n    },\n    \"y\": [ 1,2.50 "
              "],\n    \"mounts\": [\n        {\n            \"destination\": \"/m\",\n      "
              "      \"source\": \"/h\"\n        }\n    ]\n}\n");
    free(text);
    cdi_oci_free(oci);
}

static const struct {
    const char *path;
    size_t depth;
} depths[] = {
    {"/", 1},       {"/dev", 1},      {"/dev/", 1},     {"//dev", 1},   {"/dev/pts", 2},
    {"/a/../b", 1}, {"/a/./b", 2},    {"/..", 1},       {"/../a/b", 2}, {"rel", 0},
    {"", 0},        {".", 0},         {"a/b", 1},       {"a/..", 0},    {"..", 0},
    {"../a", 1},    {"../../a/b", 3}, {"a/../../b", 1}, {"...", 0},     {"/a/...", 2},
};

Test(edits, mount_depth_is_that_of_the_cleaned_path)
{
    for (size_t i = 0; i < ARRAY_SIZE(depths); i++)
        cr_expect_eq(edits_mount_depth(depths[i].path), depths[i].depth, "%s", depths[i].path);
}

static const struct {
    struct cdi_mount mount;
    const char *option;
} idmaps[] = {
    {{.type = "bind"}, "idmap"},
    {{.type = "", .options = TEXTS("bind", "ro")}, "idmap"},
    {{.type = "", .options = TEXTS("rbind")}, "ridmap"},
    {{.type = "", .options = TEXTS("rbind", "bind")}, "idmap"},
    {{.type = "", .options = TEXTS("bind", "rbind", "ro")}, "ridmap"},
    {{.type = "bind", .options = TEXTS("rbind", "idmap")}, NULL},
    {{.type = "", .options = TEXTS("bind", "ridmap")}, NULL},
    {{.type = "tmpfs"}, NULL},
    {{.type = NULL, .options = TEXTS("ro")}, NULL},
};

Test(edits, idmap_option)
{
    for (size_t i = 0; i < ARRAY_SIZE(idmaps); i++) {
        const char *got = edits_idmap_option(&idmaps[i].mount), *want = idmaps[i].option;

        cr_expect(want ? got && strcmp(got, want) == 0 : !got, "case %zu", i);
    }
}
