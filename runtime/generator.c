/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/generator.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "runtime/child.h"
#include "runtime/programs.h"

#define KIND_VENDOR "runtime.nvidia.com"
#define KIND_CLASS  "gpu"
#define MAX_FACTS   16384

/* A command line that grows; `failed` without memory. */
struct words {
    struct arena *arena;
    const char **items;
    size_t n;
    bool failed;
};

static void add_word(struct words *words, const char *word)
{
    const char **grown = arena_grow(words->arena, words->items, words->n, sizeof *grown);

    if (!grown) {
        words->failed = true;
        return;
    }
    words->items = grown;
    grown[words->n++] = word;
}

static void add_option(struct words *words, const char *option, const char *value)
{
    const char *word = arena_printf(words->arena, "%s=%s", option, value);

    if (word)
        add_word(words, word);
    else
        words->failed = true;
}

static void add_options(struct words *words, const char *option, const char *const *values,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_option(words, option, values[i]);
}

static bool is_usual_csv(const char *name)
{
    static const char *const usual[] = {"devices.csv", "drivers.csv", "l4t.csv"};

    for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
        if (strcmp(name, usual[i]) == 0)
            return true;
    return false;
}

/* The CSV files of the node; without any the child takes the usual ones. */
static void add_csv_files(struct words *words, const struct generator *generator,
                          const struct generator_request *request)
{
    const char *dir = generator->config->csv_dir, **names;
    _cleanup_root_ struct root root = ROOT_INIT;
    size_t n;
    int r;

    if (root_open(&root, NULL, NULL) < 0)
        return;
    r = root_list(&root, dir, words->arena, &names, &n);
    /* Only Tegra systems have it. */
    if ((r == -ENOENT || r == -ENOTDIR) && strcmp(request->mode, "csv") != 0)
        return;
    if (r < 0) {
        logger_log(generator->logger, LOG_WARNING, "cannot read the directory of CSV files %s",
                   dir);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *dot = strrchr(names[i], '.'), *path;

        if (!dot || dot == names[i] || strcasecmp(dot, ".csv") != 0 ||
            !(request->csv_all || is_usual_csv(names[i])))
            continue;
        if ((path = arena_printf(words->arena, "%s/%s", dir, names[i])))
            add_option(words, "--csv.file", path);
        else
            words->failed = true;
    }
}

static bool uses_csv(const char *mode)
{
    return strcmp(mode, "csv") == 0 || strcmp(mode, "auto") == 0;
}

static void add_words(struct words *words, const struct generator *generator,
                      const struct generator_request *request)
{
    const struct config *config = generator->config;

    add_word(words, generator->program);
    add_word(words, "cdi");
    add_word(words, "generate");
    add_option(words, "--mode", request->mode);
    add_option(words, "--format", "yaml");
    add_option(words, "--vendor", KIND_VENDOR);
    add_option(words, "--class", KIND_CLASS);
    add_option(words, "--device-name-strategy", "index");
    add_word(words, "--no-all-device");
    add_option(words, "--nvidia-cdi-hook-path", program_of_hooks(config->ctk_path, words->arena));
    add_option(words, "--driver-root", config->cli.root);
    add_options(words, "--device-id", request->ids.items, request->ids.n);
    add_options(words, "--feature-flag", config->jit_feature_flags.items,
                config->jit_feature_flags.n);
    if (config->features.no_additional_gids_for_device_nodes)
        add_option(words, "--feature-flag", "no-additional-gids-for-device-nodes");
    add_options(words, "--disable-hook", config->jit_disable_hooks.items,
                config->jit_disable_hooks.n);
    if (!uses_csv(request->mode))
        return;
    if (*config->csv_compat_root)
        add_option(words, "--csv.compat-container-root", config->csv_compat_root);
    add_csv_files(words, generator, request);
}

/*
 * What of the engine's environment does not reach a process that loads a driver's libraries: code
 * to be loaded with them, what changes how GPUs are counted, options of nvidia-ctk, and who waits
 * for a word of the engine's. (LD_LIBRARY_PATH may be how the driver is found.) A '*' at the end
 * stands for any end of the name.
 */
static const char *const dropped[] = {
    "LD_PRELOAD", "LD_AUDIT",        "LD_PROFILE",    "LD_PROFILE_OUTPUT",
    "LD_DEBUG",   "LD_DEBUG_OUTPUT", "LD_BIND_NOT",   "GLIBC_TUNABLES",
    "GCONV_PATH", "LOCPATH",         "MALLOC_*",      "NVIDIA_CTK_*",
    "CUDA_*",     "__GL_*",          "NOTIFY_SOCKET", "LISTEN_*",
    "WATCHDOG_*", "_OCI_*",
};

static bool is_dropped(const char *variable)
{
    for (size_t i = 0; i < ARRAY_SIZE(dropped); i++) {
        size_t len = strcspn(dropped[i], "*");

        if (strncmp(variable, dropped[i], len) == 0 &&
            (dropped[i][len] == '*' || variable[len] == '=' || !variable[len]))
            return true;
    }
    return false;
}

static bool copy_environment(struct arena *arena, char *const *environment, char *const **out)
{
    struct words variables = {.arena = arena};

    for (; *environment; environment++)
        if (!is_dropped(*environment))
            add_word(&variables, *environment);
    add_word(&variables, NULL);
    *out = (char *const *)(uintptr_t)variables.items;
    return !variables.failed;
}

