/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit validate: all that is wrong with one document, after its repair if that was asked for. */
#ifndef CDIKIT_CMD_VALIDATE_ONE_H
#define CDIKIT_CMD_VALIDATE_ONE_H

#include "cmd/validate_fix.h"
#include "cmd/validate_node.h"

/* What documents are checked against, and what is done to them. */
struct checks {
    struct node node;
    struct fixes fixes;
};

/* What was found. */
struct found {
    char *text; /* malloc'ed; what was repaired is in it */
    size_t len;
    struct cdi_findings findings; /* of the document */
    struct cdi_findings of_node;  /* of the document on the node, and for engines */
    struct cdi_spec *spec;        /* NULL if engines refuse it */
    struct source source;         /* with the name that it has now, or would have */
};

/*
 * Reads the text of a source, and repairs it. `severities` are those of its directory, as
 * cdi_document_validate_with() takes them. Errors as those of source_text().
 */
int check_one(struct checks *checks, const unsigned char *severities, const struct sources *sources,
              const struct source *source, struct found *found,
              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * For a file of a directory that has no name of a document: if repairs were asked for, and it is a
 * document, it gets one, and is as other documents. Else nothing is found, and *renamed is false.
 * Errors: NOMEM.
 */
int check_name(struct checks *checks, const unsigned char *severities,
               const struct sources *sources, const struct source *source, struct found *found,
               bool *renamed, struct cdi_error *err) CDI_MUST_CHECK;

void found_clear(struct found *found);

#endif
