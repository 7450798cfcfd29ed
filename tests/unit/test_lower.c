/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/lower.h>
#include <cdikit/version.h>

#include "base/cleanup.h"
#include "cdi/fields.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

static struct cdi_spec *parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(text, strlen(text), "x.yaml", &spec, &err), 0, "%s: %s", text,
                 err.message);
    return spec;
}

/* SPEC.md, "Released versions": what is left out for an older one, "PATH DEVICE VERSION;..." */
static const struct {
    const char *text;
    const char *max;
    const char *drops;
} dropped[] = {
    {"{}", "0.3.0", ""},
    {"annotations: {a: b}", "0.6.0", ""},
    {"annotations: {a: b}", "0.5.0", "annotations - 0.6.0;"},
    {"annotations: {}", "0.5.0", ""},
    {"devices: [{name: d, annotations: {a: b}}]", "0.5.0", "devices[0].annotations d 0.6.0;"},
    {"devices: [{name: d, containerEdits: {env: [A=b], additionalGids: [0]}}]", "0.7.0", ""},
    {"devices: [{name: d, containerEdits: {env: [A=b], additionalGids: [0]}}]", "0.6.0",
     "devices[0].containerEdits.additionalGids d 0.7.0;"},
    {"containerEdits: {additionalGids: [5]}", "0.5.0", "containerEdits.additionalGids - 0.7.0;"},
    {"containerEdits: {intelRdt: {closID: a, schemata: [b]}}", "0.6.0",
     "containerEdits.intelRdt - 0.7.0;"},
    {"containerEdits: {intelRdt: {}}", "0.6.0", "containerEdits.intelRdt - 0.7.0;"},
    {"containerEdits: {intelRdt: {closID: a, enableMonitoring: true}}", "1.0.0",
     "containerEdits.intelRdt.enableMonitoring - 1.1.0;"},
    {"containerEdits: {intelRdt: {closID: a, schemata: []}}", "1.0.0", ""},
    {"containerEdits: {netDevices: []}", "1.0.0", ""},
    {"containerEdits: {deviceNodes: [{path: /a, hostPath: /a}, {path: /b}]}", "0.4.0",
     "containerEdits.deviceNodes[0].hostPath - 0.5.0;"},
    {"containerEdits: {deviceNodes: [{path: /a, hostPath: /b}]}", "0.5.0", ""},
    {"containerEdits: {mounts: [{type: bind, options: [ro, rbind]}]}", "0.3.0",
     "containerEdits.mounts[0].type - 0.4.0;"},
    {"containerEdits: {mounts: [{type: tmpfs}]}", "0.4.0", ""},
    {"devices: [{name: 0}, {name: a1}]", "0.5.0", ""},
    {"devices: [{name: a, containerEdits: {env: [A=b], additionalGids: [1]}},"
     " {name: b, containerEdits: {env: [A=b], additionalGids: [1], intelRdt: {}}}]\n"
     "containerEdits: {additionalGids: [1]}",
     "0.5.0",
     "devices[0].containerEdits.additionalGids a 0.7.0;devices[1].containerEdits.intelRdt b 0.7.0;"
     "devices[1].containerEdits.additionalGids b 0.7.0;containerEdits.additionalGids - 0.7.0;"},
};

static void describe(const struct cdi_drops *drops, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < drops->n; i++) {
        const struct cdi_drop *drop = &drops->items[i];

        cr_expect(*drop->lost && *drop->member);
        used += (size_t)snprintf(text + used, size - used, "%s %s %s;", drop->path,
                                 drop->device ? drop->device : "-", drop->version);
    }
}

Test(lower, drops)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
        _cleanup_(free_spec) struct cdi_spec *spec = parse(dropped[i].text);
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_drops drops;
        char text[1024];

        cr_assert_eq(cdi_spec_lower(spec, dropped[i].max, &drops, &err), 0, "%s: %s",
                     dropped[i].text, err.message);
        describe(&drops, text, sizeof text);
        cr_expect_str_eq(text, dropped[i].drops, "%s: %s", dropped[i].text, text);
        cr_expect_leq(cdi_version_index(cdi_spec_min_version(spec)),
                      cdi_version_index(dropped[i].max), "%s", dropped[i].text);
    }
}

