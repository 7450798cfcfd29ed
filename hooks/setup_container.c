/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup-container: the work of the other hooks in one process, in the order in which documents
 * list them. What is not asked for is not done.
 */
#include "base/cleanup.h"
#include "hooks/hook.h"

/* A part of the work: when it is asked for, and the hook that does it. */
struct part {
    bool (*asked)(const struct hook_args *args);
    int (*check)(const struct hook_args *args, struct cdi_error *err);
    int (*prepare)(const struct hook_call *call, struct cdi_error *err);
    int (*run)(const struct hook_call *call, struct cdi_error *err);
};

static bool asks_modes(const struct hook_args *args)
{
    return args->mode || args->paths.n;
}

static bool asks_links(const struct hook_args *args)
{
    return args->links.n || args->device_links.n;
}

static bool asks_compat(const struct hook_args *args)
{
    return args->enable_cuda_compat;
}

static bool asks_ldcache(const struct hook_args *args)
{
    return args->update_ldcache;
}

static bool asks_params(const struct hook_args *args)
{
    return args->disable_device_node_modification;
}

static bool asks_profile(const struct hook_args *args)
{
    return args->update_application_profile;
}

/* enable-cuda-compat and create-symlinks come before update-ldcache, which sees what they do. */
static const struct part parts[] = {
    {asks_modes, chmod_check, NULL, chmod_paths},
    {asks_links, create_symlinks_check, NULL, create_symlinks},
    {asks_compat, enable_cuda_compat_check, NULL, enable_cuda_compat},
    {asks_ldcache, update_ldcache_check, NULL, update_ldcache},
    {asks_params, disable_device_node_modification_check, disable_device_node_modification, NULL},
    {asks_profile, NULL, NULL, update_application_profile},
};

#define N_PARTS ARRAY_SIZE(parts)

/* Positive if the part has nothing to do, and negative if its options are wrong. */
static int look(const struct part *part, const struct hook_args *args, struct cdi_error *err)
{
    if (!part->asked(args))
        return 1;
    return part->check ? part->check(args, err) : 0;
}

int setup_container_check(const struct hook_args *args, struct cdi_error *err)
{
    int idle = 1;

    for (size_t i = 0; i < N_PARTS; i++) {
        int r = look(&parts[i], args, err);

        if (r < 0)
            return r;
        idle = idle && r > 0;
    }
    return idle;
}

int setup_container_prepare(const struct hook_call *call, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_PARTS; i++)
        if (parts[i].prepare && look(&parts[i], call->args, err) == 0)
            r = parts[i].prepare(call, err);
    return r;
}

int setup_container_finish(const struct hook_call *call, struct cdi_error *err)
{
    return call->args->update_ldcache ? update_ldcache_finish(call, err) : 0;
}

int setup_container(const struct hook_call *call, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_PARTS; i++)
        if (parts[i].run && look(&parts[i], call->args, err) == 0)
            r = parts[i].run(call, err);
    return r;
}
