/* SPDX-License-Identifier: Apache-2.0 */
/* What the entries of CSV files are beneath a driver root. */
#ifndef CDIKIT_GENERATE_CSV_FILES_H
#define CDIKIT_GENERATE_CSV_FILES_H

#include "generate/csv.h"
#include "generate/driver/links.h"
#include "generate/probe.h"

/* The symlinks that they need in a container. */
struct csv_links {
    struct driver_links libraries; /* by which libraries are found, of CSV_LIB */
    struct driver_links listed;    /* CSV_SYM, and the links on the way to what they lead to */
};

/*
 * Adds the files and directories of CSV_DIR, CSV_LIB and CSV_SYM to those of the driver; what is
 * not there is noted. Errors: LIMIT (a pattern that fits too much), NOMEM.
 */
int csv_add_files(struct probe *p, const struct csv_list *list, struct csv_links *out,
                  struct cdi_error *err) CDI_MUST_CHECK;

#endif
