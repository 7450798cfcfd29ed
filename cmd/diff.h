/* SPDX-License-Identifier: Apache-2.0 */
/* The difference of two texts, line by line. */
#ifndef CDIKIT_CMD_DIFF_H
#define CDIKIT_CMD_DIFF_H

#include <cdikit/error.h>

/*
 * Prints to standard output what changed from one text to the other, in the form of diff -u
 * with three lines around each change, for patch(1); nothing if they are the same. The texts are
 * cut in place.
 */
int diff_print(char *before, char *after, const char *before_name, const char *after_name,
               struct cdi_error *err) CDI_MUST_CHECK;

#endif
