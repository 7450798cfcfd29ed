/* SPDX-License-Identifier: Apache-2.0 */
/* Several edits at once: their order, all or nothing, where device nodes are looked at, speed. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>

#include "base/cleanup.h"
#include "tests/unit/edits.h"
#include "tests/unit/tmpdir.h"

/* Kinds go over all edits before the next kind; lists are joined, the last intelRdt wins. */
Test(apply, several_objects_are_joined)
{
    const struct cdi_edits one = {.env = TEXTS("A=1", "B=1"),
                                  LIST(additional_gids, uint32_t, 5),
                                  .intel_rdt = &(struct cdi_intel_rdt){.clos_id = "x"}};
    const struct cdi_edits two = {.env = TEXTS("B=2"),
                                  LIST(additional_gids, uint32_t, 0, 5, 6, 7, 6),
                                  .intel_rdt = &(struct cdi_intel_rdt){.l3_cache_schema = "y"}};
    const struct cdi_edits *edits[] = {&one, NULL, &two};
    struct cdi_oci *oci = edits_parse("{\"process\":{\"user\":{}}}");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, edits, 3, "/", NULL), 0);
    text = edits_format(oci);
    cr_expect(edits_same_json(
                  text, "{\"process\":{\"user\":{\"additionalGids\":[5,6,7]},\"env\":[\"A=1\","
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
Test(apply, a_failure_leaves_the_document_alone)
{
    const struct cdi_edits good = {
        .env = TEXTS("NEW=1"), LIST(device_nodes, struct cdi_device_node, {.path = "/dev/null"})};

    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        const struct cdi_edits *edits[] = {&good, &failures[i].edits};
        struct cdi_oci *oci = edits_parse(failures[i].config);
        struct cdi_error err = CDI_ERROR_INIT;
        char *text;

        cr_expect_eq(cdi_oci_apply(oci, edits, 2, NULL, &err), -(int)failures[i].code, "case %zu",
                     i);
        cr_expect_not_null(strstr(err.message ? err.message : "", failures[i].says), "%s",
                           err.message);
        cr_expect_not(cdi_oci_changed(oci));
        cr_expect_null(cdi_oci_getenv(oci, "NEW"));
        text = edits_format(oci);
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

Test(apply, a_dev_root_that_is_not_there)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = edits_parse("{}");

    cr_expect_eq(cdi_oci_apply(oci, NULL, 0, "/none/x", &err), -CDI_ERR_IO);
    cr_expect_not_null(strstr(err.message, "/none/x"));
    cdi_error_clear(&err);
    cdi_oci_free(oci);
}

/*
 * Two kinds that both fail: the one that comes first says so. The order is that of the CDI Go
 * library.
 */
#define BAD_ENV   .env = TEXTS("A=\xff")
#define BAD_NODE  LIST(device_nodes, struct cdi_device_node, {.path = "/none/x"})
#define BAD_NET   LIST(net_devices, struct cdi_net_device, {"\xff", "n"})
#define BAD_MOUNT LIST(mounts, struct cdi_mount, {.host_path = "h", .container_path = "c"})
#define BAD_HOOK  LIST(hooks, struct cdi_hook, {.hook_name = "prestop", .path = "/x"})
#define BAD_RDT                          \
    .intel_rdt = &(struct cdi_intel_rdt) \
    {                                    \
        .clos_id = "\xff"                \
    }
#define BAD_GID LIST(additional_gids, uint32_t, 5)

static const struct {
    struct cdi_edits edits;
    const char *says;
} orders[] = {
    {{BAD_ENV, BAD_NODE}, "UTF-8"},   {{BAD_NODE, BAD_NET}, "/none/x"},
    {{BAD_NET, BAD_MOUNT}, "UTF-8"},  {{BAD_MOUNT, BAD_HOOK}, "an element of mounts"},
    {{BAD_HOOK, BAD_RDT}, "prestop"}, {{BAD_RDT, BAD_GID}, "UTF-8"},
    {{BAD_GID}, "additionalGids"},
};

Test(apply, kinds_go_in_order)
{
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        const struct cdi_edits *edits = &orders[i].edits;
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_oci *oci = edits_parse(
            "{\"mounts\":[1],\"process\":{\"user\":{\"additionalGids\":"
            "[\"x\"]}}}");

        cr_expect_lt(cdi_oci_apply(oci, &edits, 1, NULL, &err), 0);
        cr_expect_not_null(strstr(err.message, orders[i].says), "case %zu: %s", i, err.message);
        cdi_error_clear(&err);
        cdi_oci_free(oci);
    }
}

/* So members that are new come in this order too. */
Test(apply, new_members_come_in_the_order_of_kinds)
{
    const struct cdi_edits edits = {
        .env = TEXTS("A=1"),
        LIST(device_nodes, struct cdi_device_node, NODE("/p", "p", 0, 0)),
        LIST(net_devices, struct cdi_net_device, {"e", "n"}),
        LIST(mounts, struct cdi_mount, {.host_path = "h", .container_path = "/c"}),
        LIST(hooks, struct cdi_hook, {.hook_name = "poststop", .path = "/x"}),
        .intel_rdt = &(struct cdi_intel_rdt){.clos_id = "c"},
        LIST(additional_gids, uint32_t, 5)};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = edits_parse("{}");
    char *text;

    cr_assert_eq(cdi_oci_apply(oci, &p, 1, NULL, NULL), 0);
    text = edits_format(oci);
    cr_expect_str_eq(
        text, "{\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[5]},"
              "\"cwd\":\"\",\"env\":[\"A=1\"]},\"linux\":{\"devices\":[{\"path\":\"/p\","
              "\"type\":\"p\",\"major\":0,\"minor\":0}],\"netDevices\":{\"e\":{\"name\":\"n\""
              "}},\"intelRdt\":{\"closID\":\"c\"}},\"mounts\":[{\"destination\":\"/c\","
              "\"source\":\"h\"}],\"hooks\":{\"poststop\":[{\"path\":\"/x\"}]}}");
    free(text);
    cdi_oci_free(oci);
}

static size_t open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Beneath a dev root the host's nodes are out of sight; its descriptor is closed again. */
Test(apply, dev_root)
{
    const struct cdi_edits null = NODES({.path = "/dev/null"});
    const struct cdi_edits *p = &null;
    const char *dir = tmpdir_new();
    size_t before = open_descriptors();
    struct cdi_oci *oci = edits_parse("{}");

    cr_expect_eq(cdi_oci_apply(oci, &p, 1, dir, NULL), -CDI_ERR_NOTFOUND);
    cr_expect_eq(cdi_oci_apply(oci, &p, 0, dir, NULL), 0);
    cr_expect_eq(open_descriptors(), before);
    cr_expect_eq(cdi_oci_apply(oci, &p, 1, "", NULL), 0);
    cdi_oci_free(oci);
}

/* "/" is the host itself, where also the links of /proc lead somewhere; beneath a root they do not.
 */
Test(apply, dev_root_slash_is_the_host)
{
    const struct cdi_edits edits = NODES({.path = "/n", .host_path = "/proc/self/root/dev/null"});
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = edits_parse("{}");

    cr_expect_eq(cdi_oci_apply(oci, &p, 1, "/", NULL), 0);
    cr_expect_lt(cdi_oci_apply(oci, &p, 1, "/.", NULL), 0);
    cdi_oci_free(oci);
}

/* Groups and devices by the hundred thousand. */
Test(apply, many_gids_and_net_devices, .timeout = 10)
{
    enum { N = 200000 };
    static char names[N][16];
    uint32_t *gids = calloc(N, sizeof *gids);
    struct cdi_net_device *devices = calloc(N, sizeof *devices);
    struct cdi_edits edits = {.additional_gids = gids,
                              .n_additional_gids = N,
                              .net_devices = devices,
                              .n_net_devices = N};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = edits_parse("{}");

    for (uint32_t i = 0; i < N; i++) {
        (void)snprintf(names[i], sizeof names[i], "eth%u", i);
        devices[i] = (struct cdi_net_device){names[i], "x"};
        gids[i] = i + 1;
    }
    cr_assert_eq(cdi_oci_apply(oci, &p, 1, NULL, NULL), 0);
    free(gids);
    free(devices);
    cdi_oci_free(oci);
}

/* Thousands of entries, most of them there already. */
Test(apply, many_entries, .timeout = 5)
{
    enum { N = 4000 };
    static char paths[N][16];
    struct cdi_mount *mounts = calloc(N, sizeof *mounts);
    struct cdi_edits edits = {.mounts = mounts, .n_mounts = N};
    const struct cdi_edits *p = &edits;
    struct cdi_oci *oci = edits_parse("{}");

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
