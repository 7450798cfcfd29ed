/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container edits make of an OCI configuration. The expectations are those of the CDI Go
 * library's tests and of its recorded behaviour; documents are compared by cJSON.
 */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>

#include "apply/edits.h"

#define ITEMS(...)   \
    (const char *[]) \
    {                \
        __VA_ARGS__  \
    }
#define TEXTS(...)                                                     \
    {                                                                  \
        ITEMS(__VA_ARGS__), sizeof ITEMS(__VA_ARGS__) / sizeof(char *) \
    }
#define LIST(name, type, ...) \
    .name = (type[]){__VA_ARGS__}, .n_##name = sizeof((type[]){__VA_ARGS__}) / sizeof(type)
#define ENV(...)                  \
    {                             \
        .env = TEXTS(__VA_ARGS__) \
    }
#define NODES(...)                                              \
    {                                                           \
        LIST(device_nodes, struct cdi_device_node, __VA_ARGS__) \
    }
#define NET_DEVICES(...)                                      \
    {                                                         \
        LIST(net_devices, struct cdi_net_device, __VA_ARGS__) \
    }
#define MOUNTS(...)                                 \
    {                                               \
        LIST(mounts, struct cdi_mount, __VA_ARGS__) \
    }
#define HOOKS(...)                                \
    {                                             \
        LIST(hooks, struct cdi_hook, __VA_ARGS__) \
    }
#define GIDS(...)                                    \
    {                                                \
        LIST(additional_gids, uint32_t, __VA_ARGS__) \
    }
#define RDT(...)                             \
    {                                        \
        .intel_rdt = &(struct cdi_intel_rdt) \
        {                                    \
            __VA_ARGS__                      \
        }                                    \
    }

/* A node whose numbers are given; no such node is on the host. */
#define NODE(p, t, ma, mi, ...)                                                         \
    {                                                                                   \
        .path = (p), .host_path = "/none/x", .type = (t), .major = (ma), .minor = (mi), \
        __VA_ARGS__                                                                     \
    }

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
    /* The first of a path goes; the next is overwritten where it is, else it goes to the end. */
    {"{\"linux\":{\"devices\":[{\"path\":\"/a\"},{\"path\":\"/p\",\"x\":1},null,{\"Path\":\"/p\"},"
     "{\"path\":\"/p\",\"x\":3},{\"path\":\"/p/\"}]}}",
     NODES(NODE("/p", "p", 0, 0, .uid = {false, 0}), NODE("/a", "p", 0, 0, .uid = {false, 0})),
     "{\"linux\":{\"devices\":[null,{\"path\":\"/p\",\"type\":\"p\",\"major\":0,\"minor\":0},"
     "{\"path\":\"/p\",\"x\":3},{\"path\":\"/p/\"},{\"path\":\"/a\",\"type\":\"p\",\"major\":0,"
     "\"minor\":0}]}}"},
    /* Nodes without owner get the ids of the process, unless they are 0. */
    {"{\"process\":{\"user\":{\"uid\":4294967295,\"gid\":0}}}",
     NODES(NODE("/p", "p", 0, 0, .gid = {false, 0}), NODE("/q", "p", 0, 0, .uid = {true, 0})),
     "{\"process\":{\"user\":{\"uid\":4294967295,\"gid\":0}},\"linux\":{\"devices\":[{\"path\":"
     "\"/p\",\"type\":\"p\",\"major\":0,\"minor\":0,\"uid\":4294967295},{\"path\":\"/q\",\"type\":"
     "\"p\",\"major\":0,\"minor\":0,\"uid\":0}]}}"},
    /* netDevices by name on the host. */
    {"{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"netdev1\",\"x\":1}}}}",
     NET_DEVICES({"eno1", "netdev2"}, {"eno2", "netdev1"}),
     "{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"netdev2\"},\"eno2\":{\"name\":\"netdev1\"}}}"
     "}"},
    {"{\"linux\":{\"netDevices\":{\"eno1\":{\"name\":\"\\u006e\"}}}}", NET_DEVICES({"eno1", "n"}),
     NULL},
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
    {"{\"mounts\":[{\"destination\":\"/p/c\"},{\"destination\":\"/p/b\",\"source\":\"1\"},"
     "{\"destination\":\"/p/b\",\"source\":\"2\"},{\"destination\":\"/p/b/\"},{},null]}",
     MOUNTS({.host_path = "3", .container_path = "/p/b"}),
     "{\"mounts\":[{},null,{\"destination\":\"/p/c\"},{\"destination\":\"/p/b\",\"source\":\"2\"},"
     "{\"destination\":\"/p/b/\"},{\"destination\":\"/p/b\",\"source\":\"3\"}]}"},
    {"{\"mounts\":[{\"destination\":\"/a\"},{\"destination\":\"/b\",\"source\":\"/h\"}]}",
     MOUNTS({.host_path = "/h", .container_path = "/b", .type = ""}), NULL},
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

