/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cdi/fields.h"
#include "generate/edits.h"
#include "generate/nvidia.h"
#include "generate/simplify.h"

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_ _cleanup_(spec_freep)

/* The node's group is wanted where not everybody may read and write. */
Test(edits, groups)
{
    static const struct {
        uint32_t mode, gid;
        bool expected;
    } cases[] = {
        {0666, 44, false}, {0660, 44, true}, {0664, 44, true},  {0662, 44, true},
        {0660, 0, false},  {0, 44, false},   {0777, 44, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct edits_builder b = {.arena = arena};
        struct cdi_edits edits = {.env = {NULL, 0}};
        struct machine_node node = {"/dev/a", "/dev/a", 1, 2, cases[i].mode, cases[i].gid, false};

        edits_add_node(&b, &edits, &node);
        cr_expect_eq(edits.n_additional_gids, cases[i].expected, "case %zu", i);
    }
}

/* Every field of a document's edits. */
#define EVERY_FIELD                                                                             \
    "{\"env\":[\"A=1\"],\"deviceNodes\":[{\"path\":\"/dev/a\",\"hostPath\":\"/h/"               \
    "a\",\"type\":\"c\","                                                                       \
    "\"major\":1,\"minor\":2,\"fileMode\":384,\"permissions\":\"rw\",\"uid\":3,\"gid\":4}],"    \
    "\"netDevices\":[{\"hostInterfaceName\":\"eth0\",\"name\":\"net0\"}],"                      \
    "\"hooks\":[{\"hookName\":\"prestart\",\"path\":\"/h\",\"args\":[\"h\"],\"env\":[\"B=2\"]," \
    "\"timeout\":5}],\"mounts\":[{\"hostPath\":\"/m\",\"containerPath\":\"/n\",\"options\":"    \
    "[\"ro\"],\"type\":\"bind\"}],\"intelRdt\":{\"closID\":\"c\",\"l3CacheSchema\":\"l\","      \
    "\"memBwSchema\":\"m\",\"schemata\":[\"s\"],\"enableMonitoring\":true},"                    \
    "\"additionalGids\":[7]}"

static struct cdi_spec *parse_edits(const char *common, const char *device)
{
    struct cdi_spec *spec = NULL;
    char text[4096];
    int len = snprintf(text, sizeof text,
                       "{\"cdiVersion\": \"1.1.0\", \"kind\": \"a.b/c\", \"containerEdits\": %s, "
                       "\"devices\": [{\"name\": \"d\", \"containerEdits\": %s}]}",
                       common, device);

    cr_assert_eq(cdi_spec_parse(text, (size_t)len, NULL, &spec, NULL), 0);
    return spec;
}

static void expect_edits(const struct cdi_edits *edits, const char *expected)
{
    _cleanup_free_ char *text = NULL;
    size_t len;

    cr_assert_eq(cdi_edits_format(edits, CDI_FORMAT_JSON, &text, &len, NULL), 0);
    cr_expect_str_eq(text, expected);
}

Test(edits, append_takes_every_field)
{
    _cleanup_spec_ struct cdi_spec *spec = parse_edits("{}", EVERY_FIELD);
    const struct cdi_edits *from = &spec->devices[0].edits;
    struct edits_builder b = {.arena = spec->arena};
    struct cdi_edits edits = {.env = {NULL, 0}};

    for (size_t i = 0; i < object_edits.n; i++)
        cr_assert_not(field_empty(from, &object_edits.fields[i]), "%s is not in the test",
                      object_edits.fields[i].name);
    edits_append(&b, &edits, from);
    cr_assert_not(b.failed);
    expect_edits(&edits, EVERY_FIELD);
    edits_append(&b, &edits, from);
    for (size_t i = 0; i < object_edits.n; i++) {
        const struct field *field = &object_edits.fields[i];

        if (field->type == FIELD_OBJECTS || field->type == FIELD_UINT32S)
            cr_expect_eq(field_count(&edits, field), 2, "%s", field->name);
    }
    cr_expect_eq(edits.env.n, 2);
}

Test(simplify, removes_what_is_there_twice)
{
    static const struct machine_node node = {"/dev/a", "/dev/a", 1, 2, 0600, 3, false},
                                     other = {"/dev/a", "/b/dev/a", 1, 2, 0600, 3, false};
    static const struct machine_env env = {"A", "1"};
    static const struct machine_hook hook = {"hook", NULL, 0};
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();
    struct edits_builder b = {.arena = spec->arena, .hook_path = "/h"};
    struct cdi_device devices[2] = {{.name = "b"}, {.name = "a"}};

    for (size_t i = 0; i < 2; i++) {
        edits_add_node(&b, &spec->edits, &node);
        edits_add_node(&b, &devices[0].edits, &node);
        edits_add_node(&b, &devices[0].edits, &other);
        edits_add_node(&b, &devices[1].edits, &node);
        edits_add_env(&b, &devices[0].edits, &env);
        edits_add_mount(&b, &devices[0].edits, "/m/x", "/m/x", false);
        edits_add_mount(&b, &devices[0].edits, "/m", "/m", i == 0);
        edits_add_hook(&b, &devices[0].edits, &vendor_nvidia, &hook);
    }
    cr_assert_not(b.failed);
    spec->devices = devices;
    spec->n_devices = 2;
    cr_assert_eq(spec_simplify(spec, NULL), 0);

    cr_expect_eq(spec->edits.n_device_nodes, 1);
    cr_expect_eq(spec->edits.n_additional_gids, 1);
    cr_expect_str_eq(devices[0].name, "a");
    cr_expect_eq(devices[0].edits.n_device_nodes, 1, "nothing else would be left of it");
    cr_expect_eq(devices[1].edits.n_device_nodes, 1, "the other is in the common edits");
    cr_expect_str_eq(devices[1].edits.device_nodes[0].host_path, "/b/dev/a");
    cr_expect_eq(devices[1].edits.n_additional_gids, 1, "groups are not removed");
    cr_expect_eq(devices[1].edits.env.n, 1);
    cr_expect_eq(devices[1].edits.n_hooks, 1);
    cr_assert_eq(devices[1].edits.n_mounts, 3, "options make a difference");
    cr_expect_str_eq(devices[1].edits.mounts[0].options.items[0], "nosuid",
                     "ties keep their order");
    cr_expect_str_eq(devices[1].edits.mounts[2].container_path, "/m/x");
}

Test(simplify, no_second_all)
{
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();
    struct cdi_device device = {.name = "all"};

    spec->devices = &device;
    spec->n_devices = 1;
    cr_assert_eq(spec_add_all(spec, NULL), 0);
    cr_expect_eq(spec->n_devices, 1);
}

Test(simplify, every_field)
{
    static const char *const others[] = {
        /* each differs from the common entity in one member */
        "{\"deviceNodes\":[{\"path\":\"/dev/a\",\"hostPath\":\"/h/a\",\"type\":\"c\",\"major\":9,"
        "\"minor\":2,\"fileMode\":384,\"permissions\":\"rw\",\"uid\":3,\"gid\":4}]}",
        "{\"deviceNodes\":[{\"path\":\"/dev/a\",\"hostPath\":\"/h/a\",\"type\":\"c\",\"major\":1,"
        "\"minor\":9,\"fileMode\":384,\"permissions\":\"rw\",\"uid\":3,\"gid\":4}]}",
        "{\"deviceNodes\":[{\"path\":\"/dev/a\",\"hostPath\":\"/h/a\",\"type\":\"c\",\"major\":1,"
        "\"minor\":2,\"fileMode\":9,\"permissions\":\"rw\",\"uid\":3,\"gid\":4}]}",
        "{\"deviceNodes\":[{\"path\":\"/dev/a\",\"hostPath\":\"/h/a\",\"type\":\"c\",\"major\":1,"
        "\"minor\":2,\"fileMode\":384,\"permissions\":\"rw\",\"uid\":9,\"gid\":4}]}",
        "{\"netDevices\":[{\"hostInterfaceName\":\"eth9\",\"name\":\"net0\"}]}",
        "{\"netDevices\":[{\"hostInterfaceName\":\"eth0\",\"name\":\"net9\"}]}",
        "{\"mounts\":[{\"hostPath\":\"/m\",\"containerPath\":\"/n\",\"options\":[\"ro\"]}]}",
        "{\"hooks\":[{\"hookName\":\"prestart\",\"path\":\"/h\",\"args\":[\"h\"],\"env\":"
        "[\"B=2\"]}]}",
    };

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        _cleanup_spec_ struct cdi_spec *spec = parse_edits(EVERY_FIELD, EVERY_FIELD);
        _cleanup_spec_ struct cdi_spec *other = parse_edits("{}", others[i]);
        struct edits_builder b = {.arena = spec->arena};
        struct cdi_edits *device = &spec->devices[0].edits;

        edits_append(&b, device, &spec->edits);
        edits_append(&b, device, &other->devices[0].edits);
        cr_assert_eq(spec_simplify(spec, NULL), 0);
        expect_edits(&spec->edits, EVERY_FIELD);
        /* Groups and intelRdt stay; of the rest only what the common edits do not hold. */
        device->n_additional_gids = 0;
        cr_expect_not_null(device->intel_rdt);
        device->intel_rdt = NULL;
        expect_edits(device, others[i]);
    }
}

Test(simplify, all_has_every_field_of_the_devices)
{
    _cleanup_spec_ struct cdi_spec *spec = parse_edits("{}", EVERY_FIELD);

    cr_assert_eq(spec_add_all(spec, NULL), 0);
    cr_assert_eq(spec->n_devices, 2);
    cr_expect_str_eq(spec->devices[0].name, "all");
    expect_edits(&spec->devices[0].edits, EVERY_FIELD);
}
