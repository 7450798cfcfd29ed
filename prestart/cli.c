/* SPDX-License-Identifier: Apache-2.0 */
#include "prestart/cli.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

/* A growing list of arguments. */
struct arguments {
    struct arena *arena;
    char **items;
    size_t n;
    bool failed;
};

static void add(struct arguments *arguments, char *text)
{
    char **items = arena_grow(arguments->arena, arguments->items, arguments->n, sizeof *items);

    arguments->failed = arguments->failed || !items || !text;
    if (arguments->failed)
        return;
    items[arguments->n++] = text;
    arguments->items = items;
}

static void add_flag(struct arguments *arguments, bool on, const char *flag)
{
    if (on)
        add(arguments, arena_strdup(arguments->arena, flag));
}

/* "--name=value", if there is a value. */
static void add_value(struct arguments *arguments, const char *name, const char *value)
{
    if (value && *value)
        add(arguments, arena_printf(arguments->arena, "--%s=%s", name, value));
}

static void add_list(struct arguments *arguments, const char *name,
                     const struct request_strings *list)
{
    _cleanup_strbuf_ struct strbuf joined = STRBUF_INIT;

    for (size_t i = 0; i < list->n; i++) {
        strbuf_addstr(&joined, i ? "," : "");
        strbuf_addstr(&joined, list->items[i]);
    }
    arguments->failed = arguments->failed || joined.failed;
    add_value(arguments, name, joined.s);
}

/* The modes of config.toml, and what nvidia-container-cli makes of them. */
static const struct {
    const char *mode, *value;
} compat_modes[] = {
    {"ldconfig", "ldconfig"},
    {"mount", "mount"},
    {"disabled", "disabled"},
    {"hook", "disabled"}, /* a CDI hook does it */
};

static const char *compat_mode(const struct config *config)
{
    for (size_t i = 0; i < ARRAY_SIZE(compat_modes); i++)
        if (strcmp(config->cuda_compat_mode, compat_modes[i].mode) == 0)
            return compat_modes[i].value;
    return config->features.allow_cuda_compat_libs_from_container ? NULL : "disabled";
}

int cli_arguments(const struct config *config, const struct cli_call *call, struct arena *arena,
                  char ***argv, struct cdi_error *err)
{
    struct arguments arguments = {.arena = arena};
    const struct config_cli *cli = &config->cli;
    const struct request *request = call->request;

    add_flag(&arguments, true, call->path);
    add_value(&arguments, "root", cli->root);
    add_flag(&arguments, cli->load_kmods, "--load-kmods");
    add_flag(&arguments, config->features.disable_imex_channel_creation,
             "--no-create-imex-channels");
    add_flag(&arguments, cli->no_pivot, "--no-pivot");
    add_value(&arguments, "debug", call->debug ? "/dev/stderr" : cli->debug);
    add_value(&arguments, "ldcache", cli->ldcache);
    add_value(&arguments, "user", call->user);
    add_flag(&arguments, true, "configure");
    add_value(&arguments, "cuda-compat-mode", compat_mode(config));
    add_value(&arguments, "ldconfig", call->ldconfig);
    add_flag(&arguments, cli->no_cgroups, "--no-cgroups");
    add_list(&arguments, "device", &request->devices);
    add_value(&arguments, "mig-config", call->mig_config);
    add_value(&arguments, "mig-monitor", call->mig_monitor);
    add_list(&arguments, "imex-channel", &request->imex_channels);
    for (size_t i = 0; i < call->capabilities.n; i++)
        add(&arguments, arena_printf(arena, "--%s", call->capabilities.items[i]));
    for (size_t i = 0; i < request->requirements.n; i++)
        add(&arguments, arena_printf(arena, "--require=%s", request->requirements.items[i]));
    add(&arguments, arena_printf(arena, "--pid=%u", call->pid));
    add_flag(&arguments, true, call->rootfs);
    *argv = arena_grow(arena, arguments.items, arguments.n, sizeof **argv);
    if (arguments.failed || !*argv)
        return cdi_error_nomem(err);
    (*argv)[arguments.n] = NULL;
    return 0;
}
