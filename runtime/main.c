/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit-runtime: stands in front of runc or crun, injects the CDI devices that a container
 * asks for when it is created, and hands everything else over as it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#define OCI_VERSION "1.3.0" /* of the runtime-spec whose members the wrapper edits */

/*
 * A closed standard descriptor would be the next file that is opened, and receive our messages.
 * Close-on-exec: the low-level runtime finds it closed again.
 */
static void fill_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", O_RDWR | O_CLOEXEC);
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

/* Tells why there is no container: once on stderr, and in the engine's log file. */
static int fail(const struct args *args, struct cdi_error *err)
{
    _cleanup_close_ int fd = -1;
    char stack[1024];
    _cleanup_free_ char *heap = NULL;
    int len = cdi_error_format(err, stack, sizeof stack);
    const char *message = stack;

    if (len >= (int)sizeof stack && (heap = malloc((size_t)len + 1)) != NULL) {
        (void)cdi_error_format(err, heap, (size_t)len + 1);
        message = heap;
    }
    fd = log_to_engine(args, LOG_ERROR, message);
    if (fd < 0 || !is_stderr(fd))
        (void)dprintf(STDERR_FILENO, "cdikit-runtime: %s\n", message);
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

static int create(const struct args *args, const struct config *config, struct cdi_error *err)
{
    struct create_result result;
    char message[96];
    int r, fd;

    if (args->valueless)
        return cdi_error_set(err, CDI_ERR_USAGE, "create: option %s needs a value",
                             args->valueless);
    r = create_apply(args, config, &result, err);
    if (r < 0 || !args->debug)
        return r;
    (void)snprintf(message, sizeof message, "cdikit-runtime: %zu CDI devices injected",
                   result.n_devices);
    fd = log_to_engine(args, LOG_DEBUG, message);
    if (fd >= 0)
        (void)close(fd);
    return 0;
}

int main(int argc, char **argv)
{
    _cleanup_config_ struct config config;
    struct cdi_error err = CDI_ERROR_INIT;
    struct args args = args_parse(argc, argv);
    char runtime[PATH_MAX];
    struct stat self;
    int r;

    fill_standard_descriptors();
    if (args.version)
        print_version(argc > 0 ? argv[0] : "");
    r = config_load(&config, &err);
    if (r == 0)
        r = lowlevel_find(config.runtimes.items, config.runtimes.n, getenv("PATH"),
                          lowlevel_self(&self) ? &self : NULL, runtime, sizeof runtime, &err);
    if (r == 0 && args_is_create(&args) && !args.version)
        r = create(&args, &config, &err);
    if (r == 0 && args.version)
        (void)dprintf(STDOUT_FILENO, "\n");
    if (r == 0)
        r = lowlevel_exec(runtime, argc, argv, &err);
    return r < 0 ? fail(&args, &err) : EXIT_SUCCESS;
}
