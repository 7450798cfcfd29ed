/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/root.h"
#include "diagnose/live.h"
#include "tests/unit/tmpdir.h"

/* The sentences and hints of the last check. */
static char said[4096];

/* What is found of a document on the node that is a directory, as lines "line rule path". */
static const char *check_device(const char *node, const char *text, const char *device)
{
    static char found[4096];
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    struct cdi_findings findings;
    struct cdi_device *only = NULL;
    struct cdi_spec *spec = NULL;
    size_t used = 0;

    cr_assert_eq(root_open(&root, node, &err), 0, "%s", err.message);
    cr_assert_eq(cdi_spec_parse(text, strlen(text), "x.yaml", &spec, &err), 0, "%s", err.message);
    for (size_t i = 0; device && i < spec->n_devices; i++)
        if (strcmp(spec->devices[i].name, device) == 0)
            only = &spec->devices[i];
    cr_assert_eq(live_check(spec, only, &root, &findings, &err), 0, "%s", err.message);
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
    cdi_spec_free(spec);
    return found;
}

static const char *check(const char *node, const char *text)
{
    return check_device(node, text, NULL);
}

#define HEAD             "cdiVersion: \"0.6.0\"\nkind: vendor.com/class\n"
#define DEVICE(n, edits) "- {name: " n ", containerEdits: {" edits "}}\n"
#define MOUNT(path)      "mounts: [{hostPath: " path ", containerPath: /c, options: [ro, rbind]}]"
#define DEVICES          "devices:\n"

Test(live, mount_sources_exist)
{
    const char *node = tmpdir_new();

    tmpdir_write(node, "usr/lib/libx.so.1", "");
    tmpdir_link(node, "usr/lib/libx.so", "libx.so.1");
    tmpdir_link(node, "usr/lib/gone.so", "gone.so.1");
    tmpdir_link(node, "usr/lib/loop.so", "loop.so");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib"))), "");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/libx.so"))), "");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/libx.so.2"))),
                     "4 live-mount-missing devices[0].containerEdits.mounts[0].hostPath\n");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/libx.so.1/x"))),
                     "4 live-mount-missing devices[0].containerEdits.mounts[0].hostPath\n");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/gone.so"))),
                     "4 live-dangling devices[0].containerEdits.mounts[0].hostPath\n");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/loop.so"))),
                     "4 live-dangling devices[0].containerEdits.mounts[0].hostPath\n");
}

Test(live, only_bind_mounts_with_absolute_paths_have_a_source)
{
    const char *node = tmpdir_new();

    cr_expect_str_eq(
        check(node, HEAD DEVICES
              "- name: a\n"
              "  containerEdits:\n"
              "    mounts:\n"
              "    - {hostPath: tmpfs, containerPath: /t, type: tmpfs, options: [nosuid]}\n"
              "    - {hostPath: /none, containerPath: /t, type: tmpfs}\n"
              "    - {hostPath: relative, containerPath: /t, type: bind}\n"
              "    - {hostPath: /none, containerPath: /t, type: bind}\n"),
        "10 live-mount-missing devices[0].containerEdits.mounts[3].hostPath\n");
}

Test(live, one_device_and_what_goes_with_it)
{
    static const char text[] = HEAD DEVICES DEVICE("a", MOUNT("/a"))
        DEVICE("b", MOUNT("/b")) "containerEdits: {" MOUNT("/c") "}\n";
    const char *node = tmpdir_new();

    cr_expect_str_eq(check(node, text),
                     "4 live-mount-missing devices[0].containerEdits.mounts[0].hostPath\n"
                     "5 live-mount-missing devices[1].containerEdits.mounts[0].hostPath\n"
                     "6 live-mount-missing containerEdits.mounts[0].hostPath\n");
    cr_expect_str_eq(check_device(node, text, "b"),
                     "5 live-mount-missing devices[1].containerEdits.mounts[0].hostPath\n"
                     "6 live-mount-missing containerEdits.mounts[0].hostPath\n");
}

/* A device "a" with one of these; the finding is in line 4. */
#define ONE(list, item) HEAD DEVICES DEVICE("a", list ": [{" item "}]")
#define NODE_AT         "4 %s devices[0].containerEdits.deviceNodes[0].%s\n"

static void expect_node(const char *node, const char *text, const char *rule, const char *member)
{
    char want[256] = "";

    if (rule)
        (void)snprintf(want, sizeof want, NODE_AT, rule, member);
    cr_expect_str_eq(check(node, text), want, "%s", text);
}

