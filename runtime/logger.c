/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/logger.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The words of config.toml's log-level. */
static const struct {
    const char *name;
    enum log_level level;
} levels[] = {
    {"panic", LOG_ERROR},     {"fatal", LOG_ERROR}, {"error", LOG_ERROR}, {"warn", LOG_WARNING},
    {"warning", LOG_WARNING}, {"info", LOG_INFO},   {"debug", LOG_DEBUG}, {"trace", LOG_TRACE},
};

/* False if it is none of the words. */
static bool parse_level(const char *name, enum log_level *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        if (strcasecmp(name, levels[i].name) != 0)
            continue;
        *out = levels[i].level;
        return true;
    }
    return false;
}

/* NULL for what means no file. */
static const char *file_path(const char *path)
{
    return path && *path && strcmp(path, "/dev/null") != 0 ? path : NULL;
}

void logger_init(struct logger *logger, const struct args *args, const struct config *config)
{
    *logger = (struct logger){
        .config = {.path = config ? file_path(config->debug) : NULL,
                   .threshold = LOG_INFO,
                   .fd = -1},
        .engine = {.path = file_path(args->log),
                   .format = args->log_format,
                   .threshold = args->debug ? LOG_DEBUG : LOG_WARNING,
                   .fd = -1},
    };
    logger->config.format = args->log_format;
    if (config && !parse_level(config->log_level, &logger->config.threshold))
        logger->bad_level = config->log_level;
    if (args->debug)
        logger->config.threshold = LOG_DEBUG;
}

static void close_file(struct logger_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
    file->opened = false;
}

void logger_close(struct logger *logger)
{
    close_file(&logger->config);
    close_file(&logger->engine);
}

bool logger_wants(const struct logger *logger, enum log_level level)
{
    return level >= LOG_WARNING || (logger->config.path && level >= logger->config.threshold) ||
           (logger->engine.path && level >= logger->engine.threshold);
}

/* A level that is none is told before the first entry, and not where nothing is to be told. */
static void warn_of_level(struct logger *logger)
{
    const char *level = logger->bad_level;

    logger->bad_level = NULL;
    if (level && logger->config.path)
        logger_log(logger, LOG_WARNING,
                   "nvidia-container-runtime.log-level cannot be \"%s\": it is one of error, "
                   "warning, info, debug and trace; info is used",
                   level);
}

/* Writes the entry if the file wants it. True if it was written. */
static bool write_entry(struct logger_file *file, enum log_level level, const char *message)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    if (!file->path || level < file->threshold)
        return false;
    if (!file->opened) {
        file->opened = true;
        if (log_open(file->path, &file->fd, &err) < 0)
            (void)dprintf(STDERR_FILENO, "cdikit-runtime: %s\n", err.message);
    }
    return file->fd >= 0 && log_write(file->fd, file->format, level, message) == 0;
}

/* True if a descriptor leads to what standard error leads to. */
static bool is_stderr(int fd)
{
    struct stat a, b;

    return fd >= 0 && fstat(fd, &a) == 0 && fstat(STDERR_FILENO, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

void logger_log(struct logger *logger, enum log_level level, const char *fmt, ...)
{
    char text[LOGGER_MESSAGE_SIZE], message[LOGGER_MESSAGE_SIZE];
    bool told;
    va_list ap;

    if (!logger_wants(logger, level))
        return;
    warn_of_level(logger);
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    log_clean(text, message, sizeof message);
    (void)write_entry(&logger->config, level, message);
    told = write_entry(&logger->engine, level, message);
    if (level < LOG_WARNING || (level < LOG_ERROR && told) ||
        (told && is_stderr(logger->engine.fd)))
        return;
    (void)dprintf(STDERR_FILENO, "cdikit-runtime: %s%s\n", level < LOG_ERROR ? "warning: " : "",
                  message);
}
