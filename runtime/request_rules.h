/* SPDX-License-Identifier: Apache-2.0 */
/* What config.toml says about requests. */
#ifndef CDIKIT_RUNTIME_REQUEST_RULES_H
#define CDIKIT_RUNTIME_REQUEST_RULES_H

#include "apply/request.h"
#include "runtime/config.h"

/* Fills *out, whose strings are the configuration's and the arena's. */
int request_rules_from_config(const struct config *config, struct arena *arena,
                              struct request_rules *out, struct cdi_error *err) CDI_MUST_CHECK;

/* The configured mode. INVALID if there is none of that name. */
int request_mode_from_config(const struct config *config, enum request_mode *out,
                             struct cdi_error *err) CDI_MUST_CHECK;

#endif
