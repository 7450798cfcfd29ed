/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit generate --check: is the file what would be written now? */
#ifndef CDIKIT_CMD_GENERATE_CHECK_H
#define CDIKIT_CMD_GENERATE_CHECK_H

#include "cmd/generate_options.h"

/* USAGE unless the options name a file to check, and nothing else to do. */
int generate_check_usage(const struct generate_command_options *options,
                         struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Compares the documents with the files that they would be written to: what they mean, not how
 * it is written. Prints each difference to standard output, in the form of diff -u, and a line
 * with what it comes to; a file that is missing or no document differs, with the reason. The
 * answer is in *same. Errors: NOMEM, and those of a document that is not valid.
 */
int generate_check(const struct call *call, const struct generate_documents *documents, bool *same,
                   struct cdi_error *err) CDI_MUST_CHECK;

#endif