/* What says which device it is, or would become something else. */
static const struct {
    const char *text;
    const char *max;
    enum cdi_errc code;
    const char *said;
    unsigned line;
} refused[] = {
    {"devices:\n- {name: a}\n- {name: 0a}", "0.4.0", CDI_ERR_INVALID,
     "devices[1].name needs CDI 0.5.0, which is above 0.4.0", 3},
    {"kind: vendor.com/a.b", "0.5.0", CDI_ERR_INVALID, "kind needs CDI 0.6.0", 1},
    {"containerEdits:\n  deviceNodes:\n  - path: /a\n    hostPath: /b", "0.4.0", CDI_ERR_INVALID,
     "containerEdits.deviceNodes[0].hostPath needs CDI 0.5.0", 4},
    {"containerEdits: {mounts: [{type: tmpfs}]}", "0.3.0", CDI_ERR_INVALID,
     "containerEdits.mounts[0].type needs CDI 0.4.0", 1},
    {"containerEdits: {mounts: [{type: bind, options: [ro]}]}", "0.3.0", CDI_ERR_INVALID,
     "mounts[0].type", 1},
    {"containerEdits: {mounts: [{type: tmpfs, options: [bind]}]}", "0.3.0", CDI_ERR_INVALID,
     "mounts[0].type", 1},
    {"containerEdits: {netDevices: [{hostInterfaceName: a, name: b}]}", "1.0.0", CDI_ERR_INVALID,
     "containerEdits.netDevices needs CDI 1.1.0", 1},
    {"containerEdits: {intelRdt: {closID: a, schemata: [b]}}", "1.0.0", CDI_ERR_INVALID,
     "containerEdits.intelRdt.schemata needs CDI 1.1.0", 1},
    {"devices: [{name: d, containerEdits: {additionalGids: [1], intelRdt: {}}}]", "0.6.0",
     CDI_ERR_INVALID, "device \"d\" has nothing without", 1},
    {"{}", "0.2.0", CDI_ERR_INVALID, "less than CDI 0.3.0", 0},
    {"{}", "1.2.0", CDI_ERR_USAGE, "no CDI version \"1.2.0\"", 0},
};

Test(lower, refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        _cleanup_(free_spec) struct cdi_spec *spec = parse(refused[i].text);
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_drops drops;

        cr_expect_eq(cdi_spec_lower(spec, refused[i].max, &drops, &err), -(int)refused[i].code,
                     "%s", refused[i].text);
        cr_expect(err.message && strstr(err.message, refused[i].said), "%s: %s", refused[i].text,
                  err.message);
        cr_expect_eq(err.pos.line, refused[i].line, "%s: line %u", refused[i].text, err.pos.line);
        cdi_error_clear(&err);
    }
}

/* A failure changes nothing, also not what comes before its cause. */
Test(lower, untouched)
{
    _cleanup_(free_spec) struct cdi_spec *spec = parse(
        "cdiVersion: 1.1.0\nannotations: {a: b}\ndevices: [{name: 0}]\n"
        "containerEdits: {additionalGids: [1]}");
    struct cdi_drops drops;

    cr_assert_eq(cdi_spec_lower(spec, "0.4.0", &drops, NULL), -CDI_ERR_INVALID);
    cr_expect_str_eq(spec->version, "1.1.0");
    cr_expect_eq(spec->annotations.n, 1);
    cr_expect_eq(spec->edits.n_additional_gids, 1);
}

/* The declared version falls to what is needed then, and only if it is too high. */
Test(lower, version)
{
    _cleanup_(free_spec) struct cdi_spec *high = parse(
        "cdiVersion: 1.1.0\ndevices: [{name: 0}]\ncontainerEdits: {additionalGids: [1]}");
    _cleanup_(free_spec) struct cdi_spec *low = parse("cdiVersion: v0.6.0\ndevices: [{name: a}]");
    struct cdi_drops drops;

    cr_assert_eq(cdi_spec_lower(high, "0.6.0", &drops, NULL), 0);
    cr_expect_str_eq(high->version, "0.5.0");
    cr_assert_eq(cdi_spec_lower(low, "0.6.0", &drops, NULL), 0);
    cr_expect_str_eq(low->version, "v0.6.0");
}

