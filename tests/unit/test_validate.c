/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations: CDI SPEC.md, the CDI Go library's tests and its recorded behaviour, the OCI
 * runtime specification and Linux for what no CDI engine checks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/validate.h>

#include "base/cleanup.h"

#define LEN(list) (sizeof(list) / sizeof *(list))

#define STRINGS(...)                                                                          \
    {                                                                                         \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *) \
    }
#define NODES(...)                                           \
    .device_nodes = (struct cdi_device_node[]){__VA_ARGS__}, \
    .n_device_nodes = LEN(((struct cdi_device_node[]){__VA_ARGS__}))
#define HOOKS(...) \
    .hooks = (struct cdi_hook[]){__VA_ARGS__}, .n_hooks = LEN(((struct cdi_hook[]){__VA_ARGS__}))
#define MOUNTS(...)                              \
    .mounts = (struct cdi_mount[]){__VA_ARGS__}, \
    .n_mounts = LEN(((struct cdi_mount[]){__VA_ARGS__}))
#define NETS(...)                                          \
    .net_devices = (struct cdi_net_device[]){__VA_ARGS__}, \
    .n_net_devices = LEN(((struct cdi_net_device[]){__VA_ARGS__}))
#define GIDS(...)                                 \
    .additional_gids = (uint32_t[]){__VA_ARGS__}, \
    .n_additional_gids = LEN(((uint32_t[]){__VA_ARGS__}))

/* A document with one device that has the given edits. */
static struct cdi_spec document(struct cdi_device *device, struct cdi_edits edits)
{
    *device = (struct cdi_device){.name = "dev", .edits = edits};
    return (struct cdi_spec){
        .version = "1.1.0",
        .kind = "vendor.com/class",
        .devices = device,
        .n_devices = 1,
    };
}

/*
 * Expects exactly one finding, of this rule at this path, or none if rule is NULL; and of
 * cdi_spec_check() an error just when the rule is one of severity error.
 */
static void expect(const struct cdi_spec *spec, const char *rule, const char *path, size_t number)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_findings findings;
    bool error = false;

    cr_assert_eq(cdi_spec_validate(spec, &findings, NULL), 0);
    cr_expect_eq(findings.n, rule ? 1 : 0, "case %zu: %zu findings, first %s at %s", number,
                 findings.n, findings.n ? findings.items[0].rule->id : "-",
                 findings.n ? findings.items[0].path : "-");
    if (rule && findings.n) {
        const struct cdi_finding *finding = &findings.items[0];

        error = finding->rule->severity == CDI_SEVERITY_ERROR;
        cr_expect_str_eq(finding->rule->id, rule, "case %zu: %s", number, finding->rule->id);
        cr_expect_str_eq(finding->path, path, "case %zu: %s", number, finding->path);
        cr_expect(finding->message && *finding->message);
        cr_expect_eq(finding->pos.line, 0);
    }
    cr_expect_eq(findings.n_errors, error ? 1 : 0);
    cr_expect_eq(cdi_spec_check(spec, &err), error ? -CDI_ERR_INVALID : 0, "case %zu", number);
    cr_expect_eq(cdi_spec_check(spec, NULL), error ? -CDI_ERR_INVALID : 0, "case %zu", number);
    if (error)
        cr_expect(strstr(err.message, path), "case %zu: %s", number, err.message);
    cdi_findings_clear(&findings);
    cr_expect_null(findings.items);
}

static char clos_4096[4097], clos_4095[4096];

/* Edits, the rule that they break ("" for none), and where beneath containerEdits. */
struct edits_case {
    struct cdi_edits edits;
    const char *rule;
    const char *path;
};

static void expect_edits(const struct edits_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *rule = cases[i].rule;
        struct cdi_device device;
        struct cdi_spec spec = document(&device, cases[i].edits);
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        bool error = false;
        char path[128];

        (void)snprintf(path, sizeof path, "devices[0].containerEdits.%s",
                       rule ? cases[i].path : "");
        expect(&spec, rule, path, i);
        /* the same at the top of a document */
        device.edits = (struct cdi_edits){.env = STRINGS("A=b")};
        spec.edits = cases[i].edits;
        expect(&spec, rule, strchr(path, '.') + 1, i);
        /* and alone */
        for (const struct cdi_rule *r = cdi_rules(); rule && r->id; r++)
            if (strcmp(r->id, rule) == 0)
                error = r->severity == CDI_SEVERITY_ERROR;
        cr_expect_eq(cdi_edits_check(&cases[i].edits, &err), error ? -CDI_ERR_INVALID : 0,
                     "case %zu", i);
    }
}

