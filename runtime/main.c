/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit-runtime: stands in front of runc or crun, injects the CDI devices that a container
 * asks for when it is created, and hands everything else over as it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "runtime/args.h"
#include "runtime/config.h"
#include "runtime/create.h"
#include "runtime/lowlevel.h"

#define OCI_VERSION  "1.3.0" /* of the runtime-spec whose members the wrapper edits */
#define MESSAGE_SIZE 8192    /* of what is shown of an error, with its NUL */

/*
 * A closed standard descriptor would be the next file that is opened, and receive our messages.
 * Close-on-exec: the low-level runtime finds it closed again.
 */
static bool fill_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR | O_CLOEXEC) != fd)
            return false;
    return true;
}

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

/* One entry to the engine's log file, if it has named one. Returns its descriptor or -1. */
static int log_to_engine(const struct args *args, enum log_level level, const char *message)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int fd = -1;

    if (args->log && log_open(args->log, &fd, &err) < 0)
        (void)dprintf(STDERR_FILENO, "cdikit-runtime: %s\n", err.message);
    if (fd >= 0)
        (void)log_write(fd, args->log_format, level, message);
    return fd;
}

static bool is_stderr(int fd)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && fstat(STDERR_FILENO, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* One line of what an error says, fit to be shown. */
static void describe(const struct cdi_error *err, char message[static MESSAGE_SIZE])
{
    char text[MESSAGE_SIZE];

    (void)cdi_error_format(err, text, sizeof text);
    log_clean(text, message, MESSAGE_SIZE);
}

/* Tells why there is no container: once on stderr, and in the engine's log file. */
static int fail(const struct args *args, struct cdi_error *err)
{
    struct dispositions kept;
    _cleanup_close_ int fd = -1;
    char message[MESSAGE_SIZE];

    ignore_write_signals(&kept);
    describe(err, message);
    fd = log_to_engine(args, LOG_ERROR, message);
    if (fd < 0 || !is_stderr(fd))
        (void)dprintf(STDERR_FILENO, "cdikit-runtime: %s\n", message);
    cdi_error_clear(err);
    return EXIT_FAILURE;
}

/* Tells what does not keep us from going on: in the engine's log file, or else on stderr. */
static void warn(const struct args *args, const char *message)
{
    _cleanup_close_ int fd = log_to_engine(args, LOG_WARNING, message);

    if (fd < 0)
        (void)dprintf(STDERR_FILENO, "cdikit-runtime: warning: %s\n", message);
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

static int create(const struct args *args, const struct config *config, struct cdi_error *err)
{
    struct create_result result;
    char message[96];
    int r, fd;

    r = create_apply(args, config, &result, err);
    if (r == 0 && result.env_ignored)
        warn(args, "NVIDIA_VISIBLE_DEVICES is ignored: the container is not privileged, and "
                   "config.toml has accept-nvidia-visible-devices-envvar-when-unprivileged = "
                   "false");
    if (r < 0 || !args->debug)
        return r;
    (void)snprintf(message, sizeof message, "cdikit-runtime: %zu CDI devices injected",
                   result.n_devices);
    fd = log_to_engine(args, LOG_DEBUG, message);
    if (fd >= 0)
        (void)close(fd);
    return 0;
}

/* A container can be stopped and removed also when config.toml is broken. */
static void warn_of_config(const struct args *args, struct cdi_error *err)
{
    char message[MESSAGE_SIZE];

    describe(err, message);
    warn(args, message);
    cdi_error_clear(err);
}

/* All that writes something before the low-level runtime. */
static int prepare(const struct args *args, const struct config *config,
                   struct cdi_error *config_err, struct cdi_error *err)
{
    struct dispositions kept;
    int r = 0;

    ignore_write_signals(&kept);
    if (args_is_create(args))
        r = create(args, config, err);
    else
        warn_of_config(args, config_err);
    restore_write_signals(&kept);
    return r;
}

int main(int argc, char **argv)
{
    _cleanup_config_ struct config config;
    struct cdi_error err = CDI_ERROR_INIT, config_err = CDI_ERROR_INIT;
    struct lowlevel_self self;
    char runtime[PATH_MAX] = "";
    struct args args;
    bool configured;
    int r;

    if (!fill_standard_descriptors())
        return EXIT_FAILURE;
    configured = config_load(&config, &config_err) == 0;
    r = lowlevel_find(config.runtimes.items, config.runtimes.n, getenv("PATH"),
                      lowlevel_self(&self) ? &self : NULL, runtime, sizeof runtime, &err);
    args = args_parse(argc, argv, args_grammar_of(runtime));
    if (args.version)
        print_version(argc > 0 ? argv[0] : "");
    if (!configured && (r < 0 || args_is_create(&args))) {
        cdi_error_clear(&err);
        return fail(&args, &config_err);
    }
    if (r == 0 && (!configured || args_is_create(&args)))
        r = prepare(&args, &config, &config_err, &err);
    if (r == 0 && args.version)
        (void)dprintf(STDOUT_FILENO, "\n");
    if (r == 0)
        r = lowlevel_exec(runtime, argc, argv, &err);
    return r < 0 ? fail(&args, &err) : EXIT_SUCCESS;
}
