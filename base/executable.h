/* SPDX-License-Identifier: Apache-2.0 */
/* Programs, and where they are looked for. */
#ifndef CDIKIT_BASE_EXECUTABLE_H
#define CDIKIT_BASE_EXECUTABLE_H

#include <stdbool.h>
#include <sys/stat.h>

#include <cdikit/macros.h>

struct arena;

/* Looked into after PATH, as a list like it: who starts us may do so without one. */
extern const char executable_dirs[];

/* True if a file is a program: no directory, and with any x bit. What it is is in *st. */
bool executable_is(const char *path, struct stat *st);

/*
 * The path of a program in the absolute elements of `search` (a value of PATH, or NULL), then in
 * executable_dirs; in *out, NULL if it is nowhere. What is below the working directory, which may
 * be that of a container's bundle, is not looked at. False without memory.
 */
bool executable_find(const char *name, const char *search, struct arena *arena,
                     const char **out) CDI_MUST_CHECK;

#endif
