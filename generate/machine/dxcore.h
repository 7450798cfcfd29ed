/* SPDX-License-Identifier: Apache-2.0 */
/* libdxcore: the GPUs that Windows lends to WSL. Source: Microsoft's d3dkmthk.h. */
#ifndef CDIKIT_GENERATE_MACHINE_DXCORE_H
#define CDIKIT_GENERATE_MACHINE_DXCORE_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;

/*
 * The driver store directories of the adapters that can compute (WDDM 2.7 and newer), each once,
 * in the order of the adapters. An adapter that does not answer is skipped. Errors: NOTFOUND
 * (the library cannot be opened), UNSUPPORTED (a symbol is missing), NOMEM.
 */
int dxcore_driver_stores(struct arena *arena, const char ***stores, size_t *n,
                         struct cdi_error *err) CDI_MUST_CHECK;

#endif
