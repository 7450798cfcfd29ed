/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prestart hook of mode legacy: from the container's state and config.json to the command
 * line of nvidia-container-cli, which it becomes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/root.h"
#include "cdi/platform.h"
#include "hooks/hook.h"
#include "hooks/message.h"
#include "hooks/state.h"
#include "prestart/args.h"
#include "prestart/container.h"

#define STATUS_USAGE 2

static const char usage[] = "usage: nvidia-container-runtime-hook [-config FILE] [-debug] "
                            "prestart | poststart | poststop\n"
                            "       nvidia-container-runtime-hook -version | -help\n";

static void free_oci(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

/* A file that somebody has named must exist; "" names none. */
static int load_config(const char *file, struct config *config, struct cdi_error *err)
{
    const char *variable = getenv("NVIDIA_CTK_CONFIG_FILE_PATH");
    int r;

    config_defaults(config);
    if (!file || !*file)
        file = variable;
    r = file && *file ? config_read(file, config, err) : config_load(config, err);
    for (size_t i = 0; r == 0 && i < config->warnings.n; i++)
        hook_warn("%s", config->warnings.items[i]);
    return r;
}

static int read_state(struct arena *arena, struct state *state, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = file_read_fd(STDIN_FILENO, "standard input", STATE_MAX_SIZE, &text, &len, err);

    return r < 0 ? r : state_parse(text, len, arena, state, err);
}

/* The bundle's absolute path. */
static int find_bundle(const struct state *state, struct arena *arena, const char **out,
                       struct cdi_error *err)
{
    _cleanup_free_ char *here = NULL;

    *out = state->bundle;
    if (**out == '/')
        return 0;
    here = getcwd(NULL, 0);
    if (!here)
        return cdi_error_set_errno(err, errno,
                                   "the bundle's path is relative, and the working "
                                   "directory is not known");
    *out = arena_printf(arena, "%s/%s", here, state->bundle);
    return *out ? 0 : cdi_error_nomem(err);
}

static int read_oci(const char *bundle, struct arena *arena, struct cdi_oci **oci,
                    struct cdi_error *err)
{
    const char *path = arena_printf(arena, "%s/config.json", bundle);
    char *text;
    size_t len;
    int r = path ? file_read(AT_FDCWD, path, CDI_OCI_MAX_SIZE, &text, &len, err)
                 : cdi_error_nomem(err);

    return r < 0 ? r : cdi_oci_take(text, len, path, oci, err);
}

static void tell_notes(const struct request *request, bool all)
{
    for (size_t i = 0; i < request->n_notes; i++)
        if (request->notes[i].warning)
            hook_warn("%s", request->notes[i].text);
        else if (all)
            (void)dprintf(STDERR_FILENO, "cdikit-hook: %s\n", request->notes[i].text);
}

static bool on_tegra(void)
{
    _cleanup_root_ struct root root = ROOT_INIT;

    return root_open(&root, "/", NULL) == 0 && platform_is_tegra(&root);
}

/* Becomes nvidia-container-cli. Returns only on failure. */
static int execute(const struct config *config, struct cli_call *call, struct arena *arena,
                   struct cdi_error *err)
{
    const char *search_path = NULL;
    char **argv, **environment;
    int r = 0;

    call->user = config_cli_user(config);
    call->path = config->cli.path;
    if (!*call->path) {
        r = cli_search_path(config->cli.root, getenv("PATH"), arena, &search_path, err);
        if (r == 0)
            r = cli_find(search_path, arena, &call->path, err);
    }
    if (r == 0)
        r = cli_ldconfig(config->cli.ldconfig, arena, &call->ldconfig, err);
    if (r == 0)
        r = cli_arguments(config, call, arena, &argv, err);
    if (r == 0)
        r = cli_environment(environ, &config->cli.environment, search_path, arena, &environment,
                            err);
    if (r < 0)
        return r;
    (void)execve(call->path, argv, environment);
    return cdi_error_set_errno(err, errno, "cannot execute %s", call->path);
}

static int serve(const struct config *config, struct cli_call *call, struct arena *arena,
                 struct cdi_error *err)
{
    _cleanup_(free_oci) struct cdi_oci *oci = NULL;
    struct request_strings supported;
    struct request request = {.n_notes = 0};
    struct state state;
    const char *bundle = NULL;
    int r = container_supported(config, arena, &supported, err);

    if (r == 0)
        r = read_state(arena, &state, err);
    if (r == 0)
        r = find_bundle(&state, arena, &bundle, err);
    if (r == 0)
        r = read_oci(bundle, arena, &oci, err);
    if (r < 0)
        return r;
    call->pid = state.pid;
    r = container_read(oci, config, &supported, bundle, arena, &request, call, err);
    tell_notes(&request, call->debug);
    if (r < 0 || request.devices.n == 0)
        return r;
    r = container_check_mode(config, &request, strcmp(config->mode, "auto") == 0 && on_tegra(),
                             err);
    return r < 0 ? r : execute(config, call, arena, err);
}

static int run(const struct prestart_args *args)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_config_ struct config config;
    struct cli_call call = {.debug = args->debug};
    int r = load_config(args->config, &config, &err);

    if (r == 0)
        r = arena ? serve(&config, &call, arena, &err) : cdi_error_nomem(&err);
    if (r < 0)
        hook_complain(&err);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int wrong_use(struct cdi_error *err)
{
    hook_complain(err);
    (void)fputs(usage, stderr);
    return STATUS_USAGE;
}

static int help(void)
{
    (void)fputs(usage, stderr);
    return EXIT_SUCCESS;
}

static int run_prestart(int argc, char **argv)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct prestart_args args;

    if (prestart_args_parse(argc, argv, &args, &err) < 0)
        return wrong_use(&err);
    return args.help ? help() : run(&args);
}

static int run_nothing(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    state_forget(STDIN_FILENO);
    return EXIT_SUCCESS;
}

const struct hook_command hook_prestart = {
    "prestart", "run nvidia-container-cli for a container that asks for GPUs", run_prestart};
const struct hook_command hook_poststart = {"poststart", "do nothing", run_nothing};
const struct hook_command hook_poststop = {"poststop", "do nothing", run_nothing};

/* Only the first does something. */
static const struct hook_command *const commands[] = {&hook_prestart, &hook_poststart,
                                                      &hook_poststop};

int hook_runtime_hook(int argc, char **argv)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct prestart_args args;

    if (prestart_args_parse(argc, argv, &args, &err) < 0)
        return wrong_use(&err);
    if (args.version) {
        (void)printf("NVIDIA Container Runtime Hook version %s\n", CDIKIT_VERSION);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (args.help)
        return help();
    for (size_t i = 0; args.command && i < ARRAY_SIZE(commands); i++)
        if (strcmp(args.command, commands[i]->name) == 0)
            return i == 0 ? run(&args) : run_nothing(argc, argv);
    (void)fputs(usage, stderr);
    return STATUS_USAGE;
}
