/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that FILE|DIR|- operands, or the spec dirs, lead to. */
#ifndef CDIKIT_CMD_SOURCE_H
#define CDIKIT_CMD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "cmd/common.h"

/* One document to read. */
struct source {
    const char *name; /* in messages */
    const char *path; /* to open: beneath the root for one of a directory, else as given */
    size_t directory; /* 0 for a file that was named itself; else equal for files of one dir */
};

/* A file or directory that could not be read. */
struct source_failure {
    const char *path;
    const char *message;
};

struct sources {
    struct arena *arena;
    struct root root;
    struct source *items;
    size_t n;
    size_t n_directories;
    struct source_failure *failures; /* each was told on standard error */
    size_t n_failures;
};

/*
 * Lists the operands of a call, or without operands the files of its spec dirs: of a directory
 * the names that CDI engines load, *.json and *.yaml, in bytewise order. A default spec dir that
 * does not exist is empty; one that was named is a failure. The result ends with
 * sources_close().
 */
int sources_open(const struct call *call, const struct spec_dirs *where, struct sources *out,
                 struct cdi_error *err) CDI_MUST_CHECK;
void sources_close(struct sources *sources);

/* Reads the text of one of them, malloc'ed. The error names the source as messages do. */
int source_text(const struct sources *sources, const struct source *source, char **text,
                size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/* Tells of a file or directory that could not be read, and keeps it in the failures. */
int sources_fail(const struct call *call, struct sources *sources, const char *path,
                 const struct cdi_error *why, struct cdi_error *err) CDI_MUST_CHECK;

#endif
