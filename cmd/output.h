/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands write: text for people, tables, and whole files. */
#ifndef CDIKIT_CMD_OUTPUT_H
#define CDIKIT_CMD_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include <cdikit/error.h>

struct arena;
struct strbuf;

/*
 * Makes sure that descriptors 0, 1 and 2 are open, so that no file that is opened later becomes
 * the standard output by accident. Writing to one that was closed fails.
 */
void output_init(void);

/* Writes to standard output as it is. A failure is remembered for output_finish(). */
void output_write(const char *data, size_t len);

/* Flushes and closes standard output. What could not be written is CDI_ERR_IO. */
int output_finish(struct cdi_error *err) CDI_MUST_CHECK;

/* Prints text that may come from a document: control characters appear as \xNN. */
void output_text(FILE *f, const char *text);

enum output_style {
    STYLE_PLAIN,
    STYLE_ERROR,
    STYLE_WARNING,
    STYLE_ADDED,
    STYLE_REMOVED,
    STYLE_FAINT,
};

/* True if f is a terminal and neither NO_COLOR nor TERM=dumb objects. */
bool output_colours(FILE *f);

/* The columns of the terminal that f is, 0 if it is none or does not say. */
unsigned output_columns(FILE *f);

/* As output_text(), in colour if output_colours(). */
void output_styled(FILE *f, enum output_style style, const char *text);

/* The same into memory; in colour unless the style is STYLE_PLAIN. */
void output_add_text(struct strbuf *out, const char *text);
void output_add_styled(struct strbuf *out, enum output_style style, const char *text);

enum output_flags {
    OUTPUT_SYNC = 1 << 0, /* on the disk before it gets its name */
    /*
     * Mode 0644 and the caller's owner, whatever was there, and missing directories are made. A
     * symlink to a file is itself replaced: nobody's link makes root write elsewhere.
     */
    OUTPUT_PUBLISH = 1 << 1,
};

/* True for "/dev/stdout", "/dev/fd/3" and such, which are links to what a descriptor has open. */
bool output_is_descriptor(const char *name) CDI_PURE;

/*
 * Writes a result: to standard output when path is NULL or "-", else to that file. A regular
 * file (unless it is published also behind a symlink) is replaced atomically and keeps mode and
 * owner; a new one gets 0666 less the umask; anything else, such as /dev/null or a FIFO, is
 * written into.
 */
int output_file(const char *path, const char *data, size_t len, unsigned flags,
                struct cdi_error *err) CDI_MUST_CHECK;

#define TABLE_COLUMNS 7

/* Rows of text whose columns are aligned. */
struct table {
    struct arena *arena; /* what the rows are kept in */
    size_t n_columns;
    const char *(*rows)[TABLE_COLUMNS];
    size_t n_rows;
    bool failed; /* without memory */
};

/*
 * Adds a row of n_columns cells, whose text must live until table_print(). A cell that is NULL,
 * as a failed allocation leaves it, makes that one fail.
 */
void table_row(struct table *table, const char *const *cells);

/* Prints the rows, two blanks between columns and none at the end of a line. */
int table_print(const struct table *table, struct cdi_error *err) CDI_MUST_CHECK;

#endif
