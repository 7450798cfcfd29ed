/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that FILE|DIR|- operands, or the spec dirs, lead to. */
#ifndef CDIKIT_CMD_SOURCE_H
#define CDIKIT_CMD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "cdi/rules.h"
#include "cmd/common.h"

/* One document to read. */
struct source {
    const char *name; /* in messages */
    const char *path; /* to open: beneath the root for one of a directory, else as given */
    size_t directory; /* 0 for a file that was named itself; else equal for files of one dir */
};

/* Something in a directory that engines do not read, or read although it is no document. */
struct source_oddity {
    const char *name; /* in messages */
    const char *path; /* beneath the root */
    enum rule rule;   /* of which it is a finding */
    size_t directory; /* as that of a source */
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
    struct source_oddity *oddities;
    size_t n_oddities;
    struct {
        const char *text, *real;
        bool in_directory;
    } last_dir; /* of source_dir(): mostly it is asked for the same one again */
    struct source_failure *failures; /* each was told on standard error */
    size_t n_failures;
};

/*
 * Lists the operands of a call, or without operands the files of its spec dirs: of a directory
 * the names that CDI engines load, *.json and *.yaml, in bytewise order, but no SEVERITIES_FILE;
 * of a pattern the files that fit. A default spec dir that does not exist is empty; one that was
 * named is a failure, as is a pattern that fits nothing. The result ends with sources_close().
 */
int sources_open(const struct call *call, const struct spec_dirs *where, struct sources *out,
                 struct cdi_error *err) CDI_MUST_CHECK;
void sources_close(struct sources *sources);

/* True for a name that was meant for a document, and that engines pass over: x.yml, x.JSON. */
bool source_misnamed(const char *name) CDI_PURE;

/* True for an operand with '*', '?' or '[', unless there is such a file. */
bool source_is_pattern(const char *operand);

/*
 * Adds the files that fit a pattern, in bytewise order. As in git "**" stands for any number of
 * directories; a dot at the beginning of a name is matched only by a dot, and "**" does not
 * follow symlinks. See base/glob.h for what a component can have; "[!a]" is "[^a]".
 */
int sources_add_pattern(const struct call *call, struct sources *sources, const char *pattern,
                        struct cdi_error *err) CDI_MUST_CHECK;

/* Adds one file. */
int sources_add(struct sources *sources, const char *name, const char *path, size_t directory,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The directory that a source is in, "-" being in the working directory: absolute beneath the
 * root and without symlinks, in the arena of the sources; NULL if there is none.
 */
const char *source_dir(struct sources *sources, const struct source *source);

/* Reads the text of one of them, malloc'ed. The error names the source as messages do. */
int source_text(const struct sources *sources, const struct source *source, char **text,
                size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/* Tells of a file or directory that could not be read, and keeps it in the failures. */
int sources_fail(const struct call *call, struct sources *sources, const char *path,
                 const struct cdi_error *why, struct cdi_error *err) CDI_MUST_CHECK;

#endif
