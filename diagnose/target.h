/* SPDX-License-Identifier: Apache-2.0 */
/* A document against an engine of some version: what that refuses or drops. docs/engines.md. */
#ifndef CDIKIT_DIAGNOSE_TARGET_H
#define CDIKIT_DIAGNOSE_TARGET_H

#include <cdikit/validate.h>

struct engine_version;

/*
 * Checks a document that cdi_spec_validate() has no errors for against an engine, which messages
 * call `name`, e.g. "podman@4.3". Returns 0 with *out filled as that does, or negative only
 * without memory. Of a document that was read, members that are there and empty count, too.
 */
int target_check(const struct cdi_spec *spec, const struct engine_version *engine, const char *name,
                 struct cdi_findings *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
