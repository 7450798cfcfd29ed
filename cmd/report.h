/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found in documents: findings of all files are collected, sorted, and then written in
 * one of several formats. Only findings are kept, not files.
 *
 * Adding can be done without looking at results: a failed allocation is remembered, and
 * report_print() reports it.
 */
#ifndef CDIKIT_CMD_REPORT_H
#define CDIKIT_CMD_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <cdikit/validate.h>

struct arena;
struct strbuf;

/* The place of a finding in its line. Of a long line only what is near. */
struct report_excerpt {
    const char *text; /* bytes as in the file, without the line break; NULL if not known */
    size_t len;
    size_t place; /* offset in `text` of the character at the finding's column */
    bool cut_before, cut_after;
};

/* One finding of a file. */
struct report_finding {
    const char *file;
    const struct cdi_rule *rule;
    enum cdi_severity severity; /* the one that counts, whatever the rule's own is */
    const char *path;           /* the member, "" if it is about the whole file */
    struct cdi_position pos;
    const char *message;
    const char *hint; /* NULL without */
    struct report_excerpt excerpt;
    size_t number; /* in the order of adding */
};

/* A file that was looked at, and where its findings are after report_sort(). */
struct report_file {
    const char *name;
    size_t first, n;
};

/* A file or directory that could not be read. */
struct report_failure {
    const char *path;
    const char *message;
};

/* Begins with its arena and zeroes; all text in it is of the arena. */
struct report {
    struct arena *arena;
    struct report_finding *items;
    size_t n;
    struct report_file *files;
    size_t n_files;
    size_t n_looked_at; /* how many files were added, also the same one again */
    struct report_failure *failures;
    size_t n_failures;
    size_t n_errors, n_warnings;
    enum cdi_severity fail_on; /* findings of at least this severity are failures */
    unsigned columns;          /* of the terminal that lines are shown on, 0 if not known */
    bool failed;               /* without memory */
};

/* How text is written; other formats do not care. */
struct report_style {
    bool colour;
    bool lines;   /* show the line and the place in it */
    bool good;    /* name files without findings, too */
    bool summary; /* count at the end */
};

enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_SARIF,
    REPORT_GITHUB,
    REPORT_JUNIT,
    N_REPORT_FORMATS,
};

/* The names of the formats in their order, ending with NULL: for an option's choices. */
extern const char *const report_format_names[];

/* Says that a file is looked at. */
void report_add_file(struct report *report, const char *file);

/* Adds one finding of a file. All text is copied. */
void report_add(struct report *report, const char *file, const struct cdi_finding *finding,
                enum cdi_severity severity);

/* Adds the findings of at least this severity. */
void report_add_all(struct report *report, const char *file, const struct cdi_findings *findings,
                    enum cdi_severity least);

/* Adds that a file is larger than what is read at all (CDI_ERR_LIMIT). */
void report_add_too_large(struct report *report, const char *file, const struct cdi_error *err);

/* Validates a document and adds the findings of at least this severity. */
int report_add_document(struct report *report, const struct cdi_spec *spec, enum cdi_severity least,
                        struct cdi_error *err) CDI_MUST_CHECK;

/* Adds that a file or directory could not be read. */
void report_add_failure(struct report *report, const char *path, const char *message);

/*
 * Gives those of n findings from number `first` on that have none their excerpt of the text, which
 * is that of their file.
 */
void report_add_lines(struct report *report, size_t first, size_t n, const char *text, size_t len);

/* The file of a sorted report in which there are findings that have a place but no excerpt. */
const struct report_file *report_lacks_lines(const struct report *report,
                                             const char *name) CDI_PURE;

/*
 * Puts findings and files in order: by name, then by position; what has none comes first. Also
 * failures.
 */
void report_sort(struct report *report);

/* True for a file of a sorted report that could not be read. */
bool report_unread(const struct report *report, const char *name) CDI_PURE;

/* Writes a sorted report to a stream. */
int report_print(const struct report *report, enum report_format format,
                 const struct report_style *style, FILE *f, struct cdi_error *err) CDI_MUST_CHECK;

/* "error", "warning" */
const char *report_severity(enum cdi_severity severity);

/* ---- The formats, one file each: functions of the report alone ---- */

void report_write_text(const struct report *report, const struct report_style *style,
                       struct strbuf *out);
void report_write_json(const struct report *report, const struct report_style *style,
                       struct strbuf *out);
void report_write_sarif(const struct report *report, const struct report_style *style,
                        struct strbuf *out);
void report_write_github(const struct report *report, const struct report_style *style,
                         struct strbuf *out);
void report_write_junit(const struct report *report, const struct report_style *style,
                        struct strbuf *out);

#endif