Test(validate, env)
{
    const struct edits_case cases[] = {
        {{.env = STRINGS("BAR=BARVALUE1")}, NULL, NULL},
        {{.env = STRINGS("A=", "B==b", "1=2", "A B=c", " =x", "\xC3\xA9=x", "C=b\nc")}, NULL, NULL},
        {{.env = STRINGS("A=b", "")}, "env-form", "env[1]"},
        {{.env = STRINGS("A=b", NULL)}, "env-form", "env[1]"},
        {{.env = STRINGS("=foo")}, "env-form", "env[0]"},
        {{.env = STRINGS("=")}, "env-form", "env[0]"},
        {{.env = STRINGS("FOOBAR")}, "env-form", "env[0]"},
    };

    expect_edits(cases, LEN(cases));
}

Test(validate, device_nodes)
{
    const struct edits_case cases[] = {
        {{NODES({.path = "/dev/null"})}, NULL, NULL},
        {{NODES({.path = "/dev/null", .type = "c"})}, NULL, NULL},
        {{NODES({.path = "/d", .type = "b", .permissions = "rwm"})}, NULL, NULL},
        {{NODES({.path = "/d", .type = "u", .permissions = "mwr"})}, NULL, NULL},
        {{NODES({.path = "/d", .type = "p", .permissions = "rrwwmm"})}, NULL, NULL},
        {{NODES({.path = "/d", .host_path = "/e", .file_mode = {true, 07777}})}, NULL, NULL},
        {{NODES({.path = ""})}, "node-path-empty", "deviceNodes[0].path"},
        {{NODES({.path = "/d"}, {.path = NULL})}, "node-path-empty", "deviceNodes[1].path"},
        {{NODES({.path = "/d", .type = "f"})}, "node-type", "deviceNodes[0].type"},
        {{NODES({.path = "/d", .type = "B"})}, "node-type", "deviceNodes[0].type"},
        {{NODES({.path = "/d", .type = "bc"})}, "node-type", "deviceNodes[0].type"},
        {{NODES({.path = "/d", .type = "block"})}, "node-type", "deviceNodes[0].type"},
        {{NODES({.path = "/d", .type = "char"})}, "node-type", "deviceNodes[0].type"},
        {{NODES({.path = "/d", .permissions = "to land"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = "None"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = "rx"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = "r w"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = " rwm"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = "R"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "/d", .permissions = "nonerwm"})},
         "node-permissions",
         "deviceNodes[0].permissions"},
        /* accepted by engines, this one after CDI 1.1.0 */
        {{NODES({.path = "/d", .type = "b", .permissions = "none"})},
         "node-permissions-none",
         "deviceNodes[0].permissions"},
        {{NODES({.path = "dev/null"})}, "node-path-relative", "deviceNodes[0].path"},
        {{NODES({.path = "/d", .host_path = "e"})},
         "node-host-path-relative",
         "deviceNodes[0].hostPath"},
        {{NODES({.path = "/d"}, {.path = "/e"}, {.path = "/d"})},
         "node-path-duplicate",
         "deviceNodes[2].path"},
        {{NODES({.path = "/d", .major = -1})}, "node-number", "deviceNodes[0].major"},
        {{NODES({.path = "/d", .major = 1, .minor = -1})}, "node-number", "deviceNodes[0].minor"},
        {{NODES({.path = "/d", .minor = 3})}, "node-minor-ignored", "deviceNodes[0].minor"},
        {{NODES({.path = "/d", .file_mode = {true, 010666}})},
         "node-file-mode",
         "deviceNodes[0].fileMode"},
    };

    expect_edits(cases, LEN(cases));
}

