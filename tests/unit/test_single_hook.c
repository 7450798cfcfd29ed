/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <cdikit/spec.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/nvidia.h"
#include "generate/single_hook.h"

#define ARGS(...) ((const char *[]){__VA_ARGS__})

/* A hook of the document or of a device, with its arguments. */
#define HOOK(name, ...)                                                          \
    {                                                                            \
        name, ARGS(__VA_ARGS__), sizeof ARGS(__VA_ARGS__) / sizeof(const char *) \
    }
#define BARE(name)    \
    {                 \
        name, NULL, 0 \
    }

/* What every container needs. */
static struct machine_hook of_all[] = {
    HOOK(NVIDIA_HOOK_CREATE_SYMLINKS, "--link", "a::/x/a"),
    HOOK(NVIDIA_HOOK_CREATE_SYMLINKS, "--link", "b::/x/b", "--link", "a::/x/a"),
    HOOK(NVIDIA_HOOK_ENABLE_CUDA_COMPAT, "--host-driver-version=570.1"),
    HOOK(NVIDIA_HOOK_UPDATE_LDCACHE, "--ldconfig-path", "/sbin/l", "--folder", "/x"),
    BARE(NVIDIA_HOOK_NO_NODE_CHANGES),
    BARE(NVIDIA_HOOK_APPLICATION_PROFILE),
};

/* Of two GPUs: links, and modes of folders. */
static struct machine_hook of_first[] = {
    HOOK(NVIDIA_HOOK_CREATE_SYMLINKS, "--link", "../c0::/dev/dri/by-path/0"),
    HOOK(NVIDIA_HOOK_CHMOD, "--mode", "755", "--path", "/dev/dri"),
};
static struct machine_hook of_second[] = {
    HOOK(NVIDIA_HOOK_CREATE_SYMLINKS, "--link", "../c1::/dev/dri/by-path/1"),
    HOOK(NVIDIA_HOOK_CHMOD, "--mode", "755", "--path", "/dev/dri", "--path", "/dev/nvidia-caps"),
};

static struct machine machine_new(struct arena *arena)
{
    static struct machine_node nodes[] = {{.path = "/dev/nvidia0", .host_path = "/dev/nvidia0"},
                                          {.path = "/dev/nvidia1", .host_path = "/dev/nvidia1"}};
    static const char *names[] = {"0", "GPU-0", "1"};
    struct machine_device *devices = arena_calloc(arena, 2, sizeof *devices);

    cr_assert(devices != NULL);
    devices[0] = (struct machine_device){.selected = true,
                                         .names = names,
                                         .n_names = 2,
                                         .nodes = &nodes[0],
                                         .n_nodes = 1,
                                         .hooks = {of_first, ARRAY_SIZE(of_first)}};
    devices[1] = (struct machine_device){.selected = true,
                                         .names = names + 2,
                                         .n_names = 1,
                                         .nodes = &nodes[1],
                                         .n_nodes = 1,
                                         .hooks = {of_second, ARRAY_SIZE(of_second)}};
    return (struct machine){
        .arena = arena, .devices = devices, .n_devices = 2, .hooks = {of_all, ARRAY_SIZE(of_all)}};
}

static const struct build_options all_of_it = {.vendor = &vendor_nvidia,
                                               .kind_vendor = "nvidia.com",
                                               .kind_class = "gpu",
                                               .hook_path = "/usr/bin/cdikit-hook",
                                               .single_hook = true,
                                               .no_all = true};

/* The hook's arguments with blanks between. */
static const char *words(const struct machine *machine, const struct build_options *options)
{
    static char text[1024];
    struct machine_hook hook;

    cr_assert(single_hook(machine, options, &hook));
    cr_expect_str_eq(hook.name, "setup-container");
    text[0] = '\0';
    for (size_t i = 0; i < hook.n_args; i++)
        strcat(strcat(text, i ? " " : ""), hook.args[i]);
    return text;
}

#define LINKS   "--link a::/x/a --link b::/x/b "
#define DEVICES "--device-link ../c0::/dev/dri/by-path/0 --device-link ../c1::/dev/dri/by-path/1 "
#define CHMOD   "--mode 755 --path /dev/dri --path /dev/nvidia-caps "
#define COMPAT  "--enable-cuda-compat --host-driver-version=570.1 "
#define LDCACHE "--update-ldcache --ldconfig-path /sbin/l --folder /x "
#define REST    "--disable-device-node-modification --update-application-profile"

