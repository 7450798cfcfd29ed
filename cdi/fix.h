/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repairs of a document's text that leave nothing to decide: bytes are replaced where a finding
 * is, and everything else stays as it was, with comments, order and layout.
 */
#ifndef CDIKIT_CDI_FIX_H
#define CDIKIT_CDI_FIX_H

#include <cdikit/validate.h>

/* What came of it. */
struct fix_result {
    char *text; /* malloc'ed and ended by a NUL; NULL if nothing was repaired */
    size_t len;
    size_t n;    /* findings that were repaired */
    size_t work; /* bytes that were read to find out what is good */
};

enum {
    FIX_MOST_WORK = 32 << 20, /* of one fix_text(), which then tries nothing more */
};

/*
 * Repairs what can be repaired of n findings of a text. The new text is read and compared with the
 * old one, and a repair that would change anything else, or bring a finding of another rule, is
 * not made. A repair can make another one possible: call again with the findings of the new text.
 * Errors: NOMEM.
 */
int fix_text(const char *text, size_t len, const struct cdi_finding *findings, size_t n,
             struct fix_result *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
