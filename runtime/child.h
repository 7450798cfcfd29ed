/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is run for what it writes. */
#ifndef CDIKIT_RUNTIME_CHILD_H
#define CDIKIT_RUNTIME_CHILD_H

#include <stddef.h>

#include <cdikit/error.h>

/* How many bytes of its standard error are kept, of the beginning and of the end. */
#define CHILD_HEAD 16384
#define CHILD_TAIL 4096

struct child_result {
    int status; /* its exit status */
    int signal; /* that has ended it, or 0 */
    char *out;  /* all of its standard output, malloc'ed, with a NUL behind it */
    size_t out_len;
    char *err; /* its standard error, likewise; in a long one a line stands for the middle */
    size_t err_len;
};

void child_result_clear(struct child_result *result);

/*
 * Runs argv[0], a path, with the environment `env`, nothing on its standard input, default
 * dispositions of signals, and no descriptor of ours but these three; waits for its end. It and
 * what it has started in its process group are killed when it takes longer than `seconds` or
 * writes more than `limit` bytes; it is killed, too, when we are. A process that it leaves behind
 * when it ends is not waited for, whatever that has open. Should it not end by being killed, as
 * when it hangs in a driver, the error says so. Not for programs with threads: SIGCHLD has its
 * default disposition meanwhile. Errors: IO (it cannot be started, or took too long), LIMIT,
 * NOMEM. *result is filled by a success alone.
 */
int child_run(char *const *argv, char *const *env, int seconds, size_t limit,
              struct child_result *result, struct cdi_error *err) CDI_MUST_CHECK;

#endif
