/* SPDX-License-Identifier: Apache-2.0 */
/* The other programs that the wrapper names or runs. */
#ifndef CDIKIT_RUNTIME_PROGRAMS_H
#define CDIKIT_RUNTIME_PROGRAMS_H

#include <cdikit/error.h>

struct arena;

/*
 * The path of a helper that config.toml names: an absolute path as it is, whether it is there or
 * not; another name where PATH or the usual directories have it; else, and for "", /usr/bin/NAME
 * with the default name. From the arena (or `configured`); NULL without memory.
 */
const char *program_path(const char *configured, const char *default_name, struct arena *arena);

/*
 * The program that generates documents, in *path: cdikit, or nvidia-ctk, which understands the
 * same words, beside this program, or where PATH or the usual directories have it. Errors:
 * NOTFOUND, NOMEM.
 */
int program_generator(struct arena *arena, const char **path, struct cdi_error *err) CDI_MUST_CHECK;

#endif