static struct cdi_oci *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_parse(text, strlen(text), NULL, &oci, &err), 0, "%s: %s", text,
                 err.message ? err.message : "");
    return oci;
}

static char *format(const struct cdi_oci *oci)
{
    char *text = NULL;
    size_t len;

    cr_assert_eq(cdi_oci_format(oci, &text, &len, NULL), 0);
    return text;
}

static bool same_json(const char *a, const char *b)
{
    cJSON *x = cJSON_ParseWithOpts(a, NULL, true), *y = cJSON_ParseWithOpts(b, NULL, true);
    bool same = x && y && cJSON_Compare(x, y, true);

    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

Test(edits, apply)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct cdi_edits *edits = &cases[i].edits;
        struct cdi_oci *oci = parse(cases[i].before);
        struct cdi_error err = CDI_ERROR_INIT;
        char *text;

        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, &err), 0, "%s: %s", cases[i].before,
                     err.message);
        text = format(oci);
        cr_expect_eq(cdi_oci_changed(oci), cases[i].after != NULL, "%s", cases[i].before);
        if (cases[i].after)
            cr_expect(same_json(text, cases[i].after), "%s\n%s", text, cases[i].after);
        else
            cr_expect_str_eq(text, cases[i].before);
        free(text);
        cdi_oci_free(oci);
    }
}

/* Doing it again changes no values but hooks and rules, which come twice. */
Test(edits, apply_again)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct cdi_edits *edits = &cases[i].edits;
        struct cdi_oci *oci = parse(cases[i].after ? cases[i].after : cases[i].before);
        char *before = format(oci), *after;

        if (edits->n_hooks || strstr(before, "resources") || strstr(before, "/b\"")) {
            free(before);
            cdi_oci_free(oci);
            continue;
        }
        cr_expect_eq(cdi_oci_apply(oci, &edits, 1, NULL, NULL), 0);
        after = format(oci);
        if (strstr(before, "\"x\":3")) /* another device of that path was left the first time */
            cr_expect(cdi_oci_changed(oci));
        else
            cr_expect_str_eq(after, before);
        free(before);
        free(after);
        cdi_oci_free(oci);
    }
}

/* Kinds go over all edits before the next kind; lists are joined, the last intelRdt wins. */
Test(edits, several_objects_are_joined)
{
    const struct cdi_edits one = {.env = TEXTS("A=1", "B=1"),
                                  LIST(additional_gids, uint32_t, 5),
                                  .intel_rdt = &(struct cdi_intel_rdt){.clos_id = "x"}};
    const struct cdi_edits two = {.env = TEXTS("B=2"),
                                  LIST(additional_gids, uint32_t, 0, 5, 6, 7, 6),
                                  .intel_rdt = &(struct cdi_intel_rdt){.l3_cache_schema = "y"}};
    const struct cdi_edits *edits[] = {&one, NULL, &two};
    struct cdi_oci *oci = parse("{\"process\":{\"user\":{}}}");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, edits, 3, "/", NULL), 0);
    text = format(oci);
    cr_expect(same_json(text,
                        "{\"process\":{\"user\":{\"additionalGids\":[5,6,7]},\"env\":[\"A=1\","
                        "\"B=2\"]},\"linux\":{\"intelRdt\":{\"l3CacheSchema\":\"y\"}}}"),
              "%s", text);
    free(text);
    cr_expect_str_eq(cdi_oci_getenv(oci, "B"), "2");
    cdi_oci_free(oci);
}

