/* SPDX-License-Identifier: Apache-2.0 */
/* update-ldcache and enable-cuda-compat, for files that are not mounted yet. */
#ifndef CDIKIT_HOOKLESS_LIBRARIES_H
#define CDIKIT_HOOKLESS_LIBRARIES_H

#include <cdikit/error.h>

struct hook_call;
struct overlay;

/*
 * Adds what these hooks would make: the loader's cache, musl's list of paths, and the links that
 * ldconfig makes. Errors: IO, UNSUPPORTED (a machine whose libraries are not known), LIMIT, NOMEM.
 */
int hookless_add_libraries(struct overlay *overlay, const struct hook_call *call,
                           struct cdi_error *err) CDI_MUST_CHECK;

#endif