/* What is disabled and enabled, and what is left of it. chmod is off unless it is enabled. */
static const struct {
    const char *disabled, *enabled, *words;
} policies[] = {
    {NULL, NULL, LINKS DEVICES COMPAT LDCACHE REST},
    {NULL, "chmod", LINKS DEVICES CHMOD COMPAT LDCACHE REST},
    {"create-symlinks", NULL, COMPAT LDCACHE REST},
    {"enable-cuda-compat", NULL, LINKS DEVICES LDCACHE REST},
    {"update-ldcache", "chmod", LINKS DEVICES CHMOD COMPAT REST},
    {"update-application-profile", NULL,
     LINKS DEVICES COMPAT LDCACHE "--disable-device-node-modification"},
    {"all", "update-application-profile", "--update-application-profile"},
    {"all", "chmod", "--mode 755 --path /dev/dri --path /dev/nvidia-caps"},
    {"all", NULL, ""},
};

Test(single_hook, policies)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);

    for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
        struct build_options options = all_of_it;

        options.hooks = (struct hook_policy){
            .disabled = {&policies[i].disabled, policies[i].disabled != NULL},
            .enabled = {&policies[i].enabled, policies[i].enabled != NULL}};
        cr_expect_str_eq(words(&machine, &options), policies[i].words, "%zu", i);
    }
}

/* Devices that are not of the document have no part in its hook. */
Test(single_hook, devices_of_the_document)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);

    machine.devices[0].selected = false;
    cr_expect_str_eq(words(&machine, &all_of_it),
                     LINKS "--device-link ../c1::/dev/dri/by-path/1 " COMPAT LDCACHE REST);
    machine.devices[1].unusable = true;
    cr_expect_str_eq(words(&machine, &all_of_it), LINKS COMPAT LDCACHE REST);
}

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

static struct cdi_spec *build(const struct machine *machine, const struct build_options *options)
{
    struct cdi_spec *spec;

    cr_assert_eq(build_spec(machine, options, &spec, NULL), 0);
    return spec;
}

Test(single_hook, in_a_document)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    _cleanup_(spec_freep) struct cdi_spec *spec = build(&machine, &all_of_it);
    const struct cdi_hook *hook = spec->edits.hooks;

    cr_assert_eq(spec->edits.n_hooks, 1);
    cr_expect_str_eq(hook->hook_name, "createContainer");
    cr_expect_str_eq(hook->path, "/usr/bin/cdikit-hook");
    cr_assert_gt(hook->args.n, 2);
    cr_expect_str_eq(hook->args.items[0], "cdikit-hook");
    cr_expect_str_eq(hook->args.items[1], "setup-container");
    cr_assert_eq(hook->env.n, 1);
    cr_expect_str_eq(hook->env.items[0], "NVIDIA_CTK_DEBUG=false");
    cr_expect_not(hook->timeout.set);
    for (size_t i = 0; i < spec->n_devices; i++)
        cr_expect_eq(spec->devices[i].edits.n_hooks, 0, "%s", spec->devices[i].name);
}

Test(single_hook, nothing_to_do)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    const char *all = "all";
    struct build_options options = all_of_it;
    _cleanup_(spec_freep) struct cdi_spec *spec = NULL;

    options.hooks.disabled = (struct generate_strings){&all, 1};
    spec = build(&machine, &options);
    cr_expect_eq(spec->edits.n_hooks, 0);
}

static struct machine_hook others[] = {HOOK("another", "--link", "x::/y"),
                                       BARE(NVIDIA_HOOK_NO_NODE_CHANGES)};
static struct machine_hook others_of_device[] = {
    HOOK("another", "--mode", "755"),
    HOOK(NVIDIA_HOOK_ENABLE_CUDA_COMPAT, "--host-driver-version=1.2")};

/* Hooks that it does not know stay, and so do those that are all that there is of a device. */
Test(single_hook, other_hooks_stay)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    _cleanup_(spec_freep) struct cdi_spec *spec = NULL;

    machine.hooks = (struct machine_hooks){others, 2};
    machine.devices[1].hooks = (struct machine_hooks){others_of_device, 2};
    spec = build(&machine, &all_of_it);
    cr_assert_eq(spec->edits.n_hooks, 2);
    cr_expect_str_eq(spec->edits.hooks[0].args.items[1], "setup-container");
    cr_expect_eq(spec->edits.hooks[0].args.n, 5);
    cr_expect_str_eq(spec->edits.hooks[1].args.items[1], "another");
    cr_expect_str_eq(spec->edits.hooks[1].args.items[2], "--link");
    for (size_t i = 0; i < spec->n_devices; i++) {
        const struct cdi_device *device = &spec->devices[i];

        cr_assert_eq(device->edits.n_hooks, strcmp(device->name, "1") == 0 ? 2 : 0);
        if (device->edits.n_hooks) {
            cr_expect_str_eq(device->edits.hooks[0].args.items[1], "another");
            cr_expect_str_eq(device->edits.hooks[1].args.items[1], NVIDIA_HOOK_ENABLE_CUDA_COMPAT);
        }
    }
}