Test(validate, hooks)
{
    const struct edits_case cases[] = {
        {{HOOKS({.hook_name = "createRuntime",
                 .path = "/h",
                 .args = STRINGS("h"),
                 .env = STRINGS("A=b"),
                 .timeout = {true, 1}},
                {.hook_name = "createContainer", .path = "/h", .env = STRINGS("A=b")},
                {.hook_name = "startContainer", .path = "/h"},
                {.hook_name = "poststart", .path = "/h"}, {.hook_name = "poststop", .path = "/h"})},
         NULL,
         NULL},
        {{HOOKS({.hook_name = "createRuntime", .path = ""})}, "hook-path-empty", "hooks[0].path"},
        {{HOOKS({.hook_name = "misCreateRuntime", .path = "/h"})},
         "hook-name",
         "hooks[0].hookName"},
        {{HOOKS({.hook_name = "createruntime", .path = "/h"})}, "hook-name", "hooks[0].hookName"},
        {{HOOKS({.hook_name = "Prestart", .path = "/h"})}, "hook-name", "hooks[0].hookName"},
        {{HOOKS({.hook_name = "", .path = "/h"})}, "hook-name", "hooks[0].hookName"},
        {{HOOKS({.hook_name = "poststop", .path = "/h", .env = STRINGS("A=b", "=value2")})},
         "hook-env-form",
         "hooks[0].env[1]"},
        {{HOOKS({.hook_name = "poststop", .path = "x"})}, "hook-path-relative", "hooks[0].path"},
        {{HOOKS({.hook_name = "poststop", .path = "/x", .timeout = {true, 0}})},
         "hook-timeout",
         "hooks[0].timeout"},
        {{HOOKS({.hook_name = "poststop", .path = "/x", .timeout = {true, -5}})},
         "hook-timeout",
         "hooks[0].timeout"},
        {{HOOKS({.hook_name = "prestart", .path = "/x"})}, "hook-prestart", "hooks[0].hookName"},
    };

    expect_edits(cases, LEN(cases));
}

Test(validate, mounts)
{
    const struct edits_case cases[] = {
        {{MOUNTS({.host_path = "/h", .container_path = "/c", .options = STRINGS("ro", "bind")},
                 {.host_path = "/h", .container_path = "/d", .options = STRINGS("rbind")},
                 {.host_path = "/h", .container_path = "/e", .type = "bind"})},
         NULL,
         NULL},
        {{MOUNTS({.host_path = "tmpfs",
                  .container_path = "/c",
                  .type = "tmpfs",
                  .options = STRINGS("ro", "mode=755", "size=65536k")})},
         NULL,
         NULL},
        {{MOUNTS(
             {.host_path = "/h", .container_path = "/c", .type = "bind", .options = STRINGS("")})},
         NULL,
         NULL},
        {{MOUNTS({.host_path = "", .container_path = "/c", .type = "tmpfs"})},
         "mount-host-path-empty",
         "mounts[0].hostPath"},
        {{MOUNTS({.host_path = "/h", .type = "bind"})},
         "mount-container-path-empty",
         "mounts[0].containerPath"},
        {{MOUNTS({.host_path = "h", .container_path = "/c", .type = "bind"})},
         "mount-host-path-relative",
         "mounts[0].hostPath"},
        {{MOUNTS({.host_path = "/h", .container_path = "c", .type = "bind"})},
         "mount-container-path-relative",
         "mounts[0].containerPath"},
        {{MOUNTS({.host_path = "/h", .container_path = "/c", .options = STRINGS("ro")})},
         "mount-no-type",
         "mounts[0]"},
        {{MOUNTS({.host_path = "/a", .container_path = "/c", .type = "bind"},
                 {.host_path = "/b", .container_path = "/c", .type = "bind"})},
         "mount-container-path-duplicate",
         "mounts[1].containerPath"},
    };

    expect_edits(cases, LEN(cases));
}

Test(validate, intel_rdt)
{
    memset(clos_4095, 'x', sizeof clos_4095 - 1);
    memset(clos_4096, 'x', sizeof clos_4096 - 1);
    {
        const struct edits_case cases[] = {
            {{.intel_rdt = &(struct cdi_intel_rdt){0}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = ""}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "foo.bar"}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "/"}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "..."}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "a b"}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = clos_4095}}, NULL, NULL},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = clos_4096}},
             "rdt-clos-id",
             "intelRdt.closID"},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "foo/bar"}},
             "rdt-clos-id",
             "intelRdt.closID"},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "/a"}},
             "rdt-clos-id",
             "intelRdt.closID"},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "."}},
             "rdt-clos-id",
             "intelRdt.closID"},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = ".."}},
             "rdt-clos-id",
             "intelRdt.closID"},
            {{.intel_rdt = &(struct cdi_intel_rdt){.clos_id = "foo\nbar"}},
             "rdt-clos-id",
             "intelRdt.closID"},
        };

        expect_edits(cases, LEN(cases));
    }
}

