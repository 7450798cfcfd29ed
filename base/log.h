/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log entries in the two formats of OCI runtimes, one line each. An engine that passes
 * --log FILE --log-format json to its runtime reads the file back and shows the message of the
 * last entry of level "error".
 */
#ifndef CDIKIT_BASE_LOG_H
#define CDIKIT_BASE_LOG_H

#include <time.h>

#include <cdikit/error.h>

struct strbuf;

enum log_format {
    LOG_TEXT, /* time="..." level=error msg="..." */
    LOG_JSON, /* {"level":"error","msg":"...","time":"..."} */
};

enum log_level {
    LOG_TRACE,
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARNING,
    LOG_ERROR,
};

/* Adds one entry, with its newline, for a time in the local zone. */
void log_add_entry(struct strbuf *out, enum log_format format, enum log_level level,
                   const char *message, time_t when);

/*
 * Opens a log file for appending, and makes it, mode 0644, and its parent directories where
 * they are missing. "" and "/dev/null" give -1 and no error; a FIFO that nobody reads does not
 * block. *fd is close-on-exec.
 */
int log_open(const char *path, int *fd, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Writes one entry, dated now: in one write(2) unless the file takes less. Returns 0 or a
 * negative errno.
 */
int log_write(int fd, enum log_format format, enum log_level level, const char *message);

/*
 * A message for a terminal and a log, which may quote what nobody has checked: without control
 * characters and bytes that are not UTF-8, which are written as \n, \t, \xNN or \u00NN, and not
 * longer than `size` with its NUL; what is cut off shows as "..." at the end. size is at least 16.
 */
void log_clean(const char *message, char *out, size_t size);

#endif
