/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/soundnode.h"

#include "base/arena.h"

struct soundnode sound;

void soundnode_setup(void)
{
    sound.arena = arena_new();
    sound.gpu = (struct doctor_gpu){"0000:17:00.0", "nvidia", true};
    sound.libraries[0] = (struct doctor_library){"/usr/lib/libcuda.so.580.65.06", "580.65.06"};
    sound.libraries[1] = (struct doctor_library){"/usr/lib/libnvidia-ml.so.580.65.06", "580.65.06"};
    sound.node = (struct doctor_node){.kind = DOCTOR_NODE_CONTROL,
                                      .path = "/dev/nvidia-uvm",
                                      .what = "the driver",
                                      .there = true,
                                      .character = true,
                                      .major = 511,
                                      .mode = 0666,
                                      .want_major = 511,
                                      .want_mode = 0666};
    sound.link = (struct doctor_link){"/dev/char/511:0", "/dev/nvidia-uvm", DOCTOR_LINK_RIGHT};
    sound.documents[0] = (struct doctor_document){.path = "/etc/cdi/nvidia.yaml",
                                                  .dir = "/etc/cdi",
                                                  .kind = "nvidia.com/gpu",
                                                  .mode = 0644,
                                                  .n_devices = 2,
                                                  .trace = DOCTOR_TRACE_SAME,
                                                  .n_hooks = 1};
    sound.documents[1] = (struct doctor_document){.path = "/var/run/cdi/thing.yaml",
                                                  .dir = "/var/run/cdi",
                                                  .kind = "example.com/thing",
                                                  .mode = 0644,
                                                  .n_devices = 2};
    sound.runtime = (struct doctor_runtime){"nvidia", "nvidia-container-runtime",
                                            "/etc/docker/daemon.json:1:1", false, true};
    sound.engine = (struct doctor_engine){.name = "docker",
                                          .cdi = ENGINE_CDI_ON,
                                          .on_since = "28.2.0",
                                          .dirs = "/etc/cdi, /var/run/cdi",
                                          .dirs_key = "cdi-spec-dirs",
                                          .reads = {true, true},
                                          .cgroup_driver = "systemd",
                                          .runtimes = &sound.runtime,
                                          .n_runtimes = 1};
    sound.facts = (struct doctor_facts){
        .driver = {.gpus = &sound.gpu,
                   .n_gpus = 1,
                   .version = {"/proc/driver/nvidia/version", "NVRM version: 580.65.06", NULL},
                   .loaded = "580.65.06",
                   .root = "",
                   .libraries = sound.libraries,
                   .n_libraries = 2},
        .nodes = {.nodes = &sound.node,
                  .n = 1,
                  .majors = {195, 511, -1},
                  .root = "",
                  .links = &sound.link,
                  .n_links = 1},
        .specs = {.dirs = {{.path = "/etc/cdi", .there = true, .mode = 0755},
                           {.path = "/var/run/cdi", .there = true, .mode = 0755}},
                  .documents = sound.documents,
                  .n = 2},
        .engines = {.engines = &sound.engine, .n = 1},
        .host = {.systemd = true,
                 .selinux_enforce = {"/sys/fs/selinux/enforce", "1", NULL},
                 .selinux_devices = {"/booleans/container_use_devices", "1 1", NULL},
                 .cgroup = DOCTOR_CGROUP_V2,
                 .subuid = {"/etc/subuid", "user:1:2", NULL},
                 .subgid = {"/etc/subgid", "user:1:2", NULL},
                 .max_user_namespaces = {"/max_user_namespaces", "1", NULL},
                 .userns_clone = {"/userns_clone", NULL, NULL},
                 .units = {{"cdikit-refresh.service", true}}},
    };
    for (size_t i = 0; i < DOCTOR_MODULES; i++)
        sound.facts.driver.modules[i].path = "/sys/module/nvidia/version";
}

void soundnode_teardown(void)
{
    arena_free(sound.arena);
}

const struct doctor_result *judge(const char *id)
{
    const struct doctor_result *found = NULL;
    struct doctor_report report;

    cr_assert_eq(doctor_judge(&sound.facts, sound.arena, &report, NULL), 0);
    for (size_t i = 0; i < report.n; i++) {
        const struct doctor_result *result = &report.results[i];

        if (strcmp(result->check->id, id) == 0)
            found = result;
        cr_expect_gt(result->n, 0, "%s says something", result->check->id);
        for (size_t j = 0; j < result->n; j++) {
            cr_expect(!result->findings[j].fix || result->check->fix);
            cr_expect(!result->findings[j].fix || result->findings[j].command);
        }
    }
    cr_assert_not_null(found, "a check %s", id);
    return found;
}

bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void expect_state(const char *id, enum doctor_state state)
{
    const struct doctor_result *result = judge(id);

    cr_expect_eq(result->state, state, "%s is %s", id, doctor_states[result->state]);
}
