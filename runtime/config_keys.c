/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/config_keys.h"

#include <string.h>

#include <cdikit/registry.h>

#include "base/cleanup.h"

#define CLI     "nvidia-container-cli"
#define RUNTIME "nvidia-container-runtime"

#define AT(member) .offset = offsetof(struct config, member)
#define ITEMS(...)                                                                 \
    {                                                                              \
        (const char *const[]){__VA_ARGS__},                                        \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *const) \
    }

/*
 * The keys of NVIDIA's container toolkit 1.20, and the obsolete ones that are found in files of
 * older ones.
 */
/* clang-format off: a row a key */
const struct config_key config_keys[] = {
    {"accept-nvidia-visible-devices-as-volume-mounts", CONFIG_BOOL, CONFIG_COMMENTED,
     AT(volume_mounts), .value.boolean = false},
    {"accept-nvidia-visible-devices-envvar-when-unprivileged", CONFIG_BOOL, CONFIG_COMMENTED,
     AT(env_when_unprivileged), .value.boolean = true},
    {"disable-require", CONFIG_BOOL, CONFIG_SET, AT(disable_require), .value.boolean = false},
    {"supported-driver-capabilities", CONFIG_STRING, CONFIG_SET, AT(supported_capabilities),
     .value.string = "compat32,compute,display,graphics,ngx,utility,video"},
    {"swarm-resource", CONFIG_STRING, CONFIG_COMMENTED, AT(swarm_resource), .value.string = "",
     .shown = "DOCKER_RESOURCE_GPU"},

    {.name = "features", .type = CONFIG_TABLE, .standing = CONFIG_ABSENT},
    {"features.allow-cuda-compat-libs-from-container", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.allow_cuda_compat_libs_from_container)},
    {"features.allow-ldconfig-from-container", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.allow_ldconfig_from_container)},
    {"features.allow-unknown-oci-spec-fields", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.allow_unknown_oci_spec_fields)},
    {"features.disable-cuda-compat-lib-hook", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.disable_cuda_compat_lib_hook)},
    {"features.disable-imex-channel-creation", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.disable_imex_channel_creation)},
    {"features.ignore-imex-channel-requests", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.ignore_imex_channel_requests)},
    {"features.no-additional-gids-for-device-nodes", CONFIG_FEATURE, CONFIG_ABSENT,
     AT(features.no_additional_gids_for_device_nodes)},

    {.name = CLI, .type = CONFIG_TABLE},
    {.name = CLI ".cuda-compat-mode", .type = CONFIG_OBSOLETE, .standing = CONFIG_ABSENT},
    {CLI ".debug", CONFIG_STRING, CONFIG_COMMENTED, AT(cli.debug), .value.string = "",
     .shown = "/var/log/nvidia-container-toolkit.log"},
    {CLI ".environment", CONFIG_LIST, CONFIG_SET, AT(cli.environment), .value.list = {NULL, 0}},
    {CLI ".ldcache", CONFIG_STRING, CONFIG_COMMENTED, AT(cli.ldcache), .value.string = "",
     .shown = "/etc/ld.so.cache"},
    {CLI ".ldconfig", CONFIG_STRING, CONFIG_SET, AT(cli.ldconfig),
     .value.string = "@/sbin/ldconfig"},
    {CLI ".load-kmods", CONFIG_BOOL, CONFIG_SET, AT(cli.load_kmods), .value.boolean = true},
    {CLI ".no-cgroups", CONFIG_BOOL, CONFIG_COMMENTED, AT(cli.no_cgroups), .value.boolean = false},
    {CLI ".no-pivot", CONFIG_BOOL, CONFIG_ABSENT, AT(cli.no_pivot), .value.boolean = false},
    {CLI ".path", CONFIG_STRING, CONFIG_COMMENTED, AT(cli.path), .value.string = "",
     .shown = "/usr/bin/nvidia-container-cli"},
    {CLI ".root", CONFIG_STRING, CONFIG_COMMENTED, AT(cli.root), .value.string = "",
     .shown = "/run/nvidia/driver"},
    {CLI ".user", CONFIG_STRING, CONFIG_COMMENTED, AT(cli.user), .value.string = NULL,
     .shown = "root:video"},

    {.name = RUNTIME, .type = CONFIG_TABLE},
    {RUNTIME ".debug", CONFIG_STRING, CONFIG_COMMENTED, AT(debug), .value.string = "/dev/null",
     .shown = "/var/log/nvidia-container-runtime.log"},
    {.name = RUNTIME ".discover-mode", .type = CONFIG_OBSOLETE, .standing = CONFIG_ABSENT},
    {.name = RUNTIME ".experimental", .type = CONFIG_OBSOLETE, .standing = CONFIG_ABSENT},
    {RUNTIME ".hookless", CONFIG_BOOL, CONFIG_ABSENT, AT(hookless), .value.boolean = false},
    {RUNTIME ".log-level", CONFIG_STRING, CONFIG_SET, AT(log_level), .value.string = "info"},
    {RUNTIME ".mode", CONFIG_STRING, CONFIG_SET, AT(mode), .value.string = "auto"},
    {RUNTIME ".runtimes", CONFIG_LIST, CONFIG_SET, AT(runtimes),
     .value.list = ITEMS("runc", "crun")},
    {.name = RUNTIME ".modes", .type = CONFIG_TABLE},
    {.name = RUNTIME ".modes.cdi", .type = CONFIG_TABLE},
    {RUNTIME ".modes.cdi.annotation-prefixes", CONFIG_LIST, CONFIG_SET, AT(annotation_prefixes),
     .value.list = ITEMS("cdi.k8s.io/")},
    {RUNTIME ".modes.cdi.default-kind", CONFIG_STRING, CONFIG_SET, AT(default_kind),
     .value.string = "nvidia.com/gpu"},
    {RUNTIME ".modes.cdi.spec-dirs", CONFIG_LIST, CONFIG_SET, AT(spec_dirs),
     .value.list = ITEMS(CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR)},
    {.name = RUNTIME ".modes.csv", .type = CONFIG_TABLE},
    {RUNTIME ".modes.csv.compat-container-root", CONFIG_STRING, CONFIG_ABSENT, AT(csv_compat_root),
     .value.string = ""},
    {RUNTIME ".modes.csv.mount-spec-path", CONFIG_STRING, CONFIG_SET, AT(csv_dir),
     .value.string = "/etc/nvidia-container-runtime/host-files-for-container.d"},
    {.name = RUNTIME ".modes.jit-cdi", .type = CONFIG_TABLE, .standing = CONFIG_ABSENT},
    {RUNTIME ".modes.jit-cdi.nvcdi-disable-hooks", CONFIG_LIST, CONFIG_ABSENT,
     AT(jit_disable_hooks), .value.list = {NULL, 0}},
    {RUNTIME ".modes.jit-cdi.nvcdi-feature-flags", CONFIG_LIST, CONFIG_ABSENT,
     AT(jit_feature_flags), .value.list = {NULL, 0}},
    {.name = RUNTIME ".modes.legacy", .type = CONFIG_TABLE},
    {RUNTIME ".modes.legacy.cuda-compat-mode", CONFIG_STRING, CONFIG_SET, AT(cuda_compat_mode),
     .value.string = "ldconfig"},
    {.name = RUNTIME "-hook", .type = CONFIG_TABLE},
    {RUNTIME "-hook.path", CONFIG_STRING, CONFIG_SET, AT(hook_path),
     .value.string = "nvidia-container-runtime-hook"},
    {RUNTIME "-hook.skip-mode-detection", CONFIG_BOOL, CONFIG_SET, AT(skip_mode_detection),
     .value.boolean = false},
    {.name = "nvidia-ctk", .type = CONFIG_TABLE},
    {"nvidia-ctk.path", CONFIG_STRING, CONFIG_SET, AT(ctk_path), .value.string = "nvidia-ctk"},
};
/* clang-format on */

const size_t config_n_keys = ARRAY_SIZE(config_keys);

const struct config_key *config_key_find(const char *name)
{
    for (size_t i = 0; i < config_n_keys; i++)
        if (strcmp(config_keys[i].name, name) == 0)
            return &config_keys[i];
    return NULL;
}
