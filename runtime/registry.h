/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of the spec dirs. */
#ifndef CDIKIT_RUNTIME_REGISTRY_H
#define CDIKIT_RUNTIME_REGISTRY_H

#include <cdikit/oci.h>

#include "runtime/config.h"

/*
 * Injects devices that the documents of the spec dirs define. Errors: NOTFOUND for those that
 * they do not, with what is wrong in the spec dirs; those of cdi_oci_inject().
 */
int registry_inject(struct cdi_oci *oci, const struct config_list *dirs, const char *const *devices,
                    size_t n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
