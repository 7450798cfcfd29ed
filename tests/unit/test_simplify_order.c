/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/edits.h"
#include "generate/nvidia.h"
#include "generate/simplify.h"

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_ _cleanup_(spec_freep)

/* By the depth of the path in the container, then by its bytes; in all edits of the document. */
Test(simplify, order_of_paths)
{
    static const char *const in[] = {
        "/dev/dri/card0", "/z",     "/dev/nvidia10",   "/a/b/c/d",   "/dev/nvidia1",
        "/dev/nvidia",    "/dev/a", "/dev/nvidia-uvm", "//dev//./b/"};
    static const char *const out[] = {
        "/z",           "//dev//./b/",   "/dev/a",         "/dev/nvidia", "/dev/nvidia-uvm",
        "/dev/nvidia1", "/dev/nvidia10", "/dev/dri/card0", "/a/b/c/d"};
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();
    struct edits_builder b = {.arena = spec->arena};
    struct cdi_device device = {.name = "0"};
    struct cdi_edits *all[] = {&spec->edits, &device.edits};

    for (size_t i = 0; i < ARRAY_SIZE(in); i++) {
        for (size_t k = 0; k < ARRAY_SIZE(all); k++) {
            /* What the host has for the device is another, so that it stays. */
            const char *host = k == 0 ? "/h" : "/g";
            struct machine_node node = {.path = in[i], .host_path = host, .major = 1};

            edits_add_node(&b, all[k], &node);
            edits_add_mount(&b, all[k], host, in[i], false);
        }
    }
    cr_assert_not(b.failed);
    spec->devices = &device;
    spec->n_devices = 1;
    cr_assert_eq(spec_simplify(spec, NULL), 0);
    for (size_t k = 0; k < ARRAY_SIZE(all); k++) {
        cr_assert_eq(all[k]->n_device_nodes, ARRAY_SIZE(out));
        cr_assert_eq(all[k]->n_mounts, ARRAY_SIZE(out));
        for (size_t i = 0; i < ARRAY_SIZE(out); i++) {
            cr_expect_str_eq(all[k]->device_nodes[i].path, out[i]);
            cr_expect_str_eq(all[k]->mounts[i].container_path, out[i]);
        }
    }
    /* What is in order stays so. */
    cr_assert_eq(spec_simplify(spec, NULL), 0);
    cr_expect_str_eq(spec->edits.mounts[0].container_path, out[0]);
    cr_expect_str_eq(spec->edits.mounts[8].container_path, out[8]);
}

Test(simplify, order_of_devices)
{
    static const char *const in[] = {"gpu0",  "all0",  "2", "10",   "1:0",
                                     "GPU-b", "GPU-a", "1", "MIG-a"};
    static const char *const out[] = {"1",     "10",    "1:0",  "2",   "GPU-a",
                                      "GPU-b", "MIG-a", "all0", "gpu0"};
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();
    struct cdi_device devices[ARRAY_SIZE(in)];

    for (size_t i = 0; i < ARRAY_SIZE(in); i++)
        devices[i] = (struct cdi_device){.name = in[i]};
    spec->devices = devices;
    spec->n_devices = ARRAY_SIZE(in);
    cr_assert_eq(spec_simplify(spec, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(out); i++)
        cr_expect_str_eq(spec->devices[i].name, out[i]);
}

/* Equal hooks of different devices stay theirs, and are one in "all"; environment is not sorted. */
Test(simplify, all_has_what_devices_share_once)
{
    static const char *args_a[] = {"--path", "/dev/dri"}, *args_b[] = {"--path", "/dev/x"};
    static const struct machine_hook same = {"chmod", args_a, 2}, other = {"chmod", args_b, 2};
    static const struct machine_env first = {"Z", "1"}, second = {"A", "1"}, third = {"Z", "2"};
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();
    struct edits_builder b = {.arena = spec->arena, .hook_path = "/h"};
    struct cdi_device devices[] = {{.name = "0"}, {.name = "1"}};
    const struct cdi_edits *all;

    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        struct machine_node node = {"/dev/n", "/dev/n",         1,    (uint32_t)i,
                                    0660,     44 - (uint32_t)i, false};

        edits_add_hook(&b, &devices[i].edits, &vendor_nvidia, &same);
        edits_add_env(&b, &devices[i].edits, &first);
        edits_add_node(&b, &devices[i].edits, &node);
    }
    edits_add_hook(&b, &devices[1].edits, &vendor_nvidia, &other);
    edits_add_env(&b, &devices[1].edits, &second);
    edits_add_env(&b, &devices[1].edits, &third);
    cr_assert_not(b.failed);
    spec->devices = devices;
    spec->n_devices = ARRAY_SIZE(devices);
    cr_assert_eq(spec_simplify(spec, NULL), 0);
    cr_assert_eq(spec_add_all(spec, NULL), 0);

    cr_assert_eq(spec->n_devices, 3);
    cr_expect_eq(spec->devices[0].edits.n_hooks, 1);
    cr_expect_eq(spec->devices[1].edits.n_hooks, 2);
    cr_assert_str_eq(spec->devices[2].name, "all");
    all = &spec->devices[2].edits;
    cr_assert_eq(all->n_hooks, 2);
    cr_expect_str_eq(all->hooks[0].args.items[3], "/dev/dri");
    cr_expect_str_eq(all->hooks[1].args.items[3], "/dev/x");
    cr_assert_eq(all->env.n, 3);
    cr_expect_str_eq(all->env.items[0], "Z=1");
    cr_expect_str_eq(all->env.items[1], "A=1");
    cr_expect_str_eq(all->env.items[2], "Z=2");
    cr_expect_eq(all->n_device_nodes, 2, "the numbers make a difference");
    cr_assert_eq(all->n_additional_gids, 2);
    cr_expect_eq(all->additional_gids[0], 43);
    cr_expect_eq(all->additional_gids[1], 44);
}

Test(simplify, all_of_no_devices)
{
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new();

    cr_assert_eq(spec_simplify(spec, NULL), 0);
    cr_assert_eq(spec_add_all(spec, NULL), 0);
    cr_assert_eq(spec->n_devices, 1);
    cr_expect_str_eq(spec->devices[0].name, "all");
    cr_expect_eq(spec->devices[0].edits.env.n, 0);
    cr_expect_eq(spec->devices[0].edits.n_device_nodes, 0);
}
