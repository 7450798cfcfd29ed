/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of which a caller decides whether they are its own. */
#ifndef CDIKIT_BASE_ERROR_H
#define CDIKIT_BASE_ERROR_H

#include <cdikit/error.h>

/*
 * Moves an error, with its place and errno, to who asked, whose own is cleared. Returns r. err may
 * be NULL.
 */
int error_move(struct cdi_error *from, int r, struct cdi_error *err);

#endif
