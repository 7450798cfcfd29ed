/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is run for what it writes. */
#ifndef CDIKIT_RUNTIME_CHILD_H
#define CDIKIT_RUNTIME_CHILD_H

#include <stddef.h>

#include <cdikit/error.h>

#define CHILD_MAX_STDERR 16384 /* bytes that are kept */

struct child_result {
    int status; /* exit status, or 128 + the signal that ended it */
    char *out;  /* all of its standard output, malloc'ed, with a NUL behind it */
    size_t out_len;
    char *err; /* the beginning of its standard error, likewise */
    size_t err_len;
};

void child_result_clear(struct child_result *result);

/*
 * Runs argv[0], a path, with the environment `env`, nothing on its standard input, default
 * dispositions of signals, and no descriptor of ours but these three; waits for its end. It and
 * what it has started in its process group are killed when it takes longer than `seconds` or
 * writes more than `limit` bytes. Errors: IO (it cannot be started, or took too long), LIMIT,
 * NOMEM. *result is filled by a success alone.
 */
int child_run(char *const *argv, char *const *env, int seconds, size_t limit,
              struct child_result *result, struct cdi_error *err) CDI_MUST_CHECK;

#endif