static const struct {
    const char *config;
    struct cdi_edits edits;
    enum cdi_errc code;
    const char *says;
} failures[] = {
    {"{}", NODES({.path = "/none/x", .host_path = "", .type = "", .permissions = ""}),
     CDI_ERR_NOTFOUND, "/none/x"},
    {"{}", NODES({.path = "/dev/x", .host_path = "/", .type = ""}), CDI_ERR_INVALID,
     "/ is not a device node"},
    {"{}", NODES({.path = "/dev/null", .type = "u"}), CDI_ERR_INVALID, "\"u\""},
    {"{}", HOOKS({.hook_name = "prestop", .path = "/x"}), CDI_ERR_INVALID, "prestop"},
    {"{}", ENV("A=\xff"), CDI_ERR_INVALID, "UTF-8"},
    {"{}", NET_DEVICES({"\xff", "n"}), CDI_ERR_INVALID, "UTF-8"},
    {"{\"mounts\":[1]}", MOUNTS({.host_path = "h", .container_path = "c"}), CDI_ERR_INVALID,
     "an element of mounts must be an object"},
    {"{\"mounts\":[{\"destination\":1}]}", MOUNTS({.host_path = "h", .container_path = "c"}),
     CDI_ERR_INVALID, "\"destination\" of an element of mounts must be a string"},
    {"{\"mounts\":[{\"destination\":\"a\",\"Destination\":\"b\"}]}",
     MOUNTS({.host_path = "h", .container_path = "c"}), CDI_ERR_INVALID, "letter case"},
    {"{\"linux\":{\"namespaces\":[[]]}}", MOUNTS({.host_path = "h", .container_path = "c"}),
     CDI_ERR_INVALID, "linux.namespaces"},
    {"{\"linux\":{\"devices\":[{\"path\":{}}]}}", NODES(NODE("/p", "p", 0, 0, .uid = {false, 0})),
     CDI_ERR_INVALID, "linux.devices"},
    {"{\"process\":{\"user\":{\"uid\":4294967296}}}",
     NODES(NODE("/p", "p", 0, 0, .uid = {false, 0})), CDI_ERR_INVALID, "process.user.uid"},
    {"{\"process\":{\"user\":{\"gid\":\"5\"}}}", NODES(NODE("/p", "p", 0, 0, .uid = {false, 0})),
     CDI_ERR_INVALID, "process.user.gid"},
    {"{\"process\":{\"user\":{\"additionalGids\":[1.0]}}}", GIDS(5), CDI_ERR_INVALID, "1.0"},
};

/* The first edits succeed; because of the others they are not made either. */
Test(edits, a_failure_leaves_the_document_alone)
{
    const struct cdi_edits good = {
        .env = TEXTS("NEW=1"), LIST(device_nodes, struct cdi_device_node, {.path = "/dev/null"})};

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        const struct cdi_edits *edits[] = {&good, &failures[i].edits};
        struct cdi_oci *oci = parse(failures[i].config);
        struct cdi_error err = CDI_ERROR_INIT;
        char *text;

        cr_expect_eq(cdi_oci_apply(oci, edits, 2, NULL, &err), -(int)failures[i].code, "case %zu",
                     i);
        cr_expect_not_null(strstr(err.message ? err.message : "", failures[i].says), "%s",
                           err.message);
        cr_expect_not(cdi_oci_changed(oci));
        cr_expect_null(cdi_oci_getenv(oci, "NEW"));
        text = format(oci);
        cr_expect_str_eq(text, failures[i].config);
        free(text);
        /* It can still be edited. */
        if (strcmp(failures[i].config, "{}") == 0) {
            cr_expect_eq(cdi_oci_apply(oci, edits, 1, NULL, NULL), 0);
            cr_expect_str_eq(cdi_oci_getenv(oci, "NEW"), "1");
        }
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
}

Test(edits, a_dev_root_that_is_not_there)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = parse("{}");

    cr_expect_eq(cdi_oci_apply(oci, NULL, 0, "/none/x", &err), -CDI_ERR_IO);
    cr_expect_not_null(strstr(err.message, "/none/x"));
    cdi_error_clear(&err);
    cdi_oci_free(oci);
}

Test(edits, what_is_not_edited_stays_to_the_byte)
{
    const struct cdi_edits edits = {
        .env = TEXTS("B=2"),
        LIST(additional_gids, uint32_t, 7),
        LIST(mounts, struct cdi_mount, {.host_path = "/h", .container_path = "/m"})};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = parse("{\n    \"x\": 1e400,\n    \"process\": {\n        \"env\": [\n"
                                "            \"\\u0041=\\/\"\n        ],\n        \"user\": { "
                                "\"uid\":0 }\n    },\n    \"y\": [ 1,2.50 ]\n}\n");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, &p, 1, NULL, NULL), 0);
    text = format(oci);
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
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
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
    for (size_t i = 0; i < sizeof idmaps / sizeof idmaps[0]; i++) {
        const char *got = edits_idmap_option(&idmaps[i].mount), *want = idmaps[i].option;

        cr_expect(want ? got && strcmp(got, want) == 0 : !got, "case %zu", i);
    }
}

/* Thousands of entries, most of them there already. */
Test(edits, many_entries, .timeout = 5)
{
    enum { N = 4000 };
    static char paths[N][16];
    struct cdi_mount *mounts = calloc(N, sizeof *mounts);
    struct cdi_edits edits = {.mounts = mounts, .n_mounts = N};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = parse("{}");

    for (size_t i = 0; i < N; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "/m/%zu", i);
        mounts[i].container_path = paths[i];
        mounts[i].host_path = "/h";
        mounts[i].type = "";
    }
    for (int i = 0; i < 10; i++)
        cr_assert_eq(cdi_oci_apply(oci, &p, 1, NULL, NULL), 0);
    free(mounts);
    cdi_oci_free(oci);
}
