/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of live_check() through a document. */
#ifndef CDIKIT_DIAGNOSE_LIVE_INTERNAL_H
#define CDIKIT_DIAGNOSE_LIVE_INTERNAL_H

#include "cdi/member.h"
#include "diagnose/live.h"

/* Steps that live as long as the block they stand in. */
#define MEMBER(up, field)  (&(const struct member){.in = (up), .name = (field)})
#define ITEM(up, field, i) (&(const struct member){.in = MEMBER(up, field), .index = (i)})

enum live_rule {
    LIVE_UNSEEN,
    LIVE_MOUNT_MISSING,
    LIVE_DANGLING,
    LIVE_NODE_MISSING,
    LIVE_NODE_NUMBERS_ONLY,
    LIVE_NODE_TYPE,
    LIVE_NODE_NUMBERS,
    LIVE_NODE_ACCESS,
    LIVE_HOOK_MISSING,
    LIVE_HOOK_NOT_EXECUTABLE,
    LIVE_HOOK_WRITABLE,
    LIVE_HOOK_OWNER,
    LIVE_NET_DEVICE_MISSING,
    LIVE_DRIVER_MISSING,
    LIVE_DRIVER_VERSION,
    N_LIVE_RULES
};

/* What the driver's files in a document say of its version. */
struct live_driver {
    const char *loaded;  /* version of the kernel module; NULL: none is loaded */
    const char *version; /* that of the first file of another version; NULL: there is none */
    const char *file;    /* that file */
    const char *path;    /* the member that names it */
    size_t n_files;      /* of another version */
};

struct live {
    const struct cdi_spec *spec;
    const struct root *root;
    struct arena *arena; /* for what is needed during the walk */
    struct live_driver driver;
    struct cdi_findings *findings;
    struct cdi_error *err;
};

/*
 * Reports a finding at a member; `hint` may be NULL. Returns 0 when the walk goes on, negative
 * when it ends: every function of the walk hands that on at once.
 */
int live_report(struct live *live, enum live_rule rule, const struct member *at, const char *hint,
                const char *fmt, ...) CDI_PRINTF(5, 6);

/* The same by the member's path. */
int live_report_path(struct live *live, enum live_rule rule, const char *path, const char *hint,
                     const char *fmt, ...) CDI_PRINTF(5, 6);

/*
 * Reports that a path cannot be looked at, for the errno of stat(2): by `missing` if it is not
 * there.
 */
int live_report_stat(struct live *live, enum live_rule missing, const struct member *at,
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
