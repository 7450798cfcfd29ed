/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that more than one document defines. */
#ifndef CDIKIT_CMD_CONFLICTS_H
#define CDIKIT_CMD_CONFLICTS_H

#include <cdikit/spec.h>

#include "cdi/ignores.h"
#include "cmd/report.h"

struct definition;

/* Begins with its arena and zeroes. */
struct conflicts {
    struct arena *arena;
    struct definition *items;
    size_t n;
};

/*
 * Remembers the devices of a document that engines would load. Those of files with the same
 * number of a directory, other than 0, exclude each other. `severities` and `ignores` are those of
 * the file; the first must live as long as the conflicts.
 */
int conflicts_add(struct conflicts *conflicts, const struct cdi_spec *spec, size_t directory,
                  const unsigned char *severities, const struct ignores *ignores,
                  struct cdi_error *err) CDI_MUST_CHECK;

/* Reports the devices that were defined twice. */
int conflicts_report(struct conflicts *conflicts, struct report *report,
                     struct cdi_error *err) CDI_MUST_CHECK;

#endif
