/* SPDX-License-Identifier: Apache-2.0 */
/* Causes, from facts that are written down here: nothing is looked up. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "tests/unit/whyworld.h"

Test(why, usable)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=two");
    expect(world, "");
    cr_expect_str_eq(world->answer.device->name, "v.com/gpu=two");
    cr_expect_str_eq(engine_place_text(world->arena, &world->answer.place), "/etc/cdi/v.yaml:5:10");
}

/* What was typed, and what is recommended. */
Test(why, names_that_are_not_qualified)
{
    static const struct {
        const char *name, *repair;
    } cases[] = {
        {"one", "did you mean v.com/gpu=one?"},
        {"ONE", "did you mean v.com/gpu=one?"},
        {"gpu=two", "did you mean v.com/gpu=two?"},
        {"v.com/gpu:one", "did you mean v.com/gpu=one?"},
        {"v.com/gpu/two", "did you mean v.com/gpu=two?"},
        {"v.com/gpu@two", "did you mean v.com/gpu=two?"},
        {" v.com/gpu=one", "did you mean v.com/gpu=one?"},
        {"v.com/gpu=one\n", "did you mean v.com/gpu=one?"},
        {"v.com/gpu", "did you mean v.com/gpu=one or v.com/gpu=two?"},
        {"v.com/gpu=", "did you mean v.com/gpu=one or v.com/gpu=two?"},
        {"v.com=gpu/one", "did you mean v.com/gpu=one?"},
        {"vcom/gpu:one", "did you mean v.com/gpu=one?"},
        {"", "`cdikit list`"},
        {"=", "`cdikit list`"},
        {"/", "this is a path"},
        {"/dev/nvidia0", "--device \"/dev/nvidia0\""},
        {"v.com/gpu=one,v.com/gpu=two", "each name by itself"},
        {"something else altogether", "`cdikit list`"},
    };
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        why_ask(world, cases[i].name);
        expect(world, "name-not-qualified");
        expect_text(world, "", cases[i].repair);
        cr_expect_null(world->answer.device);
    }
}

/* No more than six are listed. */
Test(why, many_guesses)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml",
            HEAD("v.com/gpu") DEVICE("a1") DEVICE("a2") DEVICE("a3") DEVICE("a4") DEVICE("a5")
                DEVICE("a6") DEVICE("a7") DEVICE("a8"),
            0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu");
    expect_text(world, "", "v.com/gpu=a6, or one of 2 more?");
}

Test(why, unknown)
{
    _cleanup_world_ struct world *world = world_new();

    why_ask(world, "v.com/gpu=one");
    expect(world, "kind-unknown");
    expect_text(world, "defines any device: /etc/cdi, /run/cdi",
                "cdikit generate --output /etc/cdi/");

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=tow");
    expect(world, "device-unknown");
    expect_text(world, "has a device \"tow\"", "did you mean v.com/gpu=two?");
    expect_place(world, 0, "/etc/cdi/v.yaml:4:1");
    why_ask(world, "v.com/gpu=something");
    expect(world, "device-unknown");
    expect_text(world, "", "did you mean v.com/gpu=one or v.com/gpu=two?");
    why_ask(world, "v.com/gpus=one");
    expect(world, "kind-unknown");
    expect_text(world, "is of kind v.com/gpus", "did you mean v.com/gpu=one?");
    /* Only what is there is suggested. */
    why_ask(world, "v.com/gpus=three");
    expect_text(world, "is of kind v.com/gpus", "did you mean v.com/gpu=one or v.com/gpu=two?");
    why_ask(world, "runtime.nvidia.com/gpu=all");
    expect(world, "kind-unknown");
    expect_text(world, "", "NVIDIA_VISIBLE_DEVICES");
    why_ask(world, "amd.com/npu=one");
    expect(world, "kind-unknown");
    expect_text(world, "is of kind amd.com/npu", "cdikit list");
}

Test(why, name_that_is_not_ended)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/n.yaml", HEAD("v.com/gpu") DEVICE("0") DEVICE("1") DEVICE("all"), 0,
            CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=al");
    expect(world, "device-unknown");
    expect_text(world, "has a device \"al\"", "did you mean v.com/gpu=all?");
    why_ask(world, "al");
    expect(world, "name-not-qualified");
    expect_text(world, "", "did you mean v.com/gpu=all?");
    why_ask(world, "v.com/gpu=a");
    expect_text(world, "", "v.com/gpu=0, v.com/gpu=1 or v.com/gpu=all?");
}

