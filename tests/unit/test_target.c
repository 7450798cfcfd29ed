/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/version.h>

#include "base/cleanup.h"
#include "cdi/engine.h"
#include "diagnose/target.h"

/* The sentences and hints of the last check. */
static char said[4096];

static const char *check_spec(const char *engine, const struct cdi_spec *spec)
{
    static char found[4096];
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct engine_version version;
    struct cdi_findings findings;
    size_t used = 0;

    cr_assert_eq(engine_parse(engine, &version, &err), 0, "%s", err.message);
    cr_assert_eq(target_check(spec, &version, engine, &findings, &err), 0, "%s", err.message);
    found[0] = said[0] = '\0';
    for (size_t i = 0; i < findings.n; i++) {
        size_t len = strlen(said);

        (void)snprintf(said + len, sizeof said - len, "%s; %s\n", findings.items[i].message,
                       findings.items[i].hint ? findings.items[i].hint : "");
        used += (size_t)snprintf(found + used, sizeof found - used, "%u %s %s\n",
                                 findings.items[i].pos.line, findings.items[i].rule->id,
                                 findings.items[i].path);
    }
    cdi_findings_clear(&findings);
    return found;
}

/* What an engine has against a text, as lines "line rule path". */
static const char *check(const char *engine, const char *text)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec = NULL;
    const char *found;

    cr_assert_eq(cdi_spec_parse(text, strlen(text), "x.yaml", &spec, &err), 0, "%s", err.message);
    found = check_spec(engine, spec);
    cdi_spec_free(spec);
    return found;
}

#define KIND   "kind: vendor.com/class\n"
#define DEVICE "devices: [{name: dev, containerEdits: {env: [A=b]}}]\n"
#define WITH(edits) \
    "cdiVersion: 0.3.0\n" KIND "devices:\n- {name: dev, containerEdits: {" edits "}}\n"
#define EDITS "devices[0].containerEdits."

Test(target, a_document_for_everybody)
{
    for (const struct engine *engine = engines; engine->name; engine++)
        for (size_t i = 0; i < engine->n_releases; i++) {
            const unsigned *v = engine->releases[i].version;
            char name[64];

            (void)snprintf(name, sizeof name, "%s@%u.%u.%u", engine->name, v[0], v[1], v[2]);
            cr_expect_str_eq(check(name, "cdiVersion: 0.3.0\n" KIND DEVICE), "", "%s", name);
        }
}

Test(target, versions_that_an_engine_does_not_know)
{
    cr_expect_str_eq(check("podman@4.3", "cdiVersion: 0.5.0\n" KIND DEVICE), "");
    cr_expect_str_eq(check("podman@4.3", "cdiVersion: 0.6.0\n" KIND DEVICE),
                     "1 target-version cdiVersion\n");
    cr_expect(strstr(said, "podman@4.3 reads up to CDI 0.5.0"), "%s", said);
    cr_expect(strstr(said, "declare 0.3.0"), "%s", said);
    cr_expect_str_eq(check("docker@29.2", "cdiVersion: 1.1.0\n" KIND DEVICE), "");
    cr_expect_str_eq(check("docker@29.1", "cdiVersion: 1.1.0\n" KIND DEVICE),
                     "1 target-version cdiVersion\n");
    /* Nothing that is declared would be enough. */
    cr_expect_str_eq(check("podman@4.3", "cdiVersion: 0.6.0\nannotations: {a: b}\n" KIND DEVICE),
                     "1 target-version cdiVersion\n2 target-field annotations\n");
    cr_expect(strstr(said, "cdikit convert --for podman@4.3"), "%s", said);
    cr_expect(strstr(said, "annotations came with CDI 0.6.0"), "%s", said);
}

/* Each field that needs a version: an engine that knows it, one that does not. */
static const struct {
    const char *edits, *path, *knows, *refuses;
} fields[] = {
    {"mounts: [{hostPath: /a, containerPath: /a, type: bind}]", "mounts[0].type", "podman@4.1",
     "cri-o@1.24"},
    {"deviceNodes: [{path: /dev/a, hostPath: /dev/b}]", "deviceNodes[0].hostPath", "podman@4.3",
     "podman@4.1"},
    {"additionalGids: [1]", "additionalGids", "podman@5.1", "podman@4.7"},
    {"intelRdt: {closID: a}", "intelRdt", "containerd@1.7.16", "containerd@1.7.12"},
    {"intelRdt: {schemata: [a]}", "intelRdt.schemata", "docker@29.2", "docker@28.1"},
    {"intelRdt: {enableMonitoring: true}", "intelRdt.enableMonitoring", "docker@29.2",
     "docker@28.1"},
    {"netDevices: [{hostInterfaceName: a, name: b}]", "netDevices", "cri-o@1.35", "cri-o@1.33"},
    /* Strict decoding refuses the key, whatever the value is. */
    {"additionalGids: []", "additionalGids", "podman@5.1", "podman@4.7"},
    {"intelRdt: null", "intelRdt", "podman@5.1", "podman@4.7"},
    {"AdditionalGIDs: [1]", "additionalGids", "podman@5.1", "podman@4.7"},
    {"deviceNodes: [{path: /dev/a, hostPath: ''}]", "deviceNodes[0].hostPath", "podman@4.3",
     "podman@4.1"},
};