Test(live, nodes_exist)
{
    const char *node = tmpdir_new();

    tmpdir_node(node, "dev/vendor0", 195, 7);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0"), NULL, NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/x, hostPath: /dev/vendor0"), NULL, NULL);
    expect_node(node, ONE("deviceNodes", "path: relative"), NULL, NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor1"), "live-node-missing", "path");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, hostPath: /dev/vendor1"),
                "live-node-missing", "hostPath");
    /* Engines need nothing of the host's node then, but its mode. */
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor1, type: c, major: 195, minor: 1"),
                "live-node-numbers-only", "path");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor1, type: c, minor: 1"),
                "live-node-missing", "path");
}

Test(live, a_missing_node_is_made_by_its_driver)
{
    const char *node = tmpdir_new();

    cr_expect(*check(node, ONE("deviceNodes", "path: /dev/nvidia-uvm")));
    cr_expect(strstr(said, "nvidia-modprobe -c 0 -u"), "%s", said);
    cr_expect(*check(node, ONE("deviceNodes", "path: /dev/nvidia0")));
    cr_expect(strstr(said, "create-device-nodes --control-devices"), "%s", said);
    cr_expect(*check(node, ONE("deviceNodes", "path: /dev/kfd")));
    cr_expect(strstr(said, "modprobe amdgpu"), "%s", said);
    cr_expect(*check(node, ONE("deviceNodes", "path: /dev/whatever")));
    cr_expect(strstr(said, "the driver of the device"), "%s", said);
}

Test(live, nodes_have_the_type_and_numbers_of_the_document)
{
    const char *node = tmpdir_new();

    tmpdir_node(node, "dev/vendor0", 195, 7);
    tmpdir_write(node, "dev/file", "");
    tmpdir_link(node, "dev/link", "vendor0");
    tmpdir_link(node, "dev/lost", "vendor9");
    cr_assert_eq(mkfifo(tmpdir_path(node, "dev/fifo"), 0600), 0);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: c, major: 195, minor: 7"), NULL,
                NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: u, major: 195, minor: 7"), NULL,
                NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: c"), NULL, NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/fifo, type: p"), NULL, NULL);
    /* A FIFO has no numbers. */
    expect_node(node, ONE("deviceNodes", "path: /dev/fifo, type: p, major: 1, minor: 2"), NULL,
                NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: b, major: 195, minor: 7"),
                "live-node-type", "type");
    expect_node(node, ONE("deviceNodes", "path: /dev/fifo, type: c"), "live-node-type", "type");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: c, major: 195, minor: 8"),
                "live-node-numbers", "major");
    cr_expect(strstr(said, "195:8") && strstr(said, "195:7"), "%s", said);
    cr_expect(strstr(said, "cdikit refresh"), "%s", said);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, type: c, major: 511, minor: 7"),
                "live-node-numbers", "major");
    expect_node(node, ONE("deviceNodes", "path: /dev/file"), "live-node-type", "path");
    expect_node(node, ONE("deviceNodes", "path: /dev/link"), "live-node-type", "path");
    cr_expect(strstr(said, "hostPath: /dev/vendor0"), "%s", said);
    expect_node(node, ONE("deviceNodes", "path: /dev/link, type: c, major: 195, minor: 7"),
                "live-node-numbers-only", "path");
    expect_node(node, ONE("deviceNodes", "path: /dev/lost"), "live-node-type", "path");
    cr_expect(strstr(said, "vendor9"), "%s", said);
}

Test(live, somebody_can_open_a_node)
{
    const char *node = tmpdir_new();

    tmpdir_node(node, "dev/vendor0", 195, 7);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, permissions: r"), NULL, NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, permissions: w, fileMode: 128"), NULL,
                NULL);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, permissions: m"), "live-node-access",
                "permissions");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, permissions: none"),
                "live-node-access", "permissions");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, permissions: r, fileMode: 128"),
                "live-node-access", "permissions");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, fileMode: 0"), "live-node-access",
                "fileMode");
    cr_assert_eq(chmod(tmpdir_path(node, "dev/vendor0"), 0111), 0);
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0"), "live-node-access", "path");
    expect_node(node, ONE("deviceNodes", "path: /dev/vendor0, fileMode: 438"), NULL, NULL);
}

#define HOOK(path)    ONE("hooks", "hookName: createContainer, path: " path)
#define HOOK_AT(rule) "4 " rule " devices[0].containerEdits.hooks[0].path\n"