/* The places are those of the kind's files, each once. */
Test(why, several_files_of_a_kind)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/a.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    defined(world, "/etc/cdi/b.yaml", HEAD("v.com/gpu") DEVICE("three"), 0, CDI_DEVICE_ACTIVE);
    defined(world, "/etc/cdi/c.yaml", HEAD("v.com/net") DEVICE("for"), 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=four");
    expect(world, "device-unknown");
    cr_expect_eq(world->answer.causes[0].n_places, 2);
    expect_place(world, 0, "/etc/cdi/a.yaml:4:1");
    expect_place(world, 1, "/etc/cdi/b.yaml:4:1");
    expect_text(world, "", "did you mean v.com/gpu=one, v.com/gpu=two or v.com/gpu=three?");
}

#define GPU(name, node) \
    "- {name: \"" name "\", containerEdits: {deviceNodes: [{path: " node "}]}}\n"
#define UUID_0 "GPU-aaaaaaaa-0000-0000-0000-000000000000"
#define UUID_1 "GPU-bbbbbbbb-0000-0000-0000-000000000000"

/* The second GPU by address has the minor 0. */
static const struct why_gpu gpus[] = {{UUID_0, 1}, {UUID_1, 0}};

Test(why, uuid_where_devices_are_named_by_index)
{
    _cleanup_world_ struct world *world = world_new();

    defined(
        world, "/etc/cdi/n.yaml",
        HEAD("nvidia.com/gpu") GPU("0", "/dev/nvidia1") GPU(
            "1",
            "/dev/nvidia0") "- {name: all, containerEdits: {deviceNodes: [{path: /dev/nvidia0}, "
                            "{path: /dev/nvidia1}]}}\n",
        0, CDI_DEVICE_ACTIVE);
    why_ask(world, "nvidia.com/gpu=" UUID_1);
    expect(world, "device-unknown");
    expect_text(world, "by index, not by UUID", "nvidia-smi -L");
    world->facts.gpus = gpus;
    world->facts.n_gpus = ARRAY_SIZE(gpus);
    why_ask(world, "nvidia.com/gpu=" UUID_1);
    expect_text(world, "by index, not by UUID", "on this node that is nvidia.com/gpu=1;");
    why_ask(world, "nvidia.com/gpu=" UUID_0);
    expect_text(world, "by index, not by UUID", "on this node that is nvidia.com/gpu=0;");
    expect_place(world, 0, "/etc/cdi/n.yaml:4:1");
}

/* 2 is no slip of the keyboard for 0. */
Test(why, number_that_there_is_not)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/n.yaml", HEAD("nvidia.com/gpu") DEVICE("0") DEVICE("1"), 0,
            CDI_DEVICE_ACTIVE);
    why_ask(world, "nvidia.com/gpu=2");
    expect(world, "device-unknown");
    expect_text(world, "has a device \"2\"", "did you mean nvidia.com/gpu=0 or nvidia.com/gpu=1?");
}

Test(why, index_where_devices_are_named_by_uuid)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/n.yaml",
            HEAD("nvidia.com/gpu") GPU(UUID_0, "/dev/nvidia1") GPU(UUID_1, "/dev/nvidia0"), 0,
            CDI_DEVICE_ACTIVE);
    world->facts.gpus = gpus;
    world->facts.n_gpus = ARRAY_SIZE(gpus);
    why_ask(world, "nvidia.com/gpu=1");
    expect(world, "device-unknown");
    expect_text(world, "by UUID, not by index", "on this node that is nvidia.com/gpu=" UUID_1 ";");
    why_ask(world, "nvidia.com/gpu=0:1");
    expect_text(world, "by UUID, not by index", "nvidia-smi -L");
    /* Where there are both, none of them is the matter. */
    why_ask(world, "nvidia.com/gpu=GPU-cccccccc-0000-0000-0000-000000000000");
    expect_text(world, "has a device \"GPU-cccccccc", NULL);
}

Test(why, conflict)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/a.yaml", HEAD("v.com/gpu") DEVICE("one"), 0, CDI_DEVICE_CONFLICTING);
    defined(world, "/etc/cdi/b.yaml", TWO, 0, CDI_DEVICE_CONFLICTING);
    why_ask(world, "v.com/gpu=one");
    expect(world, "device-conflict");
    expect_text(world, "in the directory /etc/cdi", "but one");
    expect_place(world, 0, "/etc/cdi/a.yaml:4:10");
    expect_place(world, 1, "/etc/cdi/b.yaml:4:10");
}

