/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/version.h>

#include "base/cleanup.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

/* SPEC.md, "Released versions": what each version brought. */
static const struct {
    const char *text;
    const char *version;
    const char *why;
} cases[] = {
    {"{}", "0.3.0", ""},
    {"devices: [{name: device0}]", "0.3.0", ""},
    {"containerEdits: {mounts: [{type: ''}]}", "0.3.0", ""},
    {"containerEdits: {mounts: [{}, {type: bind}]}", "0.4.0", "containerEdits.mounts[1].type"},
    {"containerEdits: {deviceNodes: [{hostPath: /a, path: /a}]}", "0.5.0",
     "containerEdits.deviceNodes[0].hostPath"},
    {"containerEdits: {mounts: [{hostPath: /a}]}", "0.3.0", ""},
    {"devices: [{name: a}, {name: 0example}, {name: 1}]", "0.5.0", "devices[1].name"},
    {"annotations: {}", "0.3.0", ""},
    {"annotations: {a: b}", "0.6.0", "annotations"},
    {"devices: [{annotations: {a: b}}]", "0.6.0", "devices[0].annotations"},
    {"kind: example.com/example.class", "0.6.0", "kind"},
    {"kind: vendor.com/class", "0.3.0", ""},
    {"kind: vendor.com", "0.3.0", ""},
    {"kind: a/b/c.d", "0.6.0", "kind"},
    {"containerEdits: {additionalGids: []}", "0.3.0", ""},
    {"containerEdits: {additionalGids: [0]}", "0.7.0", "containerEdits.additionalGids"},
    {"devices: [{containerEdits: {additionalGids: [5]}}]", "0.7.0",
     "devices[0].containerEdits.additionalGids"},
    {"containerEdits: {intelRdt: {}}", "0.7.0", "containerEdits.intelRdt"},
    {"containerEdits: {intelRdt: {closID: foo}}", "0.7.0", "containerEdits.intelRdt"},
    {"containerEdits: {intelRdt: ~}", "0.3.0", ""},
    {"containerEdits: {intelRdt: {schemata: ~}}", "0.7.0", "containerEdits.intelRdt"},
    {"containerEdits: {intelRdt: {schemata: []}}", "1.1.0", "containerEdits.intelRdt.schemata"},
    {"containerEdits: {intelRdt: {schemata: [a]}}", "1.1.0", "containerEdits.intelRdt.schemata"},
    {"containerEdits: {intelRdt: {enableMonitoring: false}}", "0.7.0", "containerEdits.intelRdt"},
    {"devices: [{containerEdits: {intelRdt: {enableMonitoring: true}}}]", "1.1.0",
     "devices[0].containerEdits.intelRdt.enableMonitoring"},
    {"containerEdits: {netDevices: []}", "0.3.0", ""},
    {"containerEdits: {netDevices: [{}]}", "1.1.0", "containerEdits.netDevices"},
    {"containerEdits: {netDevices: [~]}", "1.1.0", "containerEdits.netDevices"},
    {"containerEdits: {deviceNodes: [{permissions: none}]}", "0.3.0", ""},
    {"annotations: {a: b}\ncontainerEdits: {deviceNodes: [{hostPath: a}], mounts: [{type: b}]}",
     "0.6.0", "annotations"},
    {"annotations: {a: b}\ncontainerEdits: {additionalGids: [1], netDevices: [{}]}", "1.1.0",
     "containerEdits.netDevices"},
    {"devices: [{name: 0}, {containerEdits: {mounts: [{type: x}]}}]", "0.5.0", "devices[0].name"},
};

Test(version, minimum)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(free_spec) struct cdi_spec *spec = NULL;
        char why[256];

        cr_assert_eq(cdi_spec_parse(cases[i].text, strlen(cases[i].text), NULL, &spec, NULL), 0);
        cr_expect_str_eq(cdi_spec_min_version(spec), cases[i].version, "%s", cases[i].text);
        cr_expect_str_eq(cdi_spec_min_version_why(spec, why, sizeof why), cases[i].version);
        cr_expect_str_eq(why, cases[i].why, "%s: %s", cases[i].text, why);
    }
}

Test(version, built_document_with_null_strings)
{
    _cleanup_(free_spec) struct cdi_spec *spec = cdi_spec_new();
    struct cdi_device device = {.name = NULL};

    spec->kind = NULL;
    spec->devices = &device;
    spec->n_devices = 1;
    cr_expect_str_eq(cdi_spec_min_version(spec), "0.3.0");
}

Test(version, path_is_cut_to_the_buffer)
{
    static const char text[] = "annotations: {a: b}";
    _cleanup_(free_spec) struct cdi_spec *spec = NULL;
    char why[4];

    cr_assert_eq(cdi_spec_parse(text, sizeof text - 1, NULL, &spec, NULL), 0);
    (void)cdi_spec_min_version_why(spec, why, sizeof why);
    cr_expect_str_eq(why, "ann");
}

Test(version, index)
{
    static const char *const unknown[] = {
        "",       "1.1",       "0.3",         "V1.1.0", "vv1.1.0", " 1.1.0", "1.0.1",
        "1.1.0 ", "1.1.0-rc1", "1.1.0+build", "01.1.0", "0.0.0",   "2.0.0",  "v",
    };

    cr_expect_eq(cdi_version_index("0.1.0"), 0);
    cr_expect_eq(cdi_version_index("v0.3.0"), 2);
    cr_expect_eq(cdi_version_index(CDI_VERSION_EARLIEST), 2);
    cr_expect_eq(cdi_version_index(CDI_VERSION_CURRENT), 9);
    cr_expect_null(cdi_versions()[10]);
    for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
        cr_expect_eq(cdi_version_index(unknown[i]), -1, "%s", unknown[i]);
}