int generator_command(const struct generator *generator, const struct generator_request *request,
                      char *const *environment, char *const **argv, char *const **env,
                      struct cdi_error *err)
{
    struct words words = {.arena = generator->arena};

    add_words(&words, generator, request);
    add_word(&words, NULL);
    if (words.failed || !copy_environment(generator->arena, environment, env))
        return cdi_error_nomem(err);
    *argv = (char *const *)(uintptr_t)words.items;
    return 0;
}

/* Each line of what the child says becomes an entry of the log; its warnings stay warnings. */
static void log_messages(const struct generator *generator, enum log_level level, char *text)
{
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n")))
        if (*line)
            logger_log(generator->logger, strstr(line, ": warning: ") ? LOG_WARNING : level, "%s",
                       line);
}

/*
 * The last line of what the child said, in which it says why it failed, and behind which the text
 * is cut; a hint how the program is used is nothing to whom the container belongs.
 */
static char *last_line(char *text)
{
    size_t len = strlen(text);
    char *line = text;

    while (len) {
        while (len && text[len - 1] == '\n')
            text[--len] = '\0';
        line = strrchr(text, '\n');
        line = line ? line + 1 : text;
        if (strncmp(line, "Try '", 5) != 0)
            break;
        len = (size_t)(line - text);
    }
    return line;
}

/* What to do where NVIDIA's program has got words that only cdikit understands. */
static const char *advice(const char *program)
{
    const char *slash = strrchr(program, '/');

    return strcmp(slash ? slash + 1 : program, "cdikit") == 0
               ? ""
               : " (it was nvidia-ctk that was run, as no cdikit is beside the wrapper or in PATH: "
                 "unless that is cdikit by another name, install cdikit)";
}

/* The error of a child that has failed; what it said before its last line goes to the log. */
static int failure(const struct generator *generator, struct child_result *result,
                   struct cdi_error *err)
{
    /* 1: what is asked for is not on this machine. */
    bool not_there = result->signal == 0 && result->status == 1;
    enum cdi_errc code = not_there ? CDI_ERR_NOTFOUND : CDI_ERR_INVALID;
    char *last = last_line(result->err);
    int r;

    if (result->signal)
        r = cdi_error_set(err, code, "%s was ended by signal %d (%s)%s%s", generator->program,
                          result->signal, strsignal(result->signal),
                          *last ? ", after it had said: " : "", last);
    else
        r = cdi_error_set(err, code, "%s%s", *last ? last : "the generator failed in silence",
                          advice(generator->program));
    *last = '\0';
    log_messages(generator, LOG_WARNING, result->err);
    return r;
}

static int check(const struct generator *generator, struct child_result *result,
                 struct cdi_error *err)
{
    /* 4: some devices are left out, none of those that were asked for by their ids. */
    if (result->signal || (result->status != 0 && result->status != 4))
        return failure(generator, result, err);
    log_messages(generator, result->status ? LOG_WARNING : LOG_DEBUG, result->err);
    return 0;
}

static int find_program(struct generator *generator, struct cdi_error *err)
{
    return generator->program ? 0 : program_generator(generator->arena, &generator->program, err);
}

int generator_run(struct generator *generator, const struct generator_request *request,
                  struct cdi_spec **out, struct cdi_error *err)
{
    _cleanup_(child_result_clear) struct child_result result = {.status = 0};
    char *const *argv, *const *env;
    int r = find_program(generator, err);

    if (r == 0)
        r = generator_command(generator, request, environ, &argv, &env, err);
    if (r == 0)
        r = child_run(argv, env, GENERATOR_SECONDS, CDI_SPEC_MAX_SIZE, &result, err);
    if (r == 0 && (r = check(generator, &result, err)) < 0)
        return cdi_error_wrap(err, r, "cannot generate the devices of mode %s", request->mode);
    return r < 0 ? r
                 : cdi_spec_parse(result.out, result.out_len, "the generated document", out, err);
}

/* The value in a line "NAME VALUE"; NULL if the text has none. */
static const char *find_fact(const char *text, const char *name, struct arena *arena)
{
    size_t len = strlen(name);

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, name, len) == 0 && line[len] == ' ')
            return arena_strndup(arena, line + len + 1, strcspn(line + len + 1, "\n"));
    return NULL;
}

int generator_facts(struct generator *generator, struct require_facts *out, struct cdi_error *err)
{
    _cleanup_(child_result_clear) struct child_result result = {.status = 0};
    struct words words = {.arena = generator->arena};
    char *const *env;
    int r = find_program(generator, err);

    *out = (struct require_facts){.cuda = NULL};
    if (r < 0)
        return r;
    add_word(&words, generator->program);
    add_word(&words, "cdi");
    add_word(&words, "facts");
    add_option(&words, "--driver-root", generator->config->cli.root);
    add_word(&words, NULL);
    if (words.failed || !copy_environment(generator->arena, environ, &env))
        return cdi_error_nomem(err);
    r = child_run((char *const *)(uintptr_t)words.items, env, GENERATOR_SECONDS, MAX_FACTS, &result,
                  err);
    if (r == 0)
        r = check(generator, &result, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "cannot find out what the driver of this machine is");
    out->cuda = find_fact(result.out, "cuda", generator->arena);
    out->arch = find_fact(result.out, "arch", generator->arena);
    out->driver = find_fact(result.out, "driver", generator->arena);
    return 0;
}