static void program(const char *node, const char *name, unsigned mode)
{
    tmpdir_write(node, name, "#!/bin/sh\n");
    cr_assert_eq(chmod(tmpdir_path(node, name), mode), 0);
}

/* A node whose files are root's. */
static const char *roots_node(void)
{
    if (geteuid() != 0)
        cr_skip_test("needs files of root");
    return tmpdir_new();
}

Test(live, hooks_are_programs)
{
    const char *node = roots_node();

    program(node, "usr/bin/hook", 0755);
    program(node, "usr/bin/text", 0644);
    tmpdir_link(node, "usr/bin/link", "hook");
    tmpdir_link(node, "usr/bin/lost", "gone");
    cr_expect_str_eq(check(node, HOOK("/usr/bin/hook")), "");
    cr_expect_str_eq(check(node, HOOK("/usr/bin/link")), "");
    cr_expect_str_eq(check(node, HOOK("hook")), "");
    cr_expect_str_eq(check(node, HOOK("/usr/bin/none")), HOOK_AT("live-hook-missing"));
    cr_expect_str_eq(check(node, HOOK("/usr/bin/lost")), HOOK_AT("live-dangling"));
    cr_expect_str_eq(check(node, HOOK("/usr/bin/text")), HOOK_AT("live-hook-not-executable"));
    cr_expect(strstr(said, "chmod 0755"), "%s", said);
    cr_expect_str_eq(check(node, HOOK("/usr/bin")), HOOK_AT("live-hook-not-executable"));
}

Test(live, hooks_are_roots_alone)
{
    const char *node = roots_node();

    program(node, "usr/bin/open", 0757);
    program(node, "usr/bin/group", 0775);
    program(node, "usr/bin/user", 0755);
    program(node, "opt/open/hook", 0755);
    program(node, "opt/sticky/hook", 0755);
    tmpdir_link(node, "usr/bin/link", "/opt/open/hook");
    tmpdir_link(node, "opt/open/link", "/usr/bin/group");
    cr_assert_eq(chmod(tmpdir_path(node, "opt/open"), 0777), 0);
    cr_assert_eq(chmod(tmpdir_path(node, "opt/sticky"), 01777), 0);
    cr_expect_str_eq(check(node, HOOK("/usr/bin/open")), HOOK_AT("live-hook-writable"));
    /* root's own group. */
    cr_expect_str_eq(check(node, HOOK("/usr/bin/group")), "");
    cr_expect_str_eq(check(node, HOOK("/opt/open/link")), HOOK_AT("live-hook-writable"));
    cr_assert_eq(chown(tmpdir_path(node, "usr/bin/group"), 0, 50), 0);
    cr_expect_str_eq(check(node, HOOK("/usr/bin/group")), HOOK_AT("live-hook-writable"));
    cr_assert_eq(chown(tmpdir_path(node, "usr/bin/user"), 1000, 0), 0);
    cr_expect_str_eq(check(node, HOOK("/usr/bin/user")), HOOK_AT("live-hook-owner"));
    cr_expect_str_eq(check(node, HOOK("/opt/open/hook")), HOOK_AT("live-hook-writable"));
    cr_expect(strstr(said, "\"/opt/open\""), "%s", said);
    cr_expect_str_eq(check(node, HOOK("/opt/sticky/hook")), "");
    cr_expect_str_eq(check(node, HOOK("/usr/bin/link")), HOOK_AT("live-hook-writable"));
}

Test(live, network_interfaces_exist)
{
    const char *node = tmpdir_new();

    tmpdir_link(node, "sys/class/net/eno1", "../../devices/pci0000:00/0000:00:1f.6/net/eno1");
    cr_expect_str_eq(check(node, ONE("netDevices", "hostInterfaceName: eno1, name: eth0")), "");
    cr_expect_str_eq(check(node, ONE("netDevices", "hostInterfaceName: eno2, name: eth0")),
                     "4 live-net-device-missing "
                     "devices[0].containerEdits.netDevices[0].hostInterfaceName\n");
    /* Not names of interfaces: another rule's. */
    cr_expect_str_eq(check(node, ONE("netDevices", "hostInterfaceName: ../x, name: eth0")), "");
}

#define LIBRARY(name) "- {hostPath: /usr/lib/" name ", containerPath: /c, options: [bind]}\n"
#define LIBRARIES                                                                              \
    HEAD DEVICES                                                                               \
        "- {name: a, containerEdits: {env: [A=b]}}\n"                                          \
        "containerEdits:\n"                                                                    \
        "  mounts:\n"                                                                          \
        "  " LIBRARY("libc.so.6") "  " LIBRARY("libnvidia-egl-wayland.so.1.1.9") "  " LIBRARY( \
            "libcuda.so.570.86.15") "  " LIBRARY("libnvidia-ml.so.570.86.15")
