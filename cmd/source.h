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

struct sources {
    struct arena *arena;
    struct root root;
    struct source *items;
    size_t n;
    size_t n_directories;
    bool failed; /* a directory could not be read; it was said on standard error */
};

/*
 * Lists the operands of a call, or without operands the files of its spec dirs: of a directory
 * the names that CDI engines load, *.json and *.yaml, in bytewise order. A spec dir that does
 * not exist is empty. The result ends with sources_close().
 */
int sources_open(const struct call *call, const struct spec_dirs *where, struct sources *out,
                 struct cdi_error *err) CDI_MUST_CHECK;
void sources_close(struct sources *sources);

/* Reads one of them. */
int source_read(const struct sources *sources, const struct source *source, struct cdi_spec **out,
                struct cdi_error *err) CDI_MUST_CHECK;

#endif