/* Engines drop the device, cdikit takes the definition of the higher directory. */
Test(why, conflict_below_a_definition)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/run/cdi/c.yaml", HEAD("v.com/gpu") DEVICE("one"), 1, CDI_DEVICE_ACTIVE);
    defined(world, "/etc/cdi/a.yaml", HEAD("v.com/gpu") DEVICE("one"), 0, CDI_DEVICE_CONFLICTING);
    defined(world, "/etc/cdi/b.yaml", HEAD("v.com/gpu") DEVICE("one"), 0, CDI_DEVICE_CONFLICTING);
    why_ask(world, "v.com/gpu=one");
    expect(world, "(device-conflict)");
    expect_place(world, 2, "/run/cdi/c.yaml:4:10");
    cr_assert_eq(engine_parse_any("podman@5.4", &world->engine.version, NULL), 0);
    world->facts.engine = &world->engine;
    why_ask(world, "v.com/gpu=one");
    expect(world, "device-conflict");
    expect_text(world, "although /run/cdi/c.yaml defines it", NULL);
}

Test(why, shadowed)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/run/cdi/v.yaml", HEAD("v.com/gpu") DEVICE("one"), 1, CDI_DEVICE_ACTIVE);
    defined(world, "/etc/cdi/v.yaml", HEAD("v.com/gpu") DEVICE("one"), 0, CDI_DEVICE_SHADOWED);
    why_ask(world, "v.com/gpu=one");
    expect(world, "(device-shadowed)");
    expect_text(world, "/run/cdi/v.yaml wins, because /run/cdi has a higher priority than /etc/cdi",
                NULL);
    expect_place(world, 0, "/etc/cdi/v.yaml:4:10");
    cr_expect_str_eq(world->answer.device->spec->path, "/run/cdi/v.yaml");
}

Test(why, shadowed_by_a_conflict)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/run/cdi/a.yaml", HEAD("v.com/gpu") DEVICE("one"), 1, CDI_DEVICE_CONFLICTING);
    defined(world, "/run/cdi/b.yaml", HEAD("v.com/gpu") DEVICE("one"), 1, CDI_DEVICE_CONFLICTING);
    defined(world, "/etc/cdi/v.yaml", HEAD("v.com/gpu") DEVICE("one"), 0, CDI_DEVICE_SHADOWED);
    why_ask(world, "v.com/gpu=one");
    expect(world, "device-conflict (device-shadowed)");
    cr_expect(strstr(world->answer.causes[1].message, "does not step in"));
}

static const struct cdi_rule env_form = {.id = "env-form", .severity = CDI_SEVERITY_ERROR};
static const struct cdi_rule edits_empty = {.id = "device-edits-empty",
                                            .severity = CDI_SEVERITY_ERROR};

Test(why, refused_file)
{
    static const struct cdi_finding finding = {.rule = &env_form,
                                               .path = "devices[0].containerEdits.env[0]",
                                               .pos = {7, 9},
                                               .message = "no '='",
                                               .hint = "write NAME=VALUE"};
    _cleanup_world_ struct world *world = world_new();
    struct why_file file = {.path = "/etc/cdi/v.yaml",
                            .state = WHY_FILE_REFUSED,
                            .message = finding.message,
                            .finding = &finding};

    file.spec = world_parse(world, file.path, TWO);
    add_file(world, file);
    why_ask(world, "v.com/gpu=one");
    expect(world, "file-rejected");
    expect_text(world,
                "/etc/cdi/v.yaml defines the device, and is refused with all that it has: no '='",
                "write NAME=VALUE; `cdikit validate /etc/cdi/v.yaml`");
    expect_place(world, 0, "/etc/cdi/v.yaml:7:9");
    cr_expect_str_eq(world->answer.causes[0].rule, "env-form");
    /* It has not the device that is asked for, and is all that there is of the kind. */
    why_ask(world, "v.com/gpu=tow");
    expect(world, "file-rejected device-unknown");
    expect_text(world,
                "/etc/cdi/v.yaml is of this kind, and is refused with all that it has: no '='",
                "write NAME=VALUE; `cdikit validate /etc/cdi/v.yaml`");
    cr_expect_str_eq(world->answer.causes[1].repair, "did you mean v.com/gpu=two?");
    cr_expect_str_eq(world->answer.causes[1].places[0].file, "/etc/cdi/v.yaml");
    why_ask(world, "v.com/gpu=something");
    cr_expect_str_eq(world->answer.causes[1].repair,
                     "did you mean v.com/gpu=one or v.com/gpu=two?");
    why_ask(world, "v.com/other=one");
    expect(world, "kind-unknown");
    /* Of a text that is no document only the kind can be guessed. */
    world->files[0].spec = NULL;
    world->files[0].text = "kind: v.com/gpu\ndevices: [";
    why_ask(world, "v.com/gpu=three");
    expect(world, "file-rejected");
    expect_text(world, "seems to be of this kind", NULL);
    why_ask(world, "v.com/other=one");
    expect(world, "kind-unknown");
}

