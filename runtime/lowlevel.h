/* SPDX-License-Identifier: Apache-2.0 */
/* The low-level runtime: the program that the wrapper hands over to. */
#ifndef CDIKIT_RUNTIME_LOWLEVEL_H
#define CDIKIT_RUNTIME_LOWLEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cdikit/error.h>

/* The file of a running program. */
struct lowlevel_self {
    struct stat st;
    const char *path; /* a way to its content */
};

/*
 * Finds the first of the candidates that is an executable file, and writes its path into buf.
 * A candidate with a '/' is a path and taken as it is. Another is looked for in the elements
 * of `search` (the value of PATH, may be NULL; empty elements do not count, relative ones are
 * beneath "/"), then in the usual directories of programs. A file that is `self`, or a copy of
 * it, is passed over, so that the wrapper can be installed under the name of a runtime, and two
 * copies do not execute each other for ever; `self` may be NULL. Errors: INVALID for an empty list,
 * NOTFOUND with all candidates.
 */
int lowlevel_find(const char *const *candidates, size_t n, const char *search,
                  const struct lowlevel_self *self, char *buf, size_t size,
                  struct cdi_error *err) CDI_MUST_CHECK;

/* What the running program's file is, for lowlevel_find(). Returns false if that is unknown. */
bool lowlevel_self(struct lowlevel_self *self);

/*
 * Becomes the low-level runtime: its path replaces argv[0], all else stays. Returns only on
 * failure.
 */
int lowlevel_exec(const char *path, int argc, char **argv, struct cdi_error *err) CDI_MUST_CHECK;

#endif
