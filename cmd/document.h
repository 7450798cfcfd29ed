/* SPDX-License-Identifier: Apache-2.0 */
/* One CDI document in, one out. */
#ifndef CDIKIT_CMD_DOCUMENT_H
#define CDIKIT_CMD_DOCUMENT_H

#include <stdbool.h>

#include <cdikit/spec.h>

struct arena;
struct call;
struct strbuf;

/* Reads a document: "-" is standard input; else a file, which may be a pipe. */
int document_read(const char *path, struct cdi_spec **out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The format to write: `choice` of --format (0 if it was not given), else by the ending of the
 * output's name (NULL: standard output), else YAML.
 */
enum cdi_format document_format(int choice, const char *output);

/* How a document gets to where it was asked for. */
struct document_output {
    const char *path; /* NULL: standard output */
    enum cdi_format format;
    bool format_ignored; /* the name's ending decided against --format */
    bool not_loaded;     /* CDI engines do not load a file of that name */
    bool special;        /* what is written into: as many documents as there are */
};

/*
 * Where nvidia-ctk writes: a name that ends in .yaml or .json stays, and its ending decides the
 * format. So does one in .yml, which is YAML and is not loaded. Every other name gets the ending
 * of the format, which is that of --format (`choice`, 0 without), else what the ending says in
 * any case, else YAML. NULL, "" and "-" are standard output. `special`: the name is that of
 * something that is neither file nor directory, or of a descriptor, and stays as it is. Strings are
 * from the arena or are `name`. Errors: NOMEM.
 */
int document_output(struct arena *arena, int choice, const char *name, bool special,
                    struct document_output *out, struct cdi_error *err) CDI_MUST_CHECK;

/* The same, looking at what the name leads to, and warning of what is surprising. */
int document_output_open(const struct call *call, int choice, const char *name,
                         struct document_output *out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The document as it is written: with a newline at its end, but for JSON that is published.
 * Errors: NOMEM.
 */
int document_text(const struct cdi_spec *spec, enum cdi_format format, bool published,
                  struct strbuf *out, struct cdi_error *err) CDI_MUST_CHECK;

/* Writes a document by output_file(); OUTPUT_PUBLISH publishes it, if it goes to a file. */
int document_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                   unsigned output_flags, struct cdi_error *err) CDI_MUST_CHECK;

#endif
