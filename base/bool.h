/* SPDX-License-Identifier: Apache-2.0 */
/* Switches as text. */
#ifndef CDIKIT_BASE_BOOL_H
#define CDIKIT_BASE_BOOL_H

#include <stdbool.h>

/*
 * Reads the words that Go's strconv.ParseBool takes: 1, t, T, true, True, TRUE, and 0, f, F, false,
 * False, FALSE. False if it is none of them.
 */
bool bool_parse(const char *text, bool *out);

#endif
