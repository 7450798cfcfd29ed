/* SPDX-License-Identifier: Apache-2.0 */
/* One CDI document in, one out. */
#ifndef CDIKIT_CMD_DOCUMENT_H
#define CDIKIT_CMD_DOCUMENT_H

#include <cdikit/spec.h>

/* Reads a document: "-" is standard input; else a file, which may be a pipe. */
int document_read(const char *path, struct cdi_spec **out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The format to write: `choice` of --format (0 if it was not given), else by the ending of the
 * output's name (NULL: standard output), else YAML.
 */
enum cdi_format document_format(int choice, const char *output);

/* Writes a document by output_file(), with a newline at its end. */
int document_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                   unsigned output_flags, struct cdi_error *err) CDI_MUST_CHECK;

#endif