/* A definition that is refused does not matter where another one counts. */
Test(why, refused_file_beside_a_good_one)
{
    _cleanup_world_ struct world *world = world_new();
    struct why_file file = {
        .path = "/run/cdi/v.yaml", .state = WHY_FILE_REFUSED, .priority = 1, .message = "broken"};

    file.spec = world_parse(world, file.path, TWO);
    add_file(world, file);
    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=one");
    expect(world, "(file-rejected)");
}

Test(why, device_without_edits)
{
    struct cdi_finding finding = {.rule = &edits_empty,
                                  .path = "devices[1].containerEdits",
                                  .pos = {9, 3},
                                  .message = "changes nothing"};
    _cleanup_world_ struct world *world = world_new();
    struct why_file file = {.path = "/etc/cdi/v.yaml",
                            .state = WHY_FILE_REFUSED,
                            .message = finding.message,
                            .finding = &finding};

    file.spec = world_parse(world, file.path, TWO);
    add_file(world, file);
    why_ask(world, "v.com/gpu=two");
    expect(world, "device-without-edits");
    expect_place(world, 0, "/etc/cdi/v.yaml:9:3");
    /* The other device of the file suffers from it. */
    why_ask(world, "v.com/gpu=one");
    expect(world, "file-rejected");
}

Test(why, unreadable)
{
    _cleanup_world_ struct world *world = world_new();

    add_file(world, (struct why_file){.path = "/etc/cdi/secret.yaml",
                                      .state = WHY_FILE_UNREADABLE,
                                      .os_errno = EACCES,
                                      .message = "Permission denied"});
    world->dirs[1].os_errno = EACCES;
    why_ask(world, "v.com/gpu=one");
    expect(world, "file-not-readable dir-not-readable kind-unknown");
    expect_text(world, "/etc/cdi/secret.yaml cannot be read as alice (uid 1000): Permission denied",
                "chmod a+r /etc/cdi/secret.yaml");
    cr_expect(strstr(world->answer.causes[1].message, "the spec dir /run/cdi cannot be read as "
                                                      "alice (uid 1000): Permission denied"));
    /* It could hide what is there, no more. */
    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=one");
    expect(world, "(file-not-readable) (dir-not-readable)");
    /* What is hidden by the definition does not matter at all. */
    defined(world, "/run/cdi/v.yaml", HEAD("v.com/gpu") DEVICE("up"), 1, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=up");
    expect(world, "(dir-not-readable)");
}

Test(why, ignored_files)
{
    _cleanup_world_ struct world *world = world_new();
    struct why_file yml = {.path = "/etc/cdi/v.yml", .state = WHY_FILE_EXTENSION};
    struct why_file deep = {.path = "/run/cdi/sub/v.yaml", .state = WHY_FILE_SUBDIR, .priority = 1};

    yml.spec = world_parse(world, yml.path, TWO);
    deep.spec = world_parse(world, deep.path, HEAD("v.com/gpu") DEVICE("deep"));
    add_file(world, yml);
    add_file(world, deep);
    why_ask(world, "v.com/gpu=one");
    expect(world, "file-name");
    expect_text(world, "/etc/cdi/v.yml defines the device, where no engine looks",
                "ends in .yaml or .json");
    why_ask(world, "v.com/gpu=deep");
    expect(world, "file-in-subdirectory");
    expect_text(world, "/run/cdi/sub/v.yaml", "move it into /run/cdi");
    why_ask(world, "v.com/gpu=three");
    expect(world, "file-name file-in-subdirectory device-unknown");
}

Test(why, no_spec_dir)
{
    _cleanup_world_ struct world *world = world_new();

    world->dirs[0].os_errno = ENOENT;
    why_ask(world, "v.com/gpu=one");
    expect(world, "kind-unknown");
    world->dirs[1].os_errno = ENOENT;
    why_ask(world, "v.com/gpu=one");
    expect(world, "no-spec-dir");
    expect_text(world, "no spec dir exists: /etc/cdi, /run/cdi", "cdikit generate");
}

/* ---- On the node ---- */

Test(why, host)
{
    static const struct cdi_rule missing = {.id = "live-mount-missing",
                                            .severity = CDI_SEVERITY_ERROR};
    static const struct cdi_rule unseen = {.id = "live-unseen", .severity = CDI_SEVERITY_WARNING};
    struct cdi_finding items[] = {
        {.rule = &unseen, .path = "", .message = "cannot be looked at"},
        {.rule = &missing,
         .path = "",
         .pos = {8, 2},
         .message = "the host has no x",
         .hint = "get it"},
    };
    const struct cdi_findings live = {.items = items, .n = ARRAY_SIZE(items)};
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    world->checks.live = &live;
    why_ask(world, "v.com/gpu=one");
    expect(world, "host (host)");
    expect_text(world, "the host has no x", "get it");
    expect_place(world, 0, "/etc/cdi/v.yaml:8:2");
    cr_expect_str_eq(world->answer.causes[0].rule, "live-mount-missing");
}

/* A hook program that is missing is one problem, however many hooks run it. */
Test(why, host_in_several_places)
{
    static const struct cdi_rule missing = {.id = "live-hook-missing",
                                            .severity = CDI_SEVERITY_ERROR};
    struct cdi_finding items[] = {
        {.rule = &missing, .path = "", .pos = {8, 2}, .message = "no x", .hint = "get it"},
        {.rule = &missing, .path = "", .pos = {9, 2}, .message = "no y"},
        {.rule = &missing, .path = "", .pos = {10, 2}, .message = "no x", .hint = "get it"},
    };
    const struct cdi_findings live = {.items = items, .n = ARRAY_SIZE(items)};
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    world->checks.live = &live;
    why_ask(world, "v.com/gpu=one");
    expect(world, "host host");
    expect_text(world, "no x", "get it");
    cr_assert_eq(world->answer.causes[0].n_places, 2);
    expect_place(world, 0, "/etc/cdi/v.yaml:8:2");
    expect_place(world, 1, "/etc/cdi/v.yaml:10:2");
    cr_assert_eq(world->answer.causes[1].n_places, 1);
}

Test(why, effect)
{
    static const struct {
        const char *text, *effect;
    } cases[] = {
        {"containerEdits: {env: [A=b]}", "1 environment variable"},
        {"containerEdits: {deviceNodes: [{path: /dev/a}]}", "1 device node (/dev/a)"},
        {"containerEdits: {deviceNodes: [{path: /dev/a}, {path: /dev/b}, {path: /dev/c}, "
         "{path: /dev/d}], mounts: [{hostPath: /a, containerPath: /b}]}",
         "4 device nodes (/dev/a, /dev/b, /dev/c, ...), 1 mount"},
        {"containerEdits: {hooks: [{hookName: prestart, path: /x}, {hookName: prestart, path: "
         "/y}], "
         "additionalGids: [1, 2], intelRdt: {}, netDevices: [{hostInterfaceName: a, name: b}]}",
         "2 hooks, 1 network device, 2 groups, 1 class of service"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_world_ struct world *world = world_new();
        const char *text = arena_printf(world->arena,
                                        "cdiVersion: \"1.1.0\"\nkind: v.com/gpu\n"
                                        "devices: [{name: one, %s}]\n",
                                        cases[i].text);

        defined(world, "/etc/cdi/v.yaml", text, 0, CDI_DEVICE_ACTIVE);
        cr_expect_str_eq(why_effect(&world->devices[0], world->arena), cases[i].effect);
    }
}

/* The edits of the document are the device's, too. */
Test(why, effect_of_the_document)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml",
            "cdiVersion: \"1.1.0\"\nkind: v.com/gpu\n"
            "devices: [{name: one, containerEdits: {deviceNodes: [{path: /dev/a}]}}]\n"
            "containerEdits: {deviceNodes: [{path: /dev/ctl}], env: [A=b, C=d]}\n",
            0, CDI_DEVICE_ACTIVE);
    cr_expect_str_eq(why_effect(&world->devices[0], world->arena),
                     "2 device nodes (/dev/a, /dev/ctl), 2 environment variables");
}

/* Scripts name the causes. */
Test(why, every_cause_has_an_id)
{
    for (size_t i = 0; i < N_WHY_IDS; i++) {
        cr_assert_not_null(why_texts[i].id);
        cr_expect_not_null(why_texts[i].summary);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(why_texts[i].id, why_texts[j].id);
    }
}
