/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#ifndef CDIKIT_BASE_PATH_H
#define CDIKIT_BASE_PATH_H

#include <cdikit/macros.h>

struct arena;

/*
 * A path without ".", "..", "//" and a last "/", by its text alone; "" becomes ".". From the
 * arena, NULL without memory.
 */
const char *path_clean(struct arena *arena, const char *path) CDI_MUST_CHECK;

#endif
