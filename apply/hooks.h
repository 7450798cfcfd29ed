/* SPDX-License-Identifier: Apache-2.0 */
/* OCI hooks that are there already. */
#ifndef CDIKIT_APPLY_HOOKS_H
#define CDIKIT_APPLY_HOOKS_H

#include "apply/oci.h"

/*
 * True in *out if a prestart hook's program has one of n file names. Errors: INVALID, NOMEM.
 */
int oci_has_prestart(struct cdi_oci *oci, const char *const *names, size_t n, bool *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* Removes those hooks. On failure the document is unchanged. */
int oci_remove_prestart(struct cdi_oci *oci, const char *const *names, size_t n,
                        struct cdi_error *err) CDI_MUST_CHECK;

#endif
