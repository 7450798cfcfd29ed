/* SPDX-License-Identifier: Apache-2.0 */
/* What a mode does to a container's configuration. */
#ifndef CDIKIT_RUNTIME_MODIFY_H
#define CDIKIT_RUNTIME_MODIFY_H

#include <cdikit/oci.h>

#include "apply/request.h"
#include "runtime/config.h"
#include "runtime/generator.h"
#include "runtime/logger.h"

struct modify {
    struct cdi_oci *oci;
    const struct request *request;
    const struct config *config;
    struct logger *logger;
    struct generator generator;
    struct arena *arena;
};

/*
 * Edits the document as the request's mode does, in the order in which
 * nvidia-container-runtime does it. On failure the document may be half edited, and is not to be
 * written. Errors: NOTFOUND (devices that the spec dirs do not have), UNSUPPORTED (a requirement
 * that does not hold), INVALID, IO, NOMEM.
 */
int modify_apply(struct modify *modify, struct cdi_error *err) CDI_MUST_CHECK;

#endif
