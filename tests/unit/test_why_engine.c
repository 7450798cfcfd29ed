/* SPDX-License-Identifier: Apache-2.0 */
/* Causes that lie with the engine: its configuration, its version, where it looks. */
#include <criterion/criterion.h>

#include "tests/unit/whyworld.h"

static void use_engine(struct world *world, const char *engine)
{
    cr_assert_eq(engine_parse_any(engine, &world->engine.version, NULL), 0);
    world->engine.cdi = ENGINE_CDI_ON;
    world->engine.on_since = "28.2.0";
    world->engine.enable = "set it";
    world->engine.restart = "restart it";
    world->engine.dirs_key = "cdi-spec-dirs";
    world->engine.main_file = "/etc/docker/daemon.json";
    world->facts.engine = &world->engine;
}

Test(why_engine, engine_reads_other_dirs)
{
    _cleanup_world_ struct world *world = world_new();

    add_devices(world, &world->facts.elsewhere, "/var/run/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    why_ask(world, "v.com/gpu=one");
    expect(world, "dir-not-read");
    expect_place(world, 0, "/var/run/cdi/v.yaml:4:10");
    expect_text(world, "/var/run/cdi/v.yaml defines the device", "--spec-dir");
    use_engine(world, "docker@29.2");
    world->engine.dirs_place = (struct engine_place){"/etc/docker/daemon.json", {2, 20}};
    why_ask(world, "v.com/gpu=one");
    expect(world, "dir-not-read");
    expect_text(world, "docker does not look into /var/run/cdi: it looks into /etc/cdi, /run/cdi",
                "add its directory to cdi-spec-dirs in /etc/docker/daemon.json, then restart it");
    expect_place(world, 1, "/etc/docker/daemon.json:2:20");
    why_ask(world, "v.com/gpu=three");
    expect(world, "kind-unknown");
}

Test(why_engine, engine_reads_no_dir)
{
    _cleanup_world_ struct world *world = world_new();

    world->facts.n_dirs = 0;
    use_engine(world, "cri-o");
    world->engine.dirs_place = (struct engine_place){"/etc/crio/crio.conf", {2, 17}};
    why_ask(world, "v.com/gpu=one");
    expect(world, "no-spec-dir");
    expect_text(world, "cri-o is told to look into no directory", NULL);
    expect_place(world, 0, "/etc/crio/crio.conf:2:17");
}

Test(why_engine, cdi_switched_off)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    use_engine(world, "docker@27.5");
    world->engine.cdi = ENGINE_CDI_OFF;
    why_ask(world, "v.com/gpu=one");
    expect(world, "cdi-switched-off");
    expect_text(world, "from 28.2.0 on it is on", "set it, then restart it");
    world->engine.cdi_place = (struct engine_place){"/etc/docker/daemon.json", {1, 22}};
    why_ask(world, "v.com/gpu=one");
    expect_place(world, 0, "/etc/docker/daemon.json:1:22");
    /* What else is wrong is said, too. */
    why_ask(world, "v.com/gpu=three");
    expect(world, "cdi-switched-off device-unknown");
    why_ask(world, "one");
    expect(world, "cdi-switched-off name-not-qualified");
}

Test(why_engine, versions_of_the_engine)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    use_engine(world, "docker@24.0");
    world->engine.cdi = ENGINE_CDI_NONE;
    why_ask(world, "v.com/gpu=one");
    expect(world, "engine-without-cdi");
    expect_text(world, "docker 24.0.0 does not know CDI: docker does from 25.0.0 on", "newer");
    use_engine(world, "docker");
    world->engine.cdi = ENGINE_CDI_UNDECIDED;
    why_ask(world, "v.com/gpu=one");
    expect(world, "(engine-version)");
    expect_text(world, "on from 28.2.0 on", "--engine docker@28.2.0");
}

/* docker 25.0.17 reads 0.8.0, but 26.0.0 does not. */
Test(why_engine, document_that_not_every_version_reads)
{
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml",
            "cdiVersion: \"0.7.0\"\nkind: v.com/gpu\ndevices:\n" DEVICE("one"), 0,
            CDI_DEVICE_ACTIVE);
    use_engine(world, "docker");
    why_ask(world, "v.com/gpu=one");
    expect(world, "(engine-version)");
    expect_text(world, "declares CDI 0.7.0, which docker reads from 26.1.0 on", NULL);
    expect_place(world, 0, "/etc/cdi/v.yaml:1:13");
    use_engine(world, "docker@26.0");
    why_ask(world, "v.com/gpu=one");
    expect(world, "");
}

static const struct cdi_rule target_version = {.id = "target-version",
                                               .severity = CDI_SEVERITY_ERROR};
static const struct cdi_rule target_dropped = {.id = "target-dropped",
                                               .severity = CDI_SEVERITY_WARNING};

/* Of what an engine refuses the first thing is enough; what it drops counts for the device only. */
Test(why_engine, engine_refuses_the_file)
{
    struct cdi_finding items[] = {
        {.rule = &target_version,
         .path = "cdiVersion",
         .pos = {1, 13},
         .message = "too new",
         .hint = "lower it"},
        {.rule = &target_version, .path = "devices[1].x", .pos = {5, 1}, .message = "again"},
        {.rule = &target_dropped,
         .path = "devices[0].containerEdits.additionalGids",
         .message = "drops groups"},
        {.rule = &target_dropped,
         .path = "devices[1].containerEdits.additionalGids",
         .message = "of another"},
        {.rule = &target_dropped, .path = "containerEdits.additionalGids", .message = "of all"},
    };
    const struct cdi_findings target = {.items = items, .n = ARRAY_SIZE(items)};
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml",
            "cdiVersion: \"0.7.0\"\nkind: v.com/gpu\ndevices:\n" DEVICE("one") DEVICE("two"), 0,
            CDI_DEVICE_ACTIVE);
    use_engine(world, "docker@26.0");
    world->checks.target = &target;
    why_ask(world, "v.com/gpu=one");
    expect(world, "engine-too-old (engine-drops) (engine-drops)");
    expect_text(world, "too new", "lower it; or install docker 26.1.0 or newer");
    expect_place(world, 0, "/etc/cdi/v.yaml:1:13");
    cr_expect_str_eq(world->answer.causes[0].rule, "target-version");
    cr_expect_str_eq(world->answer.causes[1].message, "drops groups");
    cr_expect_str_eq(world->answer.causes[2].message, "of all");
}

Test(why_engine, engine_configuration_is_broken)
{
    static const struct engine_problem problems[] = {
        {{"/etc/docker/daemon.json", {3, 1}}, true, "not JSON"},
        {{"/etc/docker/daemon.json", {4, 1}}, false, "no effect"},
    };
    _cleanup_world_ struct world *world = world_new();

    defined(world, "/etc/cdi/v.yaml", TWO, 0, CDI_DEVICE_ACTIVE);
    use_engine(world, "docker@29.0");
    world->engine.problems = problems;
    world->engine.n_problems = 2;
    why_ask(world, "v.com/gpu=one");
    expect(world, "engine-config (engine-config)");
    expect_text(world, "not JSON", "correct the file, then restart it");
    expect_place(world, 0, "/etc/docker/daemon.json:3:1");
}
