/* SPDX-License-Identifier: Apache-2.0 */
/* What the modes share while they fill struct machine. */
#ifndef CDIKIT_GENERATE_PROBE_H
#define CDIKIT_GENERATE_PROBE_H

#include "generate/driver/find.h"
#include "generate/generate.h"
#include "generate/machine/machine.h"
#include "generate/machine/migcaps.h"
#include "generate/machine/nodes.h"
#include "generate/machine/nvml.h"
#include "generate/roots.h"
#include "generate/vendor.h"

struct probe {
    const struct generate_options *options;
    const struct roots *roots;
    struct dev_root dev;
    struct driver_finder finder;
    struct machine *machine;
    bool foreign; /* the root is not this machine's: no library may be loaded */

    bool nvml_asked;
    const char *nvml_library; /* what was loaded, or would have been */
    struct nvml_facts nvml;   /* once asked, if nvml_problem is NULL */
    const char *nvml_problem; /* why there are no facts */
    bool nvml_missing;        /* because the library cannot be loaded at all */

    const char *module_version; /* of the loaded kernel module, by who lists the devices */
    bool caps_read;
    struct migcaps caps;
};

/*
 * A mode: first it lists what there is, then, once the ids have selected, it describes what is
 * selected.
 */
struct mode {
    const struct vendor *vendor;
    const char *off_hook; /* a hook that it leaves out unless enabled by name; or NULL */
    bool own_ids;         /* list() has selected already */
    int (*list)(struct probe *p, struct cdi_error *err);
    int (*describe)(struct probe *p, struct cdi_error *err);
};

extern const struct mode mode_nvml, mode_pci, mode_csv, mode_wsl, mode_management, mode_imex,
    mode_gds, mode_mofed, mode_gdrcopy, mode_nvswitch, mode_graphics, mode_cuda_compat;

/*
 * Asks NVML, if that was not done and libraries may be loaded; the answer is in *p. Fails only
 * without memory: whether there are facts is told by nvml_problem.
 */
int probe_nvml(struct probe *p, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The version of the loaded kernel module, into p->module_version; NULL if there is none. Errors:
 * IO, NOMEM.
 */
int probe_module_version(struct probe *p, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Warns of selected GPUs of which NVML failed to tell whether their memory is coherent: they are in
 * no document by coherence. Errors: NOMEM.
 */
int probe_check_coherence(struct probe *p, struct cdi_error *err) CDI_MUST_CHECK;

/* Finds the files of the driver of a version (NULL: whichever there is), with notes of trouble. */
int probe_driver(struct probe *p, const char *version, enum driver_scope scope,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds a file at a path in the driver root to those of the driver, in *out if that is not NULL.
 * `path` lives as long as the machine. Errors: NOMEM.
 */
int probe_add_file(struct probe *p, enum driver_kind kind, const char *path,
                   struct driver_file **out, struct cdi_error *err) CDI_MUST_CHECK;

/* The minors of MIG capabilities, read once. Errors: NOTFOUND (there are none), IO, NOMEM. */
int probe_caps(struct probe *p, const struct migcaps **out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
