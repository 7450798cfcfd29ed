/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a text, not ended by a NUL. */
#ifndef CDIKIT_BASE_SPAN_H
#define CDIKIT_BASE_SPAN_H

#include <stddef.h>

#include "base/ascii.h"

struct span {
    const char *s;
    size_t len;
};

/* Without the ASCII white space at both ends. */
static inline struct span span_trim(struct span span)
{
    for (; span.len && ascii_isspace(*span.s); span.len--)
        span.s++;
    while (span.len && ascii_isspace(span.s[span.len - 1]))
        span.len--;
    return span;
}

#endif
