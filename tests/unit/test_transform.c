/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <cdikit/transform.h>
#include <cdikit/version.h>

#include "base/cleanup.h"

/* What becomes of a path: that of a mount on the host. */
static void check_path(const char *from, const char *to, const char *path, const char *expected)
{
    struct cdi_spec *spec = cdi_spec_new();
    struct cdi_mount mount = {.host_path = path, .container_path = "/c", .type = ""};

    spec->edits.mounts = &mount;
    spec->edits.n_mounts = 1;
    cr_assert_eq(cdi_spec_transform_root(spec, from, to, CDI_PATHS_HOST, NULL), 0);
    cr_expect_str_eq(spec->edits.mounts[0].host_path, expected, "%s from %s to %s", path, from, to);
    cr_expect_str_eq(mount.host_path, path, "what the caller owns stays");
    cdi_spec_free(spec);
}

Test(transform, whole_components_of_a_path)
{
    static const char *const cases[][4] = {
        {"/driver", "/d", "/driver/usr/lib", "/d/usr/lib"},
        {"/driver", "/d", "/driver", "/d"},
        {"/driver", "/d", "/driver/", "/d"},
        {"/driver", "/d", "/driver-backup/x", "/driver-backup/x"},
        {"/driver", "/d", "/driverx", "/driverx"},
        {"/driver", "/d", "/drive", "/drive"},
        {"/driver", "/d", "/", "/"},
        {"/driver", "/d", "driver/x", "driver/x"},
        {"/driver/", "/d/", "/driver/x", "/d/x"},
        {"/driver/", "/d", "/driver", "/d"},
        {"/driver", "/", "/driver/x", "/x"},
        {"/driver", "/", "/driver", "/"},
        {"/", "/host", "/usr", "/host/usr"},
        {"", "/host", "/usr", "/host/usr"},
        {"/", "/host", "/", "/host"},
        {"/", "/host", "usr", "usr"},
        {"/driver", "", "/driver/usr/lib", "usr/lib"},
        {"/driver", "", "/driver", ""},
        {"/driver", "rel", "/driver/x", "rel/x"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_path(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
}

Test(transform, what_is_moved_is_cleaned)
{
    static const char *const cases[][4] = {
        {"/driver", "/d", "/driver//a/./b/", "/d/a/b"},
        {"/driver", "/d", "/driver/a/../b", "/d/b"},
        {"/driver", "/d", "/driver/../b", "/b"},
        {"/driver", "/d", "/driver/../../b", "/b"},
        {"/driver", "//d/./e/..", "/driver/b", "/d/b"},
        {"/driver", "", "/driver/../b", "../b"},
        {"/driver", "", "/driver/../../b/../c", "../../c"},
        {"/driver", "", "/driver/a/..", "."},
        {"/driver", "/d", "/driver/..x/...", "/d/..x/..."},
        /* What is not moved is not. */
        {"/driver", "/d", "/other//a/../b/", "/other//a/../b/"},
        {"/driver", "/driver", "/driver//a", "/driver//a"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_path(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
}

static const char document[] =
    "cdiVersion: 0.6.0\n"
    "kind: example.com/dev\n"
    "annotations: {a: /r/x}\n"
    "devices:\n"
    "- name: one\n"
    "  containerEdits:\n"
    "    env: [A=/r/x]\n"
    "    deviceNodes:\n"
    "    - path: /r/n0\n"
    "    - {path: /dev/n1, hostPath: /r/dev/n1}\n"
    "    - path: /dev/n2\n"
    "containerEdits:\n"
    "  mounts:\n"
    "  - {hostPath: /r/m, containerPath: /r/c, options: [ro]}\n"
    "  hooks:\n"
    "  - {hookName: createRuntime, path: /r/h, args: [/r/h, a, '--x=/r/x', '/r/a::/r/b'], "
    "env: [X=/r]}\n"
    "  - {hookName: createContainer, path: /r/h, args: [h, '/r/a::/r/b::/r/c', 'x::/r/b']}\n"
    "  - {hookName: startContainer, path: /r/h, args: [/r/h]}\n";

static struct cdi_spec *transformed(enum cdi_paths which)
{
    struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(document, strlen(document), NULL, &spec, NULL), 0);
    cr_assert_eq(cdi_spec_transform_root(spec, "/r", "/t", which, NULL), 0);
    cr_expect_str_eq(spec->annotations.items[0].value, "/r/x");
    cr_expect_str_eq(spec->devices[0].edits.env.items[0], "A=/r/x");
    cr_expect_str_eq(spec->edits.hooks[0].env.items[0], "X=/r");
    cr_expect_str_eq(spec->version, "0.6.0");
    return spec;
}

static void check_args(const struct cdi_hook *hook, const char *const *expected)
{
    for (size_t i = 0; i < hook->args.n; i++)
        cr_expect_str_eq(hook->args.items[i], expected[i]);
}

Test(transform, paths_of_the_host)
{
    struct cdi_spec *spec = transformed(CDI_PATHS_HOST);
    const struct cdi_device_node *nodes = spec->devices[0].edits.device_nodes;
    const struct cdi_hook *hooks = spec->edits.hooks;

    cr_expect_str_eq(nodes[0].path, "/r/n0");
    cr_expect_str_eq(nodes[0].host_path, "/t/n0");
    cr_expect_str_eq(nodes[1].path, "/dev/n1");
    cr_expect_str_eq(nodes[1].host_path, "/t/dev/n1");
    cr_expect_str_eq(nodes[2].host_path, "/dev/n2", "set also where nothing is moved");
    cr_expect_str_eq(spec->edits.mounts[0].host_path, "/t/m");
    cr_expect_str_eq(spec->edits.mounts[0].container_path, "/r/c");
    cr_expect_str_eq(hooks[0].path, "/t/h");
    check_args(&hooks[0], (const char *const[]){"/t/h", "a", "--x=/r/x", "/t/a::/t/b"});
    cr_expect_str_eq(hooks[1].path, "/t/h");
    check_args(&hooks[1], (const char *const[]){"h", "/r/a::/r/b::/r/c", "x::/r/b"});
    cr_expect_str_eq(hooks[2].path, "/r/h");
    check_args(&hooks[2], (const char *const[]){"/r/h"});
    cdi_spec_free(spec);
}

Test(transform, paths_in_the_container)
{
    struct cdi_spec *spec = transformed(CDI_PATHS_CONTAINER);
    const struct cdi_device_node *nodes = spec->devices[0].edits.device_nodes;
    const struct cdi_hook *hooks = spec->edits.hooks;

    cr_expect_str_eq(nodes[0].path, "/t/n0");
    cr_expect_str_eq(nodes[0].host_path, "");
    cr_expect_str_eq(nodes[1].path, "/dev/n1");
    cr_expect_str_eq(nodes[1].host_path, "/r/dev/n1");
    cr_expect_str_eq(spec->edits.mounts[0].host_path, "/r/m");
    cr_expect_str_eq(spec->edits.mounts[0].container_path, "/t/c");
    cr_expect_str_eq(hooks[0].path, "/r/h");
    check_args(&hooks[0], (const char *const[]){"/r/h", "a", "--x=/r/x", "/r/a::/r/b"});
    cr_expect_str_eq(hooks[1].path, "/r/h");
    check_args(&hooks[1], (const char *const[]){"h", "/t/a::/t/b::/r/c", "x::/t/b"});
    cr_expect_str_eq(hooks[2].path, "/t/h");
    check_args(&hooks[2], (const char *const[]){"/t/h"});
    cdi_spec_free(spec);
}

Test(transform, equal_roots_change_nothing)
{
    struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(document, strlen(document), NULL, &spec, NULL), 0);
    cr_assert_eq(cdi_spec_transform_root(spec, "/r", "/r", CDI_PATHS_HOST, NULL), 0);
    cr_expect_str_eq(spec->devices[0].edits.device_nodes[0].host_path, "");
    cdi_spec_free(spec);
}

/* A program may let two devices share what is the same in both. */
Test(transform, a_shared_array_is_moved_once)
{
    struct cdi_spec *spec = cdi_spec_new();
    const char *args[] = {"/x"};
    struct cdi_hook hook = {.hook_name = "prestart", .path = "/h", .args = {args, 1}};
    struct cdi_edits edits = {.hooks = &hook, .n_hooks = 1};
    struct cdi_device devices[] = {{.name = "a", .edits = edits}, {.name = "b", .edits = edits}};

    spec->devices = devices;
    spec->n_devices = 2;
    cr_assert_eq(cdi_spec_transform_root(spec, "/", "/t", CDI_PATHS_HOST, NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_str_eq(spec->devices[i].edits.hooks[0].path, "/t/h");
        cr_expect_str_eq(spec->devices[i].edits.hooks[0].args.items[0], "/t/x");
    }
    cdi_spec_free(spec);
}

Test(transform, a_missing_version_becomes_the_lowest)
{
    struct cdi_spec *spec = cdi_spec_new();
    struct cdi_device_node node = {
        .path = "/dev/n", .host_path = "", .type = "", .permissions = ""};

    spec->edits.device_nodes = &node;
    spec->edits.n_device_nodes = 1;
    cr_assert_eq(cdi_spec_transform_root(spec, "/r", "/t", CDI_PATHS_CONTAINER, NULL), 0);
    cr_expect_str_eq(spec->version, "0.3.0");
    spec->version = "";
    cr_assert_eq(cdi_spec_transform_root(spec, "/r", "/t", CDI_PATHS_HOST, NULL), 0);
    cr_expect_str_eq(spec->version, "0.5.0");
    cdi_spec_free(spec);
}
