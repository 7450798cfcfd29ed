/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of live_check() through a document. */
#ifndef CDIKIT_DIAGNOSE_LIVE_INTERNAL_H
#define CDIKIT_DIAGNOSE_LIVE_INTERNAL_H

#include "diagnose/live.h"
#include "diagnose/report.h"

/* What the driver's files in a document say of its version. */
struct live_driver {
    const char *loaded;  /* version of the kernel module; NULL: none is loaded */
    const char *version; /* that of the first file of another version; NULL: there is none */
    const char *file;    /* that file */
    const char *path;    /* the member that names it */
    size_t n_files;      /* of another version */
};

struct live {
    struct report_to to;
    const struct root *root;
    struct arena *arena; /* for what is needed during the walk */
    struct live_driver driver;
};

/*
 * Reports that a path cannot be looked at, for the errno of stat(2): by `missing` if it is not
 * there.
 */
int live_report_stat(struct live *live, enum rule missing, const struct member *at,
                     const char *hint, const char *path, int os_errno);

/* Each checks one kind of edits; `in` is the edits object. */
int live_check_mounts(struct live *live, const struct member *in, const struct cdi_edits *edits);
int live_check_nodes(struct live *live, const struct member *in, const struct cdi_edits *edits);
int live_check_hooks(struct live *live, const struct member *in, const struct cdi_edits *edits);
int live_check_net_devices(struct live *live, const struct member *in,
                           const struct cdi_edits *edits);

/* Asks for the version of NVIDIA's kernel module. */
int live_driver_read(struct live *live);

/* Takes note of a path of a mount, which may be that of a file of NVIDIA's driver. */
int live_driver_note(struct live *live, const struct member *at, const char *path);

/* Reports what was noted. */
int live_driver_report(struct live *live);

#endif
