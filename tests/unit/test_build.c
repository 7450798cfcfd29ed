/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/build.h"
#include "generate/names.h"
#include "generate/nvidia.h"

#define UUID0 "GPU-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11"

/* Two GPUs, the second of another group and without DRM devices, and a driver. */
static struct machine_node nodes0[] = {
    {"/dev/nvidia0", "/dev/nvidia0", 195, 0, 0666, 0, false},
    {"/dev/dri/card1", "/dev/dri/card1", 226, 1, 0660, 44, false},
    {"/dev/dri/renderD129", "/dev/dri/renderD129", 226, 129, 0666, 109, false},
};
static struct machine_node nodes1[] = {
    {"/dev/nvidia1", "/drv/dev/nvidia1", 195, 1, 0, 7, false},
};
static struct machine_node control[] = {
    {"/dev/nvidiactl", "/dev/nvidiactl", 195, 255, 0666, 0, false},
    {"/dev/nvidia-uvm", "/dev/nvidia-uvm", 511, 0, 0666, 0, false},
};
static struct machine_link links0[] = {
    {"../card1", "/dev/dri/by-path/pci-0000:01:00.0-card"},
};
static struct driver_file files[] = {
    {.kind = DRIVER_FILE, .host_path = "/drv/usr/bin/nvidia-smi", .path = "/usr/bin/nvidia-smi"},
    {.kind = DRIVER_LINK_SOURCE,
     .host_path = "/l/libnvidia-allocator.so.570.1",
     .path = "/l/libnvidia-allocator.so.570.1"},
    {.kind = DRIVER_LIBRARY,
     .host_path = "/l/libcuda.so.570.1",
     .path = "/l/libcuda.so.570.1",
     .soname = "libcuda.so.1",
     .soname_is_link = true},
    {.kind = DRIVER_LIBRARY, .host_path = "/l/libx.so.570.1", .path = "/l/libx.so.570.1"},
    {.kind = DRIVER_LIBRARY, .host_path = "/m/lib.so.570.1", .path = "/m/lib.so.570.1"},
    {.kind = DRIVER_LIBRARY,
     .host_path = "/n/vdpau/libv.so.570.1",
     .path = "/n/vdpau/libv.so.570.1"},
    {.kind = DRIVER_SOCKET, .host_path = "/run/s", .path = "/run/s"},
};
static const char *library_dirs[] = {"/l", "/m"};

static struct machine machine_new(struct arena *arena)
{
    struct machine machine = {
        .arena = arena,
        .devices = arena_calloc(arena, 2, sizeof(struct machine_device)),
        .n_devices = 2,
        .control_nodes = control,
        .n_control_nodes = ARRAY_SIZE(control),
        .driver = {.version = "570.1",
                   .library_dirs = library_dirs,
                   .n_library_dirs = 2,
                   .files = files,
                   .n_files = ARRAY_SIZE(files)},
    };

    machine.devices[0] = (struct machine_device){
        .address = {0, 1, 0, 0},
        .pci_name = "0000:01:00.0",
        .uuid = UUID0,
        .nodes = nodes0,
        .n_nodes = ARRAY_SIZE(nodes0),
        .links = links0,
        .n_links = ARRAY_SIZE(links0),
        .selected = true,
    };
    machine.devices[1] = (struct machine_device){
        .address = {0, 0xc1, 0, 0},
        .pci_name = "0000:c1:00.0",
        .index = 1,
        .nodes = nodes1,
        .n_nodes = ARRAY_SIZE(nodes1),
        .selected = true,
    };
    return machine;
}

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_ _cleanup_(spec_freep)

static const struct build_options usual = {
    .vendor = &vendor_nvidia,
    .kind_vendor = "nvidia.com",
    .kind_class = "gpu",
    .hook_path = "/usr/bin/nvidia-cdi-hook",
};

static const enum generate_naming by_index[] = {GENERATE_NAME_INDEX};

/* The document of the machine, its GPUs named by index. */
static struct cdi_spec *build(struct machine *machine, const struct build_options *options,
                              const char *ldconfig_path)
{
    struct cdi_spec *spec = NULL;

    cr_assert_eq(names_assign(machine, by_index, 1, NULL), 0);
    cr_assert_eq(nvidia_add_edits(machine, ldconfig_path, NULL), 0);
    cr_assert_eq(build_spec(machine, options, &spec, NULL), 0);
    return spec;
}