/* A built document may share its lists: each device that loses something is named. */
Test(lower, shared_lists)
{
    struct cdi_device_node node = {.path = "/a", .host_path = "/a"};
    uint32_t gid = 5;
    struct cdi_edits edits = {.device_nodes = &node,
                              .n_device_nodes = 1,
                              .additional_gids = &gid,
                              .n_additional_gids = 1};
    struct cdi_device devices[] = {{.name = "a", .edits = edits}, {.name = "b", .edits = edits}};
    _cleanup_(free_spec) struct cdi_spec *spec = cdi_spec_new();
    struct cdi_drops drops;

    cr_assert(spec);
    spec->devices = devices;
    spec->n_devices = 2;
    cr_assert_eq(cdi_spec_lower(spec, "0.3.0", &drops, NULL), 0);
    cr_expect_eq(drops.n, 4);
    cr_expect_str_eq(node.host_path, "");
    cr_expect_eq(devices[1].edits.n_additional_gids, 0);
    cr_expect_null(devices[1].edits.additional_gids);
}

/* SPEC.md, "Released versions": a value that needs the version, for each field that can. */
static const struct {
    const char *object, *field, *text;
} versioned[] = {
    {"document", "annotations", "annotations: {a: b}"},
    {"document", "kind", "kind: v.com/c.d"},
    {"device", "annotations", "devices: [{name: d, annotations: {a: b}}]"},
    {"device", "name", "devices: [{name: 0}]"},
    {"deviceNode", "hostPath", "containerEdits: {deviceNodes: [{path: /a, hostPath: /b}]}"},
    {"mount", "type", "containerEdits: {mounts: [{hostPath: /a, containerPath: /b, type: tmpfs}]}"},
    {"containerEdits", "additionalGids", "containerEdits: {additionalGids: [5]}"},
    {"containerEdits", "netDevices",
     "containerEdits: {netDevices: [{hostInterfaceName: a, name: b}]}"},
    {"containerEdits", "intelRdt", "containerEdits: {intelRdt: {closID: a}}"},
    {"intelRdt", "enableMonitoring",
     "containerEdits: {intelRdt: {closID: a, enableMonitoring: true}}"},
    {"intelRdt", "schemata", "containerEdits: {intelRdt: {closID: a, schemata: [b]}}"},
};

static void expect_decided(const struct object *object, const struct field *field)
{
    size_t i = 0, n = sizeof versioned / sizeof *versioned;
    unsigned since = field->since ? field->since : field->value_since;
    const char *below = cdi_versions()[since - 1];

    while (i < n && (strcmp(versioned[i].object, object->name) != 0 ||
                     strcmp(versioned[i].field, field->name) != 0))
        i++;
    cr_expect(i < n, "%s.%s has no value here", object->name, field->name);
    if (i < n) {
        _cleanup_(free_spec) struct cdi_spec *spec = parse(versioned[i].text);
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_drops drops = {0};
        int r = cdi_spec_lower(spec, below, &drops, &err);

        cr_expect(r == 0 ? drops.n == 1 : r == -CDI_ERR_INVALID, "%s: %d", versioned[i].text, r);
        cr_expect(r == 0 || !strstr(err.message, "not known"), "%s: %s", versioned[i].text,
                  err.message);
        cdi_error_clear(&err);
    }
}

/* A field that needs a version and is not in the table of losses would be refused for no reason. */
Test(lower, every_field_is_decided)
{
    for (size_t i = 0; i < N_OBJECTS; i++)
        for (size_t k = 0; k < objects[i]->n; k++)
            if (objects[i]->fields[k].since || objects[i]->fields[k].value_since)
                expect_decided(objects[i], &objects[i]->fields[k]);
}
