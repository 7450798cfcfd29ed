/* SPDX-License-Identifier: Apache-2.0 */
/* What the hooks that act inside a container have in common: from the command line to the work. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/message.h"
#include "hooks/options.h"
#include "hooks/state.h"

const struct container_hook container_hooks[] = {
    {
        .name = "create-symlinks",
        .summary = "make symlinks in the container",
        .accepts = HOOK_OPTIONS_LINKS,
        .check = create_symlinks_check,
        .run = create_symlinks,
    },
    {
        .name = "chmod",
        .summary = "set permissions of directories in the container",
        .accepts = HOOK_OPTIONS_CHMOD,
        .check = chmod_check,
        .run = chmod_paths,
    },
    {
        .name = "enable-cuda-compat",
        .summary = "let the loader find the image's libcuda where it is newer than the host's",
        .accepts = HOOK_OPTIONS_COMPAT,
        .check = enable_cuda_compat_check,
        .run = enable_cuda_compat,
    },
    {
        .name = "update-ldcache",
        .summary = "let the loader find the driver's libraries",
        .accepts = HOOK_OPTIONS_LDCACHE,
        .check = update_ldcache_check,
        .run = update_ldcache,
        .finish = update_ldcache_finish,
    },
    {
        .name = "disable-device-node-modification",
        .summary = "keep the driver's libraries from making device nodes in the container",
        .check = disable_device_node_modification_check,
        .prepare = disable_device_node_modification,
    },
    {
        .name = "update-application-profile",
        .summary = "tell OpenGL libraries which GPUs the container has",
        .run = update_application_profile,
    },
    {
        .name = "setup-container",
        .summary = "do the work of several of these hooks at once",
        .accepts = HOOK_OPTIONS_LINKS | HOOK_OPTIONS_LDCACHE | HOOK_OPTIONS_COMPAT |
                   HOOK_OPTIONS_CHMOD | HOOK_OPTIONS_SETUP,
        .check = setup_container_check,
        .prepare = setup_container_prepare,
        .run = setup_container,
        .finish = setup_container_finish,
    },
    {
        .name = "noop",
        .summary = "do nothing",
        .hidden = true,
    },
    {.name = NULL},
};

void container_hook_help(FILE *out, const char *program)
{
    (void)fprintf(out,
                  "usage: %s [OPTIONS] HOOK [OPTIONS]\n       %s --help | --version\n\nhooks:\n",
                  program, program);
    for (const struct container_hook *hook = container_hooks; hook->name; hook++)
        if (!hook->hidden)
            (void)fprintf(out, "  %s\n        %s\n", hook->name, hook->summary);
    (void)fputs("\noptions:\n", out);
    hook_options_help(out, NULL);
}

static void print_hook_help(FILE *out, const char *program, const struct container_hook *hook)
{
    (void)fprintf(out, "usage: %s %s [OPTIONS] <STATE\n\nTo %s.\n\noptions:\n", program, hook->name,
                  hook->summary);
    hook_options_help(out, hook);
}

/* The state, from the file that was named or from standard input. */
static int read_state(const struct hook_args *args, struct arena *arena, struct state *state,
                      struct cdi_error *err)
{
    const char *file = args->container_spec;
    _cleanup_free_ char *text = NULL;
    const char *copy;
    size_t len;
    int r;

    if (!file || !*file || strcmp(file, "-") == 0)
        r = file_read_fd(STDIN_FILENO, "standard input", STATE_MAX_SIZE, &text, &len, err);
    else
        r = file_read_stream(file, STATE_MAX_SIZE, &text, &len, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "reading the container's state");
    copy = arena_strndup(arena, text, len);
    return copy ? state_parse(copy, len, arena, state, err) : cdi_error_nomem(err);
}

static int open_root(struct hook_call *call, struct cdi_error *err)
{
    struct state state;
    const char *path;
    int r = read_state(call->args, call->arena, &state, err);

    if (r < 0)
        return r;
    /* From here on nothing is relative to where the runtime has left us, which is the image. */
    if (chdir("/") < 0)
        return cdi_error_set_errno(err, errno, "cannot leave the container's directory");
    r = state_root(&state, call->arena, &path, err);
    return r < 0 ? r : rootfs_open(call->root, path, err);
}

