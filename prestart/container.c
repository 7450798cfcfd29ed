/* SPDX-License-Identifier: Apache-2.0 */
#include "prestart/container.h"

#include <string.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "runtime/request_rules.h"

#define MIG_CONFIG  "NVIDIA_MIG_CONFIG_DEVICES"
#define MIG_MONITOR "NVIDIA_MIG_MONITOR_DEVICES"

static const char *const capabilities[] = {"compat32", "compute", "display", "graphics",
                                           "ngx",      "utility", "video"};

static bool is_known(const char *capability)
{
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
        if (strcmp(capabilities[i], capability) == 0)
            return true;
    return false;
}

int container_supported(const struct config *config, struct arena *arena,
                        struct request_strings *supported, struct cdi_error *err)
{
    struct config_list words;
    int r = config_words(config->supported_capabilities, arena, &words, err);

    if (r < 0)
        return r;
    *supported = (struct request_strings){words.items, words.n};
    if (words.n == 1 && strcmp(words.items[0], "all") == 0)
        *supported = (struct request_strings){capabilities, ARRAY_SIZE(capabilities)};
    else
        for (size_t i = 0; i < words.n; i++)
            if (!is_known(words.items[i]))
                return cdi_error_set(err, CDI_ERR_INVALID,
                                     "supported-driver-capabilities in config.toml has %s: it is "
                                     "\"all\", or some of compat32, compute, display, graphics, "
                                     "ngx, utility and video",
                                     quote_string(words.items[i]).text);
    return 0;
}

/* A member of the document; one that is null counts as missing. */
static struct json *find_member(struct cdi_oci *oci, const char *name)
{
    struct json *member = json_find(&oci->doc, &oci->doc.root, name);

    return member && member->type != JSON_NULL ? member : NULL;
}

/*
 * The container's root directory: a relative one is in the bundle. What every configuration has
 * must be there (OCI runtime-spec, config.md).
 */
static int read_rootfs(struct cdi_oci *oci, const char *bundle, struct arena *arena,
                       const char **out, struct cdi_error *err)
{
    static const char *const required[] = {"ociVersion", "process", "root"};
    struct json *path = json_find(&oci->doc, find_member(oci, "root"), "path");
    const char *text = json_string(&oci->doc, path), *missing = NULL;
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(required) && !missing; i++)
        missing = find_member(oci, required[i]) ? NULL : required[i];
    if (!missing && (!text || !*text))
        missing = "root.path";
    r = json_check(&oci->doc, err);
    if (r < 0)
        return r;
    if (missing)
        return cdi_error_set_at(err, CDI_ERR_INVALID, oci->name, (struct cdi_position){0, 0},
                                "the configuration has no %s", missing);
    if (*text != '/')
        text = arena_printf(arena, "%s/%s", bundle, text);
    *out = text ? path_clean(arena, text) : NULL;
    return *out ? 0 : cdi_error_nomem(err);
}

/* A variable that lets a container manage MIG devices which are not its own. */
static int read_mig(struct cdi_oci *oci, const char *variable, bool privileged, const char **out,
                    struct cdi_error *err)
{
    int r = oci_getenv(oci, variable, out, err);

    if (r < 0 || !*out || !**out || privileged)
        return r;
    return cdi_error_set(err, CDI_ERR_INVALID,
                         "%s is set, but only a container with CAP_SYS_ADMIN may have it",
                         variable);
}

int container_read(struct cdi_oci *oci, const struct config *config,
                   const struct request_strings *supported, const char *bundle, struct arena *arena,
                   struct request *request, struct cli_call *call, struct cdi_error *err)
{
    struct request_rules rules = {.volume_mounts = false};
    const char *rootfs;
    int r = read_rootfs(oci, bundle, arena, &rootfs, err);

    if (r == 0)
        r = request_rules_from_config(config, arena, &rules, err);
    rules.legacy_requirements = true;
    if (r == 0)
        r = request_read(oci, &rules, REQUEST_LEGACY, REQUEST_PLATFORM_OTHER, arena, request, err);
    if (r < 0 || request->devices.n == 0)
        return r;
    call->request = request;
    call->rootfs = rootfs;
    r = read_mig(oci, MIG_CONFIG, request->privileged, &call->mig_config, err);
    if (r == 0)
        r = read_mig(oci, MIG_MONITOR, request->privileged, &call->mig_monitor, err);
    if (r == 0)
        r = request_capabilities(oci, supported, arena, &call->capabilities, err);
    return r;
}

int container_check_mode(const struct config *config, const struct request *request, bool tegra,
                         struct cdi_error *err)
{
    const char *mode = config->mode, *why = "as configured";

    if (config->skip_mode_detection || strcmp(mode, "legacy") == 0)
        return 0;
    if (strcmp(mode, "auto") == 0) {
        if (request_all_qualified(&request->devices)) {
            mode = "cdi";
            why = "for all devices are asked for by qualified names";
        } else if (tegra) {
            mode = "csv";
            why = "for this is a Tegra system";
        } else {
            return 0;
        }
    }
    return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                         "the prestart hook serves mode legacy alone, and the mode is %s, %s: "
                         "start the container with the runtime (docker run --runtime=nvidia) in "
                         "place of --gpus, or set nvidia-container-runtime.mode = \"legacy\"",
                         quote_string(mode).text, why);
}