Test(validate, net_devices_and_gids)
{
    const struct edits_case cases[] = {
        {{NETS({"eno1", "netdev0"})}, NULL, NULL},
        {{NETS({"a", "b"}, {"b", "a"})}, NULL, NULL},
        {{NETS({"", "netdev0"})}, "net-device-host-name-empty", "netDevices[0].hostInterfaceName"},
        {{NETS({"eno1", ""})}, "net-device-name-empty", "netDevices[0].name"},
        {{NETS({"a", "b"}, {"a", "c"})},
         "net-device-host-name-duplicate",
         "netDevices[1].hostInterfaceName"},
        {{NETS({"a", "b"}, {"c", "b"})}, "net-device-name-duplicate", "netDevices[1].name"},
        {{NETS({"a", "a123456789012345"})}, "net-device-name-kernel", "netDevices[0].name"},
        {{NETS({"a", "b c"})}, "net-device-name-kernel", "netDevices[0].name"},
        {{NETS({"a\t", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{NETS({"a\n", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{NETS({"a\v", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{NETS({"a\f", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{NETS({"a\r", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{NETS({"..", "b"})}, "net-device-name-kernel", "netDevices[0].hostInterfaceName"},
        {{GIDS(5, 5)}, NULL, NULL},
        {{GIDS(5, 0)}, "gid-zero", "additionalGids[1]"},
    };

    expect_edits(cases, LEN(cases));
}

/* No edits are valid alone and at the top, but not in a device. */
Test(validate, empty_edits)
{
    struct cdi_device device;
    struct cdi_spec spec = document(&device, (struct cdi_edits){0});

    expect(&spec, "device-edits-empty", "devices[0].containerEdits", 0);
    cr_expect_eq(cdi_edits_check(&device.edits, NULL), 0);
    device.edits.env = (struct cdi_strings){(const char *[]){NULL}, 0}; /* env: [] */
    expect(&spec, "device-edits-empty", "devices[0].containerEdits", 1);
    device.edits.intel_rdt = &(struct cdi_intel_rdt){0};
    expect(&spec, NULL, NULL, 2);
}

Test(validate, versions)
{
    static const struct {
        const char *version, *rule, *message;
    } cases[] = {
        {"1.1.0", NULL, NULL},
        {"v1.1.0", NULL, NULL},
        {"0.3.0", NULL, NULL},
        {"", "version-unknown", "0.3.0, 0.4.0"},
        {NULL, "version-unknown", "missing"},
        {"0.0.0", "version-unknown", "\"0.0.0\""},
        {"1.2.0", "version-unknown", "\"1.2.0\""},
        {"not-a-version", "version-unknown", "\"not-a-version\""},
        {"1.1", "version-unknown", "did you mean \"1.1.0\"?"},
        {"1", "version-unknown", "did you mean \"1.0.0\"?"},
        {"V1.1.0", "version-unknown", "did you mean \"1.1.0\"?"},
        {"vv1.1.0", "version-unknown", ""},
        {" 1.1.0", "version-unknown", ""},
        {"1.1.0-rc1", "version-unknown", ""},
        {"01.1.0", "version-unknown", ""},
        {"0.1.0", "version-too-low", "set cdiVersion to \"0.3.0\" or later"},
        {"v0.2.0", "version-too-low", "set cdiVersion to \"0.3.0\" or later"},
    };

    for (size_t i = 0; i < LEN(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_device device;
        struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});

        spec.version = cases[i].version;
        expect(&spec, cases[i].rule, "cdiVersion", i);
        if (cdi_spec_check(&spec, &err) < 0)
            cr_expect(strstr(err.message, cases[i].message), "%s", err.message);
    }
}

Test(validate, too_low_a_version_names_the_member)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_device device;
    struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});

    spec.version = "0.3.0";
    device.name = "0";
    expect(&spec, "version-too-low", "cdiVersion", 0);
    cr_assert_eq(cdi_spec_check(&spec, &err), -CDI_ERR_INVALID);
    cr_expect(strstr(err.message, "devices[0].name"), "%s", err.message);
    cr_expect(strstr(err.message, "set cdiVersion to \"0.5.0\" or later"), "%s", err.message);
}

Test(validate, kinds_and_device_names)
{
    static const struct {
        const char *kind, *name, *rule, *path;
    } cases[] = {
        {"vendor.com/device", "dev", NULL, NULL},
        {"VENDOR/Class.x", "a:b", NULL, NULL},
        {"", "dev", "kind-form", "kind"},
        {NULL, "dev", "kind-form", "kind"},
        {"vendor.comdevice", "dev", "kind-form", "kind"},
        {"vendor.com/", "dev", "kind-form", "kind"},
        {"vendor.com-/device", "dev", "vendor-name", "kind"},
        {"vendor.com/device=", "dev", "class-name", "kind"},
        {"vendor.com/a/b", "dev", "class-name", "kind"},
        {"v_a/c_d", "dev", "vendor-not-dns", "kind"},
        {"v..a/cc", "dev", "vendor-not-dns", "kind"},
        {"v/class", "dev", "name-one-character", "kind"},
        {"vendor/c", "dev", "name-one-character", "kind"},
        {"vv/c12345678901234567890123456789012345678901234567890123456789012", "dev", NULL, NULL},
        {"vv/c123456789012345678901234567890123456789012345678901234567890123", "dev",
         "class-too-long", "kind"},
        {"vendor.com/device", "a dev ice", "device-name", "devices[0].name"},
        {"vendor.com/device", "", "device-name", "devices[0].name"},
        {"vendor.com/device", NULL, "device-name", "devices[0].name"},
    };

    for (size_t i = 0; i < LEN(cases); i++) {
        struct cdi_device device;
        struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});

        spec.kind = cases[i].kind;
        device.name = cases[i].name;
        expect(&spec, cases[i].rule, cases[i].path, i);
    }
}

Test(validate, annotation_keys)
{
    static char name_63[64], name_64[65], prefix_253[256], prefix_254[257];
    const struct {
        const char *key;
        bool good;
    } cases[] = {
        {"a", true},       {"Foo/BAR", true},   {"UP.Com/x", true}, {"a.b-c_d", true},
        {name_63, true},   {prefix_253, true},  {"bad key", false}, {"-bad/x/y", false},
        {"/b", false},     {"a/", false},       {"a_b.c/x", false}, {"\xC3\xA9", false},
        {"", false},       {"a/b/c", false},    {"-a", false},      {"a-", false},
        {name_64, false},  {prefix_254, false}, {"a..b/c", false},  {"-a.b/c", false},
        {"a.b-/c", false}, {"a.-b/c", false},   {".a/c", false},    {"a./c", false},
    };

    memset(name_63, 'n', 63);
    memset(name_64, 'n', 64);
    memset(prefix_253, 'p', 253);
    memcpy(prefix_253 + 253, "/x", 2);
    memset(prefix_254, 'p', 254);
    memcpy(prefix_254 + 254, "/x", 2);
    for (size_t i = 0; i < LEN(cases); i++) {
        struct cdi_annotation item = {cases[i].key, "value"};
        struct cdi_device device;
        struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});
        struct cdi_findings findings;

        spec.annotations = (struct cdi_annotations){&item, 1};
        device.annotations = spec.annotations;
        cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
        cr_expect_eq(findings.n, cases[i].good ? 0 : 2, "%s: %zu", cases[i].key, findings.n);
        cr_expect_eq(findings.n_errors, 0);
        for (size_t k = 0; k < findings.n; k++)
            cr_expect_str_eq(findings.items[k].rule->id, "annotation-key");
        cdi_findings_clear(&findings);
        cr_expect_eq(cdi_spec_check(&spec, NULL), 0);
    }
}

/* 262144 bytes of keys and values in one set pass, one more does not. */
Test(validate, annotations_size)
{
    static char value[262144];
    struct cdi_annotation items[] = {{"k", value}, {"l", ""}};
    struct cdi_device device;
    struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});

    memset(value, 'x', sizeof value - 2);
    spec.annotations = (struct cdi_annotations){items, 2};
    expect(&spec, NULL, NULL, 0);
    items[1].value = "x";
    expect(&spec, "annotations-size", "annotations", 1);
}

Test(validate, devices)
{
    struct cdi_edits edits = {.env = STRINGS("A=b")};
    struct cdi_device devices[] = {{.name = "dev1", .edits = edits},
                                   {.name = "DEV1", .edits = edits},
                                   {.name = "dev2", .edits = edits},
                                   {.name = "dev1", .edits = edits}};
    struct cdi_spec spec = {.version = "1.1.0", .kind = "vendor.com/class", .devices = devices};

    expect(&spec, "devices-missing", "devices", 0);
    spec.n_devices = 3;
    expect(&spec, NULL, NULL, 1);
    spec.n_devices = 4;
    expect(&spec, "device-duplicate", "devices[3].name", 2);
}

/* The first error is that of CDI engines; validation has them all, in the same order. */
Test(validate, order)
{
    static const struct {
        const char *rule, *path;
    } expected[] = {
        {"version-unknown", "cdiVersion"},
        {"vendor-name", "kind"},
        {"class-name", "kind"},
        {"annotation-key", "annotations[\"-\"]"},
        {"env-form", "containerEdits.env[0]"},
        {"node-path-empty", "containerEdits.deviceNodes[0].path"},
        {"hook-name", "containerEdits.hooks[0].hookName"},
        {"hook-path-empty", "containerEdits.hooks[0].path"},
        {"mount-host-path-empty", "containerEdits.mounts[0].hostPath"},
        {"mount-container-path-empty", "containerEdits.mounts[0].containerPath"},
        {"mount-no-type", "containerEdits.mounts[0]"},
        {"rdt-clos-id", "containerEdits.intelRdt.closID"},
        {"net-device-host-name-empty", "containerEdits.netDevices[0].hostInterfaceName"},
        {"net-device-name-empty", "containerEdits.netDevices[0].name"},
        {"device-name", "devices[0].name"},
        {"annotation-key", "devices[0].annotations[\"-\"]"},
        {"device-edits-empty", "devices[0].containerEdits"},
        {"device-name", "devices[1].name"},
        {"env-form", "devices[1].containerEdits.env[0]"},
        {"device-duplicate", "devices[1].name"},
    };
    struct cdi_annotation annotation = {"-", ""};
    struct cdi_device devices[] = {
        {.name = "-", .annotations = {&annotation, 1}},
        {.name = "-", .edits = {.env = STRINGS("A")}},
    };
    struct cdi_spec spec = {
        .version = "x",
        .kind = "--/--",
        .annotations = {&annotation, 1},
        .edits = {.env = STRINGS(""),
                  NODES({0}),
                  HOOKS({0}),
                  MOUNTS({0}),
                  .intel_rdt = &(struct cdi_intel_rdt){.clos_id = "."},
                  NETS({0})},
        .devices = devices,
        .n_devices = 2,
        .path = "/etc/cdi/x.yaml",
    };
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_findings findings;

    cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
    cr_assert_eq(findings.n, LEN(expected), "%zu", findings.n);
    cr_expect_eq(findings.n_errors, LEN(expected) - 3);
    for (size_t i = 0; i < findings.n; i++) {
        cr_expect_str_eq(findings.items[i].rule->id, expected[i].rule);
        cr_expect_str_eq(findings.items[i].path, expected[i].path);
    }
    cdi_findings_clear(&findings);
    cr_expect_eq(cdi_spec_check(&spec, &err), -CDI_ERR_INVALID);
    cr_expect_str_eq(err.file, "/etc/cdi/x.yaml");
    cr_expect(strstr(err.message, "cdiVersion"));
}

Test(validate, hints)
{
    const struct {
        struct cdi_edits edits;
        const char *hint;
    } cases[] = {
        {{.env = STRINGS("FOO")}, "NAME=VALUE"},
        {{NODES({.path = "/d", .type = "block"})}, "write \"b\""},
        {{NODES({.path = "/d", .type = "char"})}, "write \"c\""},
        {{NODES({.path = "/d", .permissions = "None"})}, "did you mean \"none\"?"},
        {{NODES({.path = "/d", .permissions = "RWM"})}, "did you mean \"rwm\"?"},
        {{HOOKS({.hook_name = "createruntime", .path = "/h"})}, "did you mean \"createRuntime\"?"},
        {{HOOKS({.hook_name = "start-container", .path = "/h"})},
         "did you mean \"startContainer\"?"},
        {{HOOKS({.hook_name = "bogus", .path = "/h"})}, "createContainer"},
    };

    for (size_t i = 0; i < LEN(cases); i++) {
        struct cdi_device device;
        struct cdi_spec spec = document(&device, cases[i].edits);
        struct cdi_findings findings;

        cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
        cr_assert_eq(findings.n, 1);
        cr_expect(findings.items[0].hint && strstr(findings.items[0].hint, cases[i].hint),
                  "case %zu: %s", i, findings.items[0].hint);
        cdi_findings_clear(&findings);
    }
}
