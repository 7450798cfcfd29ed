/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns for file names, as Go's path/filepath has them: '*' (any characters but '/', a
 * leading dot too), '?' (one but '/'), "[a-z]", "[^a-z]", and '\' before a character that stands
 * for itself. Source: the documentation of path/filepath, Match.
 */
#ifndef CDIKIT_BASE_GLOB_H
#define CDIKIT_BASE_GLOB_H

#include <stdbool.h>

#include <cdikit/macros.h>

/* What begins something other than itself in a pattern. */
#define GLOB_SPECIAL "*?[\\"

/*
 * True if the whole name fits. A malformed pattern fits nothing. Takes time as the product of
 * both lengths, whatever the pattern.
 */
bool glob_match(const char *pattern, const char *name) CDI_PURE;

#endif
