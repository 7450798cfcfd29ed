/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that break several rules, or could seem to. Expectations: as in test_validate.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/validate.h>

#define LEN(list) (sizeof(list) / sizeof *(list))

#define STRINGS(...)                                                                          \
    {                                                                                         \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *) \
    }
#define NODES(...)                                           \
    .device_nodes = (struct cdi_device_node[]){__VA_ARGS__}, \
    .n_device_nodes = LEN(((struct cdi_device_node[]){__VA_ARGS__}))
#define NETS(...)                                          \
    .net_devices = (struct cdi_net_device[]){__VA_ARGS__}, \
    .n_net_devices = LEN(((struct cdi_net_device[]){__VA_ARGS__}))

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

/* Expects just these findings for a device with the edits, "RULE PATH" below containerEdits. */
static void expect_all(struct cdi_edits edits, const char *const *expected, size_t n)
{
    struct cdi_device device;
    struct cdi_spec spec = document(&device, edits);
    struct cdi_findings findings;

    cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
    cr_expect_eq(findings.n, n, "%zu", findings.n);
    for (size_t i = 0; i < findings.n && i < n; i++) {
        char found[256];

        (void)snprintf(found, sizeof found, "%s %s", findings.items[i].rule->id,
                       findings.items[i].path + strlen("devices[0].containerEdits."));
        cr_expect_str_eq(found, expected[i]);
    }
    cdi_findings_clear(&findings);
}
#define EXPECT_ALL(edits, ...) \
    expect_all(edits, (const char *const[]){__VA_ARGS__}, LEN(((const char *const[]){__VA_ARGS__})))

Test(validate_several, each_number_of_a_node)
{
    EXPECT_ALL(((struct cdi_edits){NODES({.path = "/d", .major = -1, .minor = -2})}),
               "node-number deviceNodes[0].major", "node-number deviceNodes[0].minor");
    EXPECT_ALL(((struct cdi_edits){NODES({.path = "/d", .minor = -2})}),
               "node-number deviceNodes[0].minor", "node-minor-ignored deviceNodes[0].minor");
}

/* What is missing twice is not repeated. */
Test(validate_several, empty_is_no_duplicate)
{
    struct cdi_edits edits = {.env = STRINGS("A=b")};
    struct cdi_device devices[] = {{.name = "", .edits = edits}, {.name = "", .edits = edits}};
    struct cdi_spec spec = {
        .version = "1.1.0", .kind = "vendor.com/class", .devices = devices, .n_devices = 2};
    struct cdi_findings findings;

    EXPECT_ALL(((struct cdi_edits){NODES({.path = ""}, {.path = ""})}),
               "node-path-empty deviceNodes[0].path", "node-path-empty deviceNodes[1].path");
    EXPECT_ALL(((struct cdi_edits){NETS({"", "a"}, {"", "b"})}),
               "net-device-host-name-empty netDevices[0].hostInterfaceName",
               "net-device-host-name-empty netDevices[1].hostInterfaceName");
    EXPECT_ALL(((struct cdi_edits){NETS({"a", ""}, {"b", ""})}),
               "net-device-name-empty netDevices[0].name",
               "net-device-name-empty netDevices[1].name");
    cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
    cr_expect_eq(findings.n, 2);
    for (size_t i = 0; i < findings.n; i++)
        cr_expect_str_eq(findings.items[i].rule->id, "device-name");
    cdi_findings_clear(&findings);
}

/* A key is told what is wrong with it first. */
Test(validate_several, annotation_key_with_two_slashes)
{
    struct cdi_annotation item = {"a/b/c", ""};
    struct cdi_device device;
    struct cdi_spec spec = document(&device, (struct cdi_edits){.env = STRINGS("A=b")});
    struct cdi_findings findings;

    spec.annotations = (struct cdi_annotations){&item, 1};
    cr_assert_eq(cdi_spec_validate(&spec, &findings, NULL), 0);
    cr_assert_eq(findings.n, 1);
    cr_expect(strstr(findings.items[0].message, "more than one '/'"), "%s",
              findings.items[0].message);
    cdi_findings_clear(&findings);
}