Test(target, fields_that_an_engine_does_not_know)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        char text[512], want[256];

        (void)snprintf(text, sizeof text, WITH("env: [A=b], %s"), fields[i].edits);
        (void)snprintf(want, sizeof want, "4 target-field " EDITS "%s\n", fields[i].path);
        cr_expect_str_eq(check(fields[i].knows, text), "", "%s", fields[i].edits);
        cr_expect_str_eq(check(fields[i].refuses, text), want, "%s", fields[i].edits);
    }
}

Test(target, forms_of_names)
{
    static const char dotted[] = "cdiVersion: 0.3.0\nkind: vendor.com/a.b\n" DEVICE;
    static const char digit[] = "cdiVersion: 0.3.0\n" KIND
                                "devices:\n- {name: 10, containerEdits: {env: [A=b]}}\n";

    cr_expect_str_eq(check("podman@4.7", dotted), "");
    cr_expect_str_eq(check("podman@4.6", dotted), "2 target-field kind\n");
    cr_expect_str_eq(check("podman@4.3", digit), "");
    cr_expect_str_eq(check("podman@4.2", digit), "4 target-field devices[0].name\n");
}

Test(target, what_libraries_became_lenient_about)
{
    static const char clos[] = WITH("intelRdt: {closID: /}");

    cr_expect_str_eq(check("podman@4.7", "cdiVersion: v0.3.0\n" KIND DEVICE), "");
    cr_expect_str_eq(check("podman@4.6", "cdiVersion: v0.3.0\n" KIND DEVICE),
                     "1 target-value cdiVersion\n");
    cr_expect(strstr(said, "the CDI library v0.5.2"), "%s", said);
    cr_expect_str_eq(check("containerd@1.7.0", "cdiVersion: v0.3.0\n" KIND DEVICE), "");
    cr_expect_str_eq(check("docker@29.2", clos), "");
    cr_expect_str_eq(check("docker@28.1", clos), "4 target-value " EDITS "intelRdt.closID\n");
    /* No release accepts these. */
    cr_expect_str_eq(check("docker@29.2", WITH("deviceNodes: [{path: /dev/a, permissions: none}]")),
                     "4 target-value " EDITS "deviceNodes[0].permissions\n");
    cr_expect_str_eq(check("docker@29.2", "cdiVersion: 0.3.0\nkind: v/class\n" DEVICE),
                     "2 target-value kind\n");
    cr_expect_str_eq(check("docker@29.2", "cdiVersion: 0.3.0\nkind: vendor/c\n" DEVICE),
                     "2 target-value kind\n");
}

Test(target, a_device_name_of_one_letter)
{
    static const char text[] = "cdiVersion: 0.3.0\n" KIND
                               "devices:\n- {name: a, containerEdits: {env: [A=b]}}\n";

    cr_expect_str_eq(check("podman@4.3", text), "");
    cr_expect_str_eq(check("podman@4.2", text), "4 target-value devices[0].name\n");
}

Test(target, what_docker_drops)
{
    static const char text[] = WITH(
        "additionalGids: [44]") "containerEdits: {additionalGids: [45]}\n";

    cr_expect_str_eq(check("podman@5.5", text), "");
    cr_expect_str_eq(check("docker@28.1", text),
                     "4 target-dropped " EDITS "additionalGids\n"
                     "5 target-dropped containerEdits.additionalGids\n");
    cr_expect(strstr(said, "--group-add"), "%s", said);
    /* One that refuses the whole document drops nothing. */
    cr_expect_str_eq(check("docker@25.0", text), "4 target-field " EDITS "additionalGids\n"
                                                 "5 target-field containerEdits.additionalGids\n");
}

/* One that was built has no text with empty members. */
Test(target, a_document_that_was_not_read)
{
    uint32_t gids[] = {44};
    struct cdi_device device = {.name = "dev",
                                .edits = {.additional_gids = gids, .n_additional_gids = 1}};
    struct cdi_spec *spec = cdi_spec_new();

    cr_assert_not_null(spec);
    spec->version = "0.7.0";
    spec->kind = "vendor.com/class";
    spec->devices = &device;
    spec->n_devices = 1;
    cr_expect_str_eq(check_spec("podman@5.1", spec), "");
    cr_expect_str_eq(check_spec("podman@4.7", spec),
                     "0 target-version cdiVersion\n0 target-field " EDITS "additionalGids\n");
    cdi_spec_free(spec);
}
