/* SPDX-License-Identifier: Apache-2.0 */
/* The modes by their names, and which one a machine wants. */
#ifndef CDIKIT_GENERATE_MODES_H
#define CDIKIT_GENERATE_MODES_H

#include "generate/probe.h"

/* A mode that is not AUTO. */
const struct mode *mode_get(enum generate_mode mode);

/*
 * Decides which mode *mode stands for if it is AUTO. *fallback says why it is not the one that
 * the machine should have (NVML does not answer), or is NULL. Errors: NOMEM.
 */
int mode_resolve(struct probe *p, enum generate_mode *mode, const char **fallback,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
