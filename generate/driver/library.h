/* SPDX-License-Identifier: Apache-2.0 */
/* What a library's links follow from. */
#ifndef CDIKIT_GENERATE_DRIVER_LIBRARY_H
#define CDIKIT_GENERATE_DRIVER_LIBRARY_H

#include "generate/driver/driver.h"
#include "generate/driver/locate.h"

/*
 * Fills soname, dev_name, what is known of both, and problem, of the library at a resolved path.
 * Of a file whose name has fewer than two dots nothing is asked. Errors: NOMEM.
 */
int library_read(struct locate *locate, const char *path, struct driver_file *file,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* Whether a file is an ELF file for 32-bit programs. */
bool library_is_32bit(const struct locate *locate, const char *path);

#endif
