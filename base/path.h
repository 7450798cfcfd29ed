/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#ifndef CDIKIT_BASE_PATH_H
#define CDIKIT_BASE_PATH_H

#include <stddef.h>

#include <cdikit/macros.h>

struct arena;

/*
 * A path without ".", "..", "//" and a last "/", by its text alone; "" becomes ".". From the
 * arena, NULL without memory.
 */
const char *path_clean(struct arena *arena, const char *path) CDI_MUST_CHECK;

/*
 * The next element that is not empty of a list joined with ':', as PATH is, at *rest, which moves
 * behind it; its length in *len. NULL at the end.
 */
const char *path_next(const char **rest, size_t *len);

/* What follows the last '/': the whole path if there is none. A part of `path`. */
const char *path_base(const char *path) CDI_PURE;

#endif
