/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the wrapper tells what it does: in the file that config.toml names
 * (nvidia-container-runtime.debug), in the engine's (--log), which gets what went wrong and with
 * --debug everything, and on stderr. Files are opened when there is something to say.
 */
#ifndef CDIKIT_RUNTIME_LOGGER_H
#define CDIKIT_RUNTIME_LOGGER_H

#include <stdbool.h>

#include "base/log.h"
#include "runtime/args.h"
#include "runtime/config.h"

#define LOGGER_MESSAGE_SIZE 8192 /* of what is shown of a message, with its NUL */

/* A log file. */
struct logger_file {
    const char *path; /* NULL: none */
    enum log_format format;
    enum log_level threshold; /* of lower levels nothing is written */
    int fd;
    bool opened; /* or tried to */
};

struct logger {
    struct logger_file config, engine;
    const char *bad_level; /* of config.toml, not told yet; NULL: none */
};

/*
 * Starts without a file. The strings of `args` and `config` must outlive the logger; `config` may
 * be NULL, when it cannot be read.
 */
void logger_init(struct logger *logger, const struct args *args, const struct config *config);
void logger_close(struct logger *logger);

/* True if an entry of this level would be written somewhere. */
bool logger_wants(const struct logger *logger, enum log_level level) CDI_PURE;

/*
 * Writes an entry to the files that want it; control characters appear as escapes. Errors and
 * warnings that no file of the engine gets are written to stderr, errors there in any case.
 */
void logger_log(struct logger *logger, enum log_level level, const char *fmt, ...) CDI_PRINTF(3, 4);

#endif