/* Runs the confined part in a child, for what comes after it. */
static int run_apart(const struct container_hook *hook, const struct hook_call *call,
                     struct cdi_error *err)
{
    pid_t pid = fork();
    int status;

    if (pid < 0)
        return cdi_error_set_errno(err, errno, "cannot start a process");
    if (pid == 0) {
        int r = confine_drop(err);

        if (r == 0)
            r = hook->run(call, err);
        if (r < 0)
            hook_complain(err);
        _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot wait for a process");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
        return cdi_error_set(err, CDI_ERR_IO, "nothing more is done");
    return 0;
}

static int work(const struct container_hook *hook, const struct hook_call *call,
                struct cdi_error *err)
{
    int r = hook->prepare ? hook->prepare(call, err) : 0;

    if (r < 0 || !hook->run)
        return r;
    (void)rootfs_make_writable(call->root);
    if (hook->finish && call->args->ldconfig_path) {
        r = run_apart(hook, call, err);
        return r < 0 ? r : hook->finish(call, err);
    }
    r = confine_drop(err);
    return r < 0 ? r : hook->run(call, err);
}

static int run(const struct container_hook *hook, const struct hook_args *args, struct arena *arena,
               struct cdi_error *err)
{
    _cleanup_rootfs_ struct rootfs root = ROOTFS_INIT;
    struct hook_call call = {.args = args, .arena = arena, .root = &root};
    int r = hook->check ? hook->check(args, err) : 0;

    if (r != 0 || !(hook->prepare || hook->run)) {
        state_forget(STDIN_FILENO);
        return r;
    }
    r = confine_start(err);
    if (r == 0)
        r = open_root(&call, err);
    return r < 0 ? r : work(hook, &call, err);
}

static void warn_unknown(const char *word)
{
    struct nearest near = nearest_init(word, strlen(word));

    for (const struct container_hook *hook = container_hooks; hook->name; hook++)
        nearest_offer(&near, hook->name);
    hook_warn("%s is not a hook that this program knows: nothing is done%s%s%s",
              quote_string(word).text, near.best ? "; did you mean " : "",
              near.best ? near.best : "", near.best ? "?" : "");
}

static void pass_over(const char *word)
{
    if (word)
        warn_unknown(word);
    else
        hook_warn("no hook is named: nothing is done");
    state_forget(STDIN_FILENO);
}

/* What is no call of a hook that is known. */
static int other(const char *program, const char *title, const struct hook_command_line *line)
{
    if (line->version)
        (void)printf("%s version %s\n", title, CDIKIT_VERSION);
    else if (line->help ||
             (line->word && (strcmp(line->word, "help") == 0 || strcmp(line->word, "h") == 0)))
        container_hook_help(stdout, program);
    else
        pass_over(line->word);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int complain(const char *name, struct cdi_error *err)
{
    if (name)
        (void)cdi_error_wrap(err, -(int)err->code, "%s", name);
    hook_complain(err);
    return EXIT_FAILURE;
}

int container_hook_main(const char *program, const char *title, int argc, char **argv)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct hook_command_line line;
    struct hook_args args;

    if (!arena)
        return EXIT_FAILURE;
    if (hook_options_parse(argc, argv, arena, &args, &line, &err) < 0)
        return complain(NULL, &err);
    hook_tell(!args.quiet, args.debug);
    if (line.version || !line.hook)
        return other(program, title, &line);
    if (line.unknown_option) {
        (void)cdi_error_set(&err, CDI_ERR_USAGE, "there is no option %s",
                            quote_string(line.unknown_option).text);
        return complain(NULL, &err);
    }
    if (line.help) {
        print_hook_help(stdout, program, line.hook);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    return run(line.hook, &args, arena, &err) < 0 ? complain(line.hook->name, &err) : EXIT_SUCCESS;
}
