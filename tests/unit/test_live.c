/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/root.h"
#include "diagnose/live.h"
#include "tests/unit/tmpdir.h"

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
    found[0] = '\0';
    for (size_t i = 0; i < findings.n; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, "%u %s %s\n",
                                 findings.items[i].pos.line, findings.items[i].rule->id,
                                 findings.items[i].path);
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
                     "4 live-mount-dangling devices[0].containerEdits.mounts[0].hostPath\n");
    cr_expect_str_eq(check(node, HEAD DEVICES DEVICE("a", MOUNT("/usr/lib/loop.so"))),
                     "4 live-mount-dangling devices[0].containerEdits.mounts[0].hostPath\n");
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

Test(live, rules_have_ids_of_their_own)
{
    for (const struct cdi_rule *rule = live_rules; rule->id; rule++) {
        cr_expect_eq(strncmp(rule->id, "live-", 5), 0, "%s", rule->id);
        cr_expect(rule->summary && *rule->summary, "%s", rule->id);
        for (const struct cdi_rule *other = live_rules; other < rule; other++)
            cr_expect_str_neq(other->id, rule->id);
    }
}
