/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that generate documents do with the result. */
#ifndef CDIKIT_CMD_GENERATE_RESULT_H
#define CDIKIT_CMD_GENERATE_RESULT_H

#include "cmd/command.h"
#include "generate/generate.h"

struct document_output;

/* Warnings and details of the report; an error tells what matters of most of them. */
void generate_tell(const struct call *call, const struct generate_report *report, bool generated);

/* What such a command can end with beside the usual. */
extern const struct status_text generate_statuses[];

/* Something that should be in the documents is not: STATUS_PARTIAL. */
bool generate_is_partial(const struct generate_report *report);

/* With --strict nothing may be missing: else NOTFOUND. */
int generate_check_strict(const struct generate_report *report,
                          struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The file of a document, where `output` is that of the first: what its name has more stands
 * before the ending. From the arena; NULL without memory.
 */
const char *generate_output_name(struct arena *arena, const char *output, const char *suffix);

/*
 * Validates the documents, and lowers them to the CDI version that the options allow. Errors:
 * those of cdi_spec_check(), USAGE, INVALID (a version that cannot be reached), NOMEM.
 */
int generate_prepare(const struct call *call, const struct generate_documents *documents,
                     struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Writes documents to where document_output_open() says; unless `always`, each file that is right
 * as it is stays untouched. *changed (may be NULL) becomes true if one was written. A document that
 * cannot be written is no reason not to write the others: each failure is told of, the last by
 * *err, which must not be NULL. Errors: IO, NOMEM.
 */
int generate_write(const struct call *call, const struct generate_documents *documents,
                   const struct document_output *output, bool always, bool *changed,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* Whether the files, which generate_write() has written, hold these documents: in *written. */
int generate_is_written(const struct call *call, const struct generate_documents *documents,
                        const struct document_output *output, bool *written,
                        struct cdi_error *err) CDI_MUST_CHECK;

#endif
