/* SPDX-License-Identifier: Apache-2.0 */
#include "hookless/plan.h"

#include <stddef.h>
#include <string.h>

#include "apply/hooks.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "hooks/options.h"

static const char *const programs[] = {"nvidia-cdi-hook", "cdikit-hook", "nvidia-ctk", "cdikit"};

/* Hooks that have no option of their own to be known by. */
static const struct {
    const char *name;
    size_t asked; /* the switch that stands for it in struct hook_args */
} switches[] = {
    {"enable-cuda-compat", offsetof(struct hook_args, enable_cuda_compat)},
    {"update-ldcache", offsetof(struct hook_args, update_ldcache)},
    {"disable-device-node-modification",
     offsetof(struct hook_args, disable_device_node_modification)},
    {"update-application-profile", offsetof(struct hook_args, update_application_profile)},
};

struct taking {
    struct arena *arena;
    struct hookless_plan *plan;
};

static bool is_ours(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
        if (strcmp(path_base(path), programs[i]) == 0)
            return true;
    return false;
}

/* A copy of the arguments that can be taken apart, without a tool's word "hook"; NULL at its end.
 */
static char **copy_args(struct arena *arena, const char *path, const char *const *args, size_t n,
                        size_t *copied)
{
    char **copy = arena_calloc(arena, n + 2, sizeof *copy);
    bool tool = !strstr(path_base(path), "-hook");

    *copied = 0;
    for (size_t i = 0; copy && i < n; i++) {
        if (i == 1 && tool && strcmp(args[i], "hook") == 0)
            continue;
        copy[*copied] = arena_strdup(arena, args[i]);
        if (!copy[(*copied)++])
            return NULL;
    }
    return copy;
}

/* What the hook itself would refuse to do. */
static int check(const struct hook_command_line *line, const struct hook_args *args,
                 struct cdi_error *err)
{
    if (line->unknown_option)
        return cdi_error_set(err, CDI_ERR_USAGE, "there is no option %s",
                             quote_string(line->unknown_option).text);
    return line->hook->check ? line->hook->check(args, err) : 0;
}

static int take(void *context, const char *path, const char *const *args, size_t n,
                struct cdi_error *err)
{
    const struct taking *taking = context;
    struct hook_command_line line;
    struct hook_args one;
    char **copy;
    size_t argc;
    int r;

    if (!is_ours(path))
        return 0;
    copy = copy_args(taking->arena, path, args, n, &argc);
    if (!copy)
        return cdi_error_nomem(err);
    r = hook_options_read((int)argc, copy, taking->arena, &one, &line, err);
    if (r == 0 && (!line.hook || line.help || line.version))
        return 0;
    if (r == 0)
        r = check(&line, &one, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "a hook of %s", path);
    for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
        if (strcmp(switches[i].name, line.hook->name) == 0)
            *(bool *)(void *)((char *)&one + switches[i].asked) = true;
    r = hook_options_merge(&taking->plan->args, &one, taking->arena, err);
    if (r < 0)
        return r;
    taking->plan->n_hooks++;
    return 1;
}

int hookless_plan_take(struct cdi_oci *oci, struct arena *arena, struct hookless_plan *plan,
                       struct cdi_error *err)
{
    struct taking taking = {arena, plan};

    *plan = (struct hookless_plan){0};
    return oci_take_hooks(oci, take, &taking, err);
}
