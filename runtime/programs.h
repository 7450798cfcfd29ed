/* SPDX-License-Identifier: Apache-2.0 */
/* The other programs that the wrapper names or runs. */
#ifndef CDIKIT_RUNTIME_PROGRAMS_H
#define CDIKIT_RUNTIME_PROGRAMS_H

#include <cdikit/error.h>

struct arena;

/*
 * The path of a helper that config.toml names: an absolute path as it is, whether it is there or
 * not; a name where PATH (its absolute elements) or the usual directories have it; else, and for
 * "" and a relative path, /usr/bin/NAME with the default name: what it is written into is read
 * in another working directory. From the arena (or `configured`); NULL without memory.
 */
const char *program_path(const char *configured, const char *default_name, struct arena *arena);

/*
 * The program that generates documents, in *path: cdikit, or nvidia-ctk, beside this program, or
 * where PATH (its absolute elements) or the usual directories have it. nvidia-ctk is meant to be
 * cdikit by that name. NVIDIA's own has most modes, and neither `facts`, graphics and cuda-compat
 * nor a status for what is left out: then the container is not created, and the message says what
 * to do. Errors: NOTFOUND, NOMEM.
 */
int program_generator(struct arena *arena, const char **path, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The program that hooks of generated documents name: what config.toml says (nvidia-ctk.path);
 * where that is the default, and there is no such program, the one of program_hook(). From the
 * arena (or `configured`); NULL without memory.
 */
const char *program_of_hooks(const char *configured, struct arena *arena);

/*
 * The hook program, in *path: cdikit-hook, or nvidia-cdi-hook, beside this program, or in the
 * usual directories; never where PATH says, which may be an image's. Errors: NOTFOUND, NOMEM.
 */
int program_hook(struct arena *arena, const char **path, struct cdi_error *err) CDI_MUST_CHECK;

#endif
