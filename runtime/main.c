/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit-runtime: stands in front of runc or crun, injects the CDI devices that a container
 * asks for when it is created, and hands everything else over as it came.
 */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptors.h"
#include "runtime/args.h"
#include "runtime/config.h"
#include "runtime/create.h"
#include "runtime/logger.h"
#include "runtime/lowlevel.h"

#define OCI_VERSION "1.3.0" /* of the runtime-spec whose members the wrapper edits */

/*
 * Signals that a write can raise: a reader of our messages has gone, a file is as large as its
 * limit allows (setrlimit(2)). They would end the wrapper with its temporary file left behind;
 * when they are ignored, the write fails. Dispositions survive execve(2), so they come back
 * before it.
 */
static const int write_signals[] = {SIGPIPE, SIGXFSZ};

struct dispositions {
    struct sigaction old[ARRAY_SIZE(write_signals)];
};

static void ignore_write_signals(struct dispositions *kept)
{
    static const struct sigaction ignore = {.sa_handler = SIG_IGN};

    for (size_t i = 0; i < ARRAY_SIZE(write_signals); i++)
        (void)sigaction(write_signals[i], &ignore, &kept->old[i]);
}

static void restore_write_signals(const struct dispositions *kept)
{
    for (size_t i = 0; i < ARRAY_SIZE(write_signals); i++)
        (void)sigaction(write_signals[i], &kept->old[i], NULL);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* One line of what an error says, fit to be shown. */
static void describe(const struct cdi_error *err, char message[static LOGGER_MESSAGE_SIZE])
{
    (void)cdi_error_format(err, message, LOGGER_MESSAGE_SIZE);
}

/* Tells why there is no container: on stderr and in the log files. */
static int fail(struct logger *logger, struct cdi_error *err)
{
    struct dispositions kept;
    char message[LOGGER_MESSAGE_SIZE];

    ignore_write_signals(&kept);
    describe(err, message);
    logger_log(logger, LOG_ERROR, "%s", message);
    logger_close(logger);
    cdi_error_clear(err);
    return EXIT_FAILURE;
}

/*
 * Engines take the version of a runtime from the last lines of what --version prints, so that
 * the low-level runtime's, which follow, count.
 */
static void print_version(const char *program)
{
    bool nvidia = strncmp(base_name(program), "nvidia-container-runtime", 24) == 0;

    (void)dprintf(STDOUT_FILENO, "%s version %s\nspec: %s\n",
                  nvidia ? "NVIDIA Container Runtime" : "cdikit-runtime", CDIKIT_VERSION,
                  OCI_VERSION);
}

static int create(const struct args *args, const struct config *config, const char *program,
                  struct logger *logger, struct cdi_error *err)
{
    enum request_mode mode;
    int r = create_mode(program, config, &mode, err);

    for (size_t i = 0; i < config->warnings.n; i++)
        logger_log(logger, LOG_WARNING, "%s", config->warnings.items[i]);
    return r == 0 ? create_apply(args, config, mode, logger, err) : r;
}

/* A container can be stopped and removed also when config.toml is broken. */
static void warn_of_config(struct logger *logger, struct cdi_error *err)
{
    char message[LOGGER_MESSAGE_SIZE];

    describe(err, message);
    logger_log(logger, LOG_WARNING, "%s", message);
    cdi_error_clear(err);
}

/* All that writes something before the low-level runtime. */
static int prepare(const struct args *args, const struct config *config, const char *program,
                   struct logger *logger, struct cdi_error *config_err, struct cdi_error *err)
{
    struct dispositions kept;
    int r = 0;

    ignore_write_signals(&kept);
    if (args_is_create(args))
        r = create(args, config, program, logger, err);
    else
        warn_of_config(logger, config_err);
    restore_write_signals(&kept);
    return r;
}

int main(int argc, char **argv)
{
    _cleanup_config_ struct config config;
    struct cdi_error err = CDI_ERROR_INIT, config_err = CDI_ERROR_INIT;
    const char *program = argc > 0 ? argv[0] : "";
    struct lowlevel_self self;
    char runtime[PATH_MAX] = "";
    struct logger logger;
    struct args args;
    bool configured;
    int r;

    if (!descriptors_fill_standard())
        return EXIT_FAILURE;
    configured = config_load(&config, &config_err) == 0;
    r = lowlevel_find(config.runtimes.items, config.runtimes.n, getenv("PATH"),
                      lowlevel_self(&self) ? &self : NULL, runtime, sizeof runtime, &err);
    args = args_parse(argc, argv, args_grammar_of(runtime));
    logger_init(&logger, &args, configured ? &config : NULL);
    if (args.version)
        print_version(program);
    if (!configured && (r < 0 || args_is_create(&args))) {
        cdi_error_clear(&err);
        return fail(&logger, &config_err);
    }
    if (r == 0 && (!configured || args_is_create(&args)))
        r = prepare(&args, &config, program, &logger, &config_err, &err);
    logger_close(&logger);
    if (r == 0 && args.version)
        (void)dprintf(STDOUT_FILENO, "\n");
    if (r == 0)
        r = lowlevel_exec(runtime, argc, argv, &err);
    return r < 0 ? fail(&logger, &err) : EXIT_SUCCESS;
}
