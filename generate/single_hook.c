/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/single_hook.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/nvidia.h"

#define SINGLE_HOOK "setup-container"

/* How it is told what another hook does, in the order of its arguments. */
struct part {
    const char *hook;
    const char *option; /* asks for that hook's work, which its arguments alone do not; or NULL */
    bool of_devices;    /* it may be one of a device */
};

static const struct part parts[] = {
    {NVIDIA_HOOK_CREATE_SYMLINKS, NULL, true},
    {NVIDIA_HOOK_CHMOD, NULL, true}, /* all of them have one mode */
    {NVIDIA_HOOK_ENABLE_CUDA_COMPAT, "--enable-cuda-compat", false},
    {NVIDIA_HOOK_UPDATE_LDCACHE, "--update-ldcache", false},
    {NVIDIA_HOOK_NO_NODE_CHANGES, "--disable-device-node-modification", false},
    {NVIDIA_HOOK_APPLICATION_PROFILE, "--update-application-profile", false},
};

/* The work under way. */
struct merge {
    const struct build_options *options;
    struct machine_hook *out; /* with room for all */
};

bool single_hook_takes(const struct machine_hook *hook, bool of_device)
{
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        if (strcmp(parts[i].hook, hook->name) == 0)
            return parts[i].of_devices || !of_device;
    return false;
}

/* The words of the argument that begins at args[0]: an option, and its value unless it has one. */
static size_t n_words(const char *const *args, size_t n)
{
    return n > 1 && strncmp(args[1], "--", 2) != 0 ? 2 : 1;
}

static bool has_argument(const struct machine_hook *hook, const char *option, const char *value)
{
    size_t words;

    for (size_t i = 0; i < hook->n_args; i += words) {
        words = n_words(hook->args + i, hook->n_args - i);
        if (strcmp(hook->args[i], option) == 0 &&
            (value ? words == 2 && strcmp(hook->args[i + 1], value) == 0 : words == 1))
            return true;
    }
    return false;
}

/* Adds an argument, unless it is there; value is NULL without. */
static void add_argument(struct machine_hook *out, const char *option, const char *value)
{
    if (has_argument(out, option, value))
        return;
    out->args[out->n_args++] = option;
    if (value)
        out->args[out->n_args++] = value;
}

static void add_hook(struct merge *merge, const struct part *part, const struct machine_hook *hook,
                     bool of_device)
{
    size_t words;

    if (part->option)
        add_argument(merge->out, part->option, NULL);
    for (size_t i = 0; i < hook->n_args; i += words) {
        const char *option = hook->args[i];

        words = n_words((const char *const *)hook->args + i, hook->n_args - i);
        if (of_device && strcmp(option, "--link") == 0)
            option = "--device-link";
        add_argument(merge->out, option, words == 2 ? hook->args[i + 1] : NULL);
    }
}

static void add_hooks(struct merge *merge, const struct part *part,
                      const struct machine_hooks *hooks, bool of_device)
{
    const struct build_options *o = merge->options;

    for (size_t i = 0; i < hooks->n; i++)
        if (strcmp(hooks->items[i].name, part->hook) == 0 &&
            hook_wanted(o->vendor, &o->hooks, part->hook))
            add_hook(merge, part, &hooks->items[i], of_device);
}

/* Words of these hooks at the most. */
static size_t count(const struct machine_hooks *hooks)
{
    size_t n = 0;

    for (size_t i = 0; i < hooks->n; i++)
        n += hooks->items[i].n_args + 1;
    return n;
}

bool single_hook(const struct machine *machine, const struct build_options *options,
                 struct machine_hook *out)
{
    struct merge merge = {.options = options, .out = out};
    size_t n = count(&machine->hooks);

    for (size_t i = 0; i < machine->n_devices; i++)
        n += count(&machine->devices[i].hooks);
    *out = (struct machine_hook){SINGLE_HOOK, arena_calloc(machine->arena, n, sizeof *out->args),
                                 0};
    if (!out->args)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        add_hooks(&merge, &parts[i], &machine->hooks, false);
        for (size_t k = 0; parts[i].of_devices && k < machine->n_devices; k++)
            if (build_takes(options, &machine->devices[k]))
                add_hooks(&merge, &parts[i], &machine->devices[k].hooks, true);
    }
    return true;
}