/* The arguments of a hook joined with ' '. */
static const char *args_of(const struct cdi_hook *hook)
{
    static char text[512];

    text[0] = '\0';
    for (size_t i = 0; i < hook->args.n; i++)
        strcat(strcat(text, i ? " " : ""), hook->args.items[i]);
    return text;
}

Test(build, device_edits)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    _cleanup_spec_ struct cdi_spec *spec = build(&machine, &usual, NULL);
    const struct cdi_edits *edits;

    cr_expect_str_eq(spec->kind, "nvidia.com/gpu");
    cr_expect_str_eq(spec->version, "0.7.0", "additionalGids need it");
    cr_assert_eq(spec->n_devices, 3);
    cr_expect_str_eq(spec->devices[0].name, "0");
    edits = &spec->devices[0].edits;
    cr_assert_eq(edits->n_device_nodes, 3);
    cr_expect_str_eq(edits->device_nodes[0].path, "/dev/nvidia0", "the least depth first");
    cr_expect_str_eq(edits->device_nodes[0].host_path, "", "it is the same as path");
    cr_expect_str_eq(edits->device_nodes[0].permissions, "rwm");
    cr_expect_eq(edits->device_nodes[0].major, 195);
    cr_expect_not(edits->device_nodes[0].gid.set);
    cr_expect_eq(edits->device_nodes[1].file_mode.value, 0660);
    cr_expect_eq(edits->device_nodes[1].gid.value, 44);
    cr_expect_eq(edits->device_nodes[2].gid.value, 109);
    /* Everybody may use renderD129: its group is not needed. */
    cr_assert_eq(edits->n_additional_gids, 1);
    cr_expect_eq(edits->additional_gids[0], 44);
    cr_assert_eq(edits->n_hooks, 1);
    cr_expect_str_eq(edits->hooks[0].hook_name, "createContainer");
    cr_expect_str_eq(args_of(&edits->hooks[0]), "nvidia-cdi-hook create-symlinks --link "
                                                "../card1::/dev/dri/by-path/pci-0000:01:00.0-card");
    cr_expect_str_eq(edits->hooks[0].env.items[0], "NVIDIA_CTK_DEBUG=false");

    edits = &spec->devices[1].edits;
    cr_expect_str_eq(edits->device_nodes[0].host_path, "/drv/dev/nvidia1");
    cr_expect_not(edits->device_nodes[0].file_mode.set, "a mode of 0 is not written");
    cr_expect_eq(edits->n_additional_gids, 0);
    cr_expect_eq(edits->n_hooks, 0);

    cr_expect_str_eq(spec->devices[2].name, "all");
    cr_expect_eq(spec->devices[2].edits.n_device_nodes, 4);
    cr_expect_eq(spec->devices[2].edits.n_hooks, 1);
}