#define FIRST_LIBRARY " containerEdits.mounts[2].hostPath\n"

static const char *driver_node(const char *version)
{
    static const char *const names[] = {"libc.so.6", "libnvidia-egl-wayland.so.1.1.9",
                                        "libcuda.so.570.86.15", "libnvidia-ml.so.570.86.15"};
    const char *node = tmpdir_new();
    char text[256], name[64];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        (void)snprintf(name, sizeof name, "usr/lib/%s", names[i]);
        tmpdir_write(node, name, "");
    }
    (void)snprintf(text, sizeof text,
                   "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  %s  Release Build\n"
                   "GCC version:  gcc version 12.2.0\n",
                   version);
    if (*version)
        tmpdir_write(node, "proc/driver/nvidia/version", text);
    return node;
}

Test(live, the_driver_has_the_version_of_the_document)
{
    const char *node = driver_node("570.86.15");

    cr_expect_str_eq(check(node, LIBRARIES), "");

    node = driver_node("575.57.08");
    cr_expect_str_eq(check(node, LIBRARIES), "9 live-driver-version" FIRST_LIBRARY);
    cr_expect(strstr(said, "2 paths of NVIDIA's driver 570.86.15"), "%s", said);
    cr_expect(strstr(said, "575.57.08"), "%s", said);
    /* The module is the old one, for the document's files are installed. */
    cr_expect(strstr(said, "restart the node"), "%s", said);
    cr_assert_eq(unlink(tmpdir_path(node, "usr/lib/libcuda.so.570.86.15")), 0);
    cr_expect_str_eq(check(node, LIBRARIES),
                     "9 live-mount-missing" FIRST_LIBRARY "9 live-driver-version" FIRST_LIBRARY);
    cr_expect(strstr(said, "cdikit refresh"), "%s", said);
    cr_expect(!strstr(said, "restart the node"), "%s", said);

    cr_expect_str_eq(check(driver_node(""), LIBRARIES), "9 live-driver-missing" FIRST_LIBRARY);
    cr_expect(strstr(said, "modprobe nvidia"), "%s", said);
}

Test(live, what_carries_the_version_of_a_driver)
{
    static const struct {
        const char *path;
        bool is;
    } cases[] = {
        {"/usr/lib/libcuda.so.450.51", true},
        {"/usr/lib/libGLX_nvidia.so.450.51.06", true},
        {"/usr/lib/libnvcuvid.so.450.51.06", true},
        {"/lib/firmware/nvidia/450.51.06/gsp_ga10x.bin", true},
        {"/lib/firmware/nvidia/450.51.06", true},
        {"/usr/lib/libcuda.so", false},
        {"/usr/lib/libcuda.so.1", false},
        {"/usr/lib/libcuda.so.450", false},
        {"/usr/lib/libcuda.so.450.51.06.1", false},
        {"/usr/lib/libcuda.so.450.x", false},
        {"/usr/lib/libcuda.so.450.", false},
        {"/usr/lib/libnvrm.so.32.6.1", false},
        {"/usr/lib/libother.so.450.51.06", false},
        {"/usr/lib/nvidia/libother.so.450.51.06", false},
        {"/lib/firmware/nvidia/tu10x/gsp.bin", false},
    };
    const char *node = driver_node("570.86.15");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[512];

        (void)snprintf(text, sizeof text,
                       HEAD DEVICES
                       "- {name: a, containerEdits: {mounts: [{hostPath: %s, containerPath: /c, "
                       "type: bind}]}}\n",
                       cases[i].path);
        cr_expect_eq(strstr(check(node, text), "live-driver-version") != NULL, cases[i].is, "%s",
                     cases[i].path);
    }
}

/* A component of more than 255 bytes: ENAMETOOLONG, also for root. */
#define X32      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define TOO_LONG "/" X32 X32 X32 X32 X32 X32 X32 X32

Test(live, what_cannot_be_looked_at)
{
    static const char *const texts[] = {
        ONE("mounts", "hostPath: " TOO_LONG ", containerPath: /c, type: bind"),
        ONE("deviceNodes", "path: " TOO_LONG),
        HOOK(TOO_LONG),
    };
    const char *node = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const char *found = check(node, texts[i]);

        cr_expect_eq(strncmp(found, "4 live-unseen ", 14), 0, "%s", found);
    }
}
