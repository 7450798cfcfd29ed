/* SPDX-License-Identifier: Apache-2.0 */
/* The report of what is wrong in documents: lines for people, or one JSON object. */
#ifndef CDIKIT_CMD_FINDINGS_H
#define CDIKIT_CMD_FINDINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <cdikit/validate.h>

#include "cmd/jsonout.h"

/* Where findings go, and how many there were. */
struct findings_report {
    FILE *out;            /* NULL: nowhere, they are only counted */
    struct jsonout *json; /* in place of `out` when not NULL */
    struct cJSON *list;   /* in json */
    size_t n_errors;
    size_t n_warnings;
};

/* Reports one finding of a file. */
void findings_add(struct findings_report *report, const char *file,
                  const struct cdi_finding *finding);

/* Reports the findings of at least this severity. */
void findings_add_all(struct findings_report *report, const char *file,
                      const struct cdi_findings *findings, enum cdi_severity least);

/* Reports that a file is larger than what is read at all (CDI_ERR_LIMIT). */
void findings_add_too_large(struct findings_report *report, const char *file,
                            const struct cdi_error *err);

/* Validates a document and reports the findings of at least this severity. */
int findings_add_document(struct findings_report *report, const struct cdi_spec *spec,
                          enum cdi_severity least, struct cdi_error *err) CDI_MUST_CHECK;

#endif
