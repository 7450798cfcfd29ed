/* SPDX-License-Identifier: Apache-2.0 */
/* An answer in the making. */
#ifndef CDIKIT_DIAGNOSE_WHY_DECIDING_H
#define CDIKIT_DIAGNOSE_WHY_DECIDING_H

#include <cdikit/name.h>

#include "diagnose/why.h"

struct deciding {
    const struct why_facts *facts;
    const char *name;
    struct cdi_name parts; /* of a qualified one */
    const char *kind;      /* likewise; NULL otherwise */
    struct arena *arena;
    struct why_cause *causes;
    struct engine_place *places; /* of the cause at the end */
    size_t n;
    bool failed; /* without memory: the functions do nothing then */
};

/* Begins a cause. What follows is about the last one. */
void why_add(struct deciding *d, enum why_id id, const char *fmt, ...) CDI_PRINTF(3, 4);
void why_note(struct deciding *d, enum why_id id, const char *fmt, ...) CDI_PRINTF(3, 4);
void why_place(struct deciding *d, const char *file, struct cdi_position pos);
void why_repair(struct deciding *d, const char *fmt, ...) CDI_PRINTF(2, 3);

/* A cause that is a finding of a file; a note if the finding is a warning. */
void why_add_finding(struct deciding *d, enum why_id id, const char *file,
                     const struct cdi_finding *finding);

/* Where a device is defined. */
struct engine_place why_place_of(const struct cdi_registry_device *device);
void why_place_device(struct deciding *d, const struct cdi_registry_device *device);

/* True if a document, which may be NULL, has a device of the name that is asked for. */
bool why_defines(const struct deciding *d, const struct cdi_spec *spec);

/* The spec dirs with commas between them. */
const char *why_dirs(const struct deciding *d);

/* What the engine's configuration says against every device. */
void why_check_engine(struct deciding *d);

/* What the engine's version means for a definition; `target` as in struct why_checks. */
void why_check_version(struct deciding *d, const struct cdi_registry_device *device,
                       const struct cdi_findings *target);

/*
 * What keeps files that have the device, or may have it, from being read: no more than worth
 * knowing where there is a definition that counts, `device`. Those that return bool say whether one
 * of them has, or seems to have, it; why_check_no_dir() whether there is no directory at all.
 */
bool why_check_files(struct deciding *d, const struct cdi_registry_device *device);
void why_check_dirs(struct deciding *d, const struct cdi_registry_device *device);
bool why_check_elsewhere(struct deciding *d);
bool why_check_no_dir(struct deciding *d);

/* True for a file that does not count, and would be of the kind that is asked for. */
bool why_is_of_kind(const struct deciding *d, const struct why_file *file);

/* Tells what keeps such files from counting; false if there is none. */
bool why_check_kind(struct deciding *d);

/* What is not a qualified name, with what may have been meant. */
void why_name_not_qualified(struct deciding *d, const struct cdi_error *wrong);

/* A qualified name that no file has, with what may have been meant. */
void why_unknown(struct deciding *d);

#endif
