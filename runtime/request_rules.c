/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/request_rules.h"

#include "base/quote.h"

int request_rules_from_config(const struct config *config, struct arena *arena,
                              struct request_rules *out, struct cdi_error *err)
{
    struct config_list swarm = {.n = 0};
    int r = config_words(config->swarm_resource, arena, &swarm, err);

    *out = (struct request_rules){
        .swarm_resources = {swarm.items, swarm.n},
        .annotation_prefixes = {config->annotation_prefixes.items, config->annotation_prefixes.n},
        .env_when_unprivileged = config->env_when_unprivileged,
        .volume_mounts = config->volume_mounts,
        .no_imex = config->features.ignore_imex_channel_requests,
        .no_requirements = config->disable_require,
        .default_kind = config->default_kind,
    };
    return r;
}

int request_mode_from_config(const struct config *config, enum request_mode *out,
                             struct cdi_error *err)
{
    if (request_mode_parse(config->mode, out))
        return 0;
    return cdi_error_set(err, CDI_ERR_INVALID,
                         "nvidia-container-runtime.mode is %s, and must be auto, legacy, csv, cdi "
                         "or jit-cdi",
                         quote_string(config->mode).text);
}