Test(build, common_edits)
{
    static const char *const hooks[] = {
        "nvidia-cdi-hook create-symlinks --link "
        "../libnvidia-allocator.so.1::/l/gbm/nvidia-drm_gbm.so",
        "nvidia-cdi-hook create-symlinks --link libcuda.so.1::/l/libcuda.so --link "
        "libcuda.so.570.1::/l/libcuda.so.1",
        "nvidia-cdi-hook enable-cuda-compat --host-driver-version=570.1",
        "nvidia-cdi-hook update-ldcache --ldconfig-path /sbin/ldconfig --folder /l --folder "
        "/n/vdpau",
        "nvidia-cdi-hook disable-device-node-modification",
        "nvidia-cdi-hook update-application-profile",
    };
    static const char *const mounts[] = {"/run/s", "/l/libcuda.so.570.1", "/l/libx.so.570.1"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    _cleanup_spec_ struct cdi_spec *spec = build(&machine, &usual, "/sbin/ldconfig");
    const struct cdi_edits *edits = &spec->edits;

    cr_assert_eq(edits->env.n, 2);
    cr_expect_str_eq(edits->env.items[0], "NVIDIA_CTK_LIBCUDA_DIR=/l:/m");
    cr_expect_str_eq(edits->env.items[1], "NVIDIA_VISIBLE_DEVICES=void");
    cr_assert_eq(edits->n_device_nodes, 2);
    cr_expect_str_eq(edits->device_nodes[0].path, "/dev/nvidia-uvm");
    cr_assert_eq(edits->n_hooks, ARRAY_SIZE(hooks));
    for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
        cr_expect_str_eq(args_of(&edits->hooks[i]), hooks[i]);
    cr_assert_eq(edits->n_mounts, 6);
    cr_expect_str_eq(edits->mounts[0].container_path, mounts[1]);
    cr_expect_str_eq(edits->mounts[4].host_path, "/n/vdpau/libv.so.570.1");
    for (size_t i = 0; i < edits->n_mounts; i++) {
        bool socket = strcmp(edits->mounts[i].container_path, mounts[0]) == 0;

        cr_assert_eq(edits->mounts[i].options.n, 5);
        cr_expect_str_eq(edits->mounts[i].options.items[0], socket ? "nosuid" : "ro");
        cr_expect_str_eq(edits->mounts[i].options.items[4], socket ? "noexec" : "rprivate");
        cr_expect_str_eq(edits->mounts[i].type, "");
    }
}

Test(build, hooks_as_sub_commands_of_nvidia_ctk)
{
    static const char *const enabled[] = {NVIDIA_HOOK_CHMOD};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    struct build_options options = usual;
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    options.hook_path = "/opt/nvidia-ctk";
    options.hooks.enabled = (struct generate_strings){enabled, 1};
    options.no_all = true;
    spec = build(&machine, &options, NULL);
    cr_assert_eq(spec->n_devices, 2);
    cr_assert_eq(spec->devices[0].edits.n_hooks, 2);
    cr_expect_str_eq(spec->devices[0].edits.hooks[1].path, "/opt/nvidia-ctk");
    cr_expect_str_eq(args_of(&spec->devices[0].edits.hooks[1]),
                     "nvidia-ctk hook chmod --mode 755 --path /dev/dri");
    cr_expect_eq(spec->devices[1].edits.n_hooks, 0, "no folder of it needs the hook");
}

Test(build, the_empty_device)
{
    static const char *const ids[] = {"1", "none", "all"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);
    struct generate_strings list = {ids, ARRAY_SIZE(ids)};
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    cr_assert_eq(names_select(&machine, &list, NULL), 0);
    spec = build(&machine, &usual, NULL);
    cr_assert_eq(spec->n_devices, 1);
    cr_expect_str_eq(spec->devices[0].name, "none");
    cr_assert_eq(spec->devices[0].edits.env.n, 1);
    cr_expect_str_eq(spec->devices[0].edits.env.items[0], "NVCT_EMPTY_DEVICE=");
}

/* A back end of another vendor: nothing of NVIDIA's is in its document. */
Test(build, another_vendor)
{
    static const struct vendor_hook hooks[] = {{"permit", false}, {"forbid", true}};
    static const char *const programs[] = {"amd-hook", NULL};
    static const struct vendor vendor = {
        .vendor = "amd.com",
        .class_ = "gpu",
        .hooks = hooks,
        .n_hooks = ARRAY_SIZE(hooks),
        .hook_programs = programs,
        .multi_program = "amd-ctk",
        .hook_env = "AMD=1",
        .empty_env = {"AMD_EMPTY", "yes"},
    };
    static struct machine_env env[] = {{"AMD_VISIBLE", "void"}};
    static const char *args[] = {"--x", "y"};
    static struct machine_hook common[] = {{"forbid", NULL, 0}, {"permit", args, 2}};
    struct build_options options = {.vendor = &vendor,
                                    .kind_vendor = "amd.com",
                                    .kind_class = "gpu",
                                    .hook_path = "/opt/amd-ctk"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = {
        .arena = arena, .hooks = {common, 2}, .env = env, .n_env = 1, .empty_device = true};
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    _cleanup_free_ char *text = NULL;
    size_t len;

    cr_assert_eq(build_spec(&machine, &options, &spec, NULL), 0);
    cr_assert_eq(cdi_spec_format(spec, CDI_FORMAT_JSON, &text, &len, NULL), 0);
    cr_expect_str_eq(text,
                     "{\"cdiVersion\":\"0.3.0\",\"kind\":\"amd.com/gpu\",\"devices\":[{\"name\":"
                     "\"none\",\"containerEdits\":{\"env\":[\"AMD_EMPTY=yes\"]}}],"
                     "\"containerEdits\":{\"env\":[\"AMD_VISIBLE=void\"],\"hooks\":[{\"hookName\":"
                     "\"createContainer\",\"path\":\"/opt/amd-ctk\",\"args\":[\"amd-ctk\",\"hook\","
                     "\"permit\",\"--x\",\"y\"],\"env\":[\"AMD=1\"]}]}}");
}

/* The hook is for folders that hold one of the nodes themselves. */
Test(build, folders_of_the_chmod_hook)
{
    static const struct {
        const char *paths[2];
        const char *args; /* of the hook, NULL: no hook */
    } cases[] = {
        {{"/dev/nvidia0", "/dev/dri/card0"}, "--mode 755 --path /dev/dri"},
        {{"/dev/nvidia-caps/nvidia-cap1", "/dev/dri/card0"},
         "--mode 755 --path /dev/dri --path /dev/nvidia-caps"},
        {{"/dev/nvidia0", "/dev/dri"}, NULL},
        {{"/dev/nvidia0", "/dev/dri/by-path/card0"}, NULL},
        {{"/dev/nvidia0", "/dev/driver/card0"}, NULL},
        {{"/dev/nvidia-caps-imex-channels/channel0", "/x/dev/dri/card0"}, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct machine machine = machine_new(arena);
        struct machine_node nodes[2] = {{.path = cases[i].paths[0]}, {.path = cases[i].paths[1]}};
        char text[128] = "";

        machine.devices[1].nodes = nodes;
        machine.devices[1].n_nodes = 2;
        cr_assert_eq(nvidia_add_edits(&machine, NULL, NULL), 0);
        cr_assert_eq(machine.devices[1].hooks.n, cases[i].args != NULL, "case %zu", i);
        if (!cases[i].args)
            continue;
        for (size_t k = 0; k < machine.devices[1].hooks.items[0].n_args; k++)
            strcat(strcat(text, k ? " " : ""), machine.devices[1].hooks.items[0].args[k]);
        cr_expect_str_eq(text, cases[i].args);
    }
}

/* Each directory of a library once; what is a library is as in ld.so(8). */
Test(build, folders_of_the_ldcache_hook)
{
    static const struct {
        const char *paths[3];
        const char *args; /* of the hook, NULL: no hook */
    } cases[] = {
        {{"/l/liba.so.1"}, "--folder /l"},
        {{"/l/liba.so"}, "--folder /l"},
        {{"/liba.so.1"}, "--folder /"},
        {{"/l/liba.so.1", "/m/libb.so.1", "/l/libc.so.1"}, "--folder /l --folder /m"},
        {{"/l/liba.so.1", "/l/m/libb.so.1", "/l.d/libc.so"},
         "--folder /l --folder /l/m --folder /l.d"},
        {{"/l/liba.sox", "/m/liba.so1", "/n/liba.so-1"}, NULL},
        {{"/l/liba.so.d/x", "/m/liba", "/n/lib.so.1"}, NULL},
        {{"/l/liba.so.x.so"}, "--folder /l"},
        {{"/l/liba.so.1.sox"}, NULL},
        {{"/l/xliba.so.1"}, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct machine machine = machine_new(arena);
        struct driver_file list[3];
        const struct machine_hook *hook = NULL;
        char text[128] = "";

        machine.driver.files = list;
        for (size_t k = machine.driver.n_files = 0; k < 3 && cases[i].paths[k]; k++)
            list[machine.driver.n_files++] = (struct driver_file){
                .kind = DRIVER_LIBRARY, .host_path = "/h", .path = cases[i].paths[k]};
        cr_assert_eq(nvidia_add_edits(&machine, NULL, NULL), 0);
        for (size_t k = 0; k < machine.hooks.n; k++)
            if (strcmp(machine.hooks.items[k].name, NVIDIA_HOOK_UPDATE_LDCACHE) == 0)
                hook = &machine.hooks.items[k];
        cr_assert_eq(hook != NULL, cases[i].args != NULL, "case %zu", i);
        for (size_t k = 0; hook && k < hook->n_args; k++)
            strcat(strcat(text, k ? " " : ""), hook->args[k]);
        cr_expect_str_eq(text, cases[i].args ? cases[i].args : "");
    }
}

Test(hooks, policy)
{
    static const struct {
        const char *disabled, *enabled, *name;
        bool expected;
    } cases[] = {
        {NULL, NULL, NVIDIA_HOOK_UPDATE_LDCACHE, true},
        {NULL, NULL, NVIDIA_HOOK_CHMOD, false},
        {NULL, NVIDIA_HOOK_CHMOD, NVIDIA_HOOK_CHMOD, true},
        {NVIDIA_HOOK_UPDATE_LDCACHE, NULL, NVIDIA_HOOK_UPDATE_LDCACHE, false},
        {NVIDIA_HOOK_UPDATE_LDCACHE, NULL, NVIDIA_HOOK_CREATE_SYMLINKS, true},
        {NVIDIA_HOOK_UPDATE_LDCACHE, NVIDIA_HOOK_UPDATE_LDCACHE, NVIDIA_HOOK_UPDATE_LDCACHE, true},
        {"all", NULL, NVIDIA_HOOK_CREATE_SYMLINKS, false},
        {"all", NVIDIA_HOOK_CREATE_SYMLINKS, NVIDIA_HOOK_CREATE_SYMLINKS, true},
        {"all", NVIDIA_HOOK_CREATE_SYMLINKS, NVIDIA_HOOK_UPDATE_LDCACHE, false},
        {"all", "bogus", NVIDIA_HOOK_UPDATE_LDCACHE, false},
        {"bogus", NULL, NVIDIA_HOOK_UPDATE_LDCACHE, true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct hook_policy policy = {{&cases[i].disabled, cases[i].disabled != NULL},
                                     {&cases[i].enabled, cases[i].enabled != NULL},
                                     NULL};

        cr_expect_eq(hook_wanted(&vendor_nvidia, &policy, cases[i].name), cases[i].expected,
                     "case %zu", i);
    }
}

Test(hooks, known)
{
    static const struct {
        const char *name;
        bool known;
        const char *nearest;
    } cases[] = {
        {"create-symlinks", true, NULL},
        {"chmod", true, NULL},
        {"update-ldcache", true, NULL},
        {"create-symlink", false, "create-symlinks"},
        {"ldcache", false, NULL},
        {"update-ld-cache", false, "update-ldcache"},
        {"", false, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *nearest = "";

        cr_expect_eq(hook_known(&vendor_nvidia, cases[i].name, &nearest), cases[i].known, "%s",
                     cases[i].name);
        cr_expect_str_eq(nearest ? nearest : "", cases[i].nearest ? cases[i].nearest : "");
    }
}

Test(names, strategies)
{
    static const struct {
        enum generate_naming naming[4];
        size_t n;
        const char *first, *second; /* names joined with ' ' */
        bool unusable;              /* the second, which has no UUID */
    } cases[] = {
        {{GENERATE_NAME_INDEX}, 1, "0 ", "1 ", false},
        {{GENERATE_NAME_TYPE_INDEX, GENERATE_NAME_PCI},
         2,
         "gpu0 0000:01:00.0 ",
         "gpu1 0000:c1:00.0 ",
         false},
        {{0}, 0, "0 " UUID0 " ", "1 ", false},
        {{GENERATE_NAME_UUID}, 1, UUID0 " ", "", true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct machine machine = machine_new(arena);

        cr_assert_eq(names_assign(&machine, cases[i].naming, cases[i].n, NULL), 0);
        for (size_t k = 0; k < 2; k++) {
            char text[128] = "";

            for (size_t m = 0; m < machine.devices[k].n_names; m++)
                strcat(strcat(text, machine.devices[k].names[m]), " ");
            cr_expect_str_eq(text, k ? cases[i].second : cases[i].first);
        }
        cr_expect_eq(machine.devices[1].unusable, cases[i].unusable);
        cr_expect_eq(machine.devices[1].problem != NULL,
                     cases[i].n == 0 || cases[i].naming[0] == GENERATE_NAME_UUID);
        cr_expect_null(machine.devices[0].problem);
    }
}

Test(names, a_strategy_twice)
{
    static const enum generate_naming twice[] = {GENERATE_NAME_INDEX, GENERATE_NAME_UUID,
                                                 GENERATE_NAME_INDEX};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);

    cr_expect_eq(names_assign(&machine, twice, 3, NULL), -CDI_ERR_USAGE);
    cr_expect_eq(names_assign(&machine, twice, 2, NULL), 0);
}

/* The UUIDs of MIG devices that drivers before R470 give cannot be names. */
Test(names, of_mig_devices)
{
    static const enum generate_naming naming[] = {GENERATE_NAME_INDEX, GENERATE_NAME_TYPE_INDEX,
                                                  GENERATE_NAME_UUID, GENERATE_NAME_PCI};
    static const struct {
        const char *uuid, *names;
    } cases[] = {
        {"MIG-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11",
         "0:2 mig0:2 MIG-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11 0000:01:00.0-gi5-ci1 "},
        {"MIG-GPU-b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11/5/1", "0:2 mig0:2 0000:01:00.0-gi5-ci1 "},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct machine machine = machine_new(arena);
        struct machine_device *device = &machine.devices[0];
        char text[128] = "";

        device->kind = MACHINE_MIG;
        device->mig_index = 2;
        device->gi = 5;
        device->ci = 1;
        device->uuid = cases[i].uuid;
        cr_assert_eq(names_assign(&machine, naming, ARRAY_SIZE(naming), NULL), 0);
        for (size_t k = 0; k < device->n_names; k++)
            strcat(strcat(text, device->names[k]), " ");
        cr_expect_str_eq(text, cases[i].names);
        cr_expect_eq(device->problem != NULL, strchr(cases[i].uuid, '/') != NULL);
        cr_expect_not(device->unusable);
    }
}

/* "all" means the devices that are listed; an id any. */
Test(names, unlisted_devices)
{
    static const char *const all[] = {"all"}, *const one[] = {"0:2"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = machine_new(arena);

    machine.devices[0].kind = MACHINE_MIG;
    machine.devices[0].mig_index = 2;
    machine.devices[0].unlisted = true;
    cr_assert_eq(names_select(&machine, &(struct generate_strings){all, 1}, NULL), 0);
    cr_expect_not(machine.devices[0].selected);
    cr_expect(machine.devices[1].selected);
    cr_assert_eq(names_select(&machine, &(struct generate_strings){one, 1}, NULL), 0);
    cr_expect(machine.devices[0].selected);
    cr_expect_not(machine.devices[1].selected);
}

Test(names, ids)
{
    static const struct {
        const char *ids[3];
        int expected; /* bit of each GPU, or a negative error */
    } cases[] = {
        {{NULL}, 3},
        {{"all"}, 3},
        {{"0"}, 1},
        {{"1", "0"}, 3},
        {{"1", "0", "1"}, -CDI_ERR_USAGE},
        {{"0", UUID0}, -CDI_ERR_USAGE},
        {{"0:0"}, -CDI_ERR_NOTFOUND},
        {{"MIG-00000000-6c5f-4d1a-8c4c-8a3f4d4f3b11"}, -CDI_ERR_NOTFOUND},
        {{"1", "all"}, 3},
        {{UUID0}, 1},
        {{"b0a77a32-6c5f-4d1a-8c4c-8a3f4d4f3b11"}, 1},
        {{"0000:C1:00.0"}, 2},
        {{"00000000:c1:00.0"}, 2},
        {{"none"}, 0},
        {{"2"}, -CDI_ERR_NOTFOUND},
        {{"18446744073709551615"}, -CDI_ERR_NOTFOUND},
        {{"99999999999999999999999999"}, -CDI_ERR_NOTFOUND},
        {{"GPU-00000000-6c5f-4d1a-8c4c-8a3f4d4f3b11"}, -CDI_ERR_NOTFOUND},
        {{"0000:02:00.0"}, -CDI_ERR_NOTFOUND},
        {{""}, -CDI_ERR_USAGE},
        {{" 1"}, -CDI_ERR_USAGE},
        {{"gpu"}, -CDI_ERR_USAGE},
        {{"-1"}, -CDI_ERR_USAGE},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct machine machine = machine_new(arena);
        struct generate_strings ids = {cases[i].ids, 0};
        int r;

        while (ids.n < 3 && ids.items[ids.n])
            ids.n++;
        r = names_select(&machine, &ids, NULL);
        if (r == 0)
            r = machine.devices[0].selected | machine.devices[1].selected << 1;
        cr_expect_eq(r, cases[i].expected, "case %zu: %d", i, r);
    }
}
