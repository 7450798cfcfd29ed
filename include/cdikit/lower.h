/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowering: a document for engines that do not know the newest CDI versions. An engine refuses a
 * whole file for one member that it does not know, or for a version above its own.
 *
 * Source: CDI SPEC.md, "Released versions".
 */
#ifndef CDIKIT_LOWER_H
#define CDIKIT_LOWER_H

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

/* A member that was left out. */
struct cdi_drop {
    const char *path;    /* as in diagnostics: "devices[0].containerEdits.additionalGids" */
    const char *device;  /* the device's name; NULL: a member of the document itself */
    const char *member;  /* without its place, "additionalGids"; a static string */
    const char *version; /* the CDI version that it needs; a static string */
    const char *lost;    /* what a container has no longer, in words; a static string */
};

/* What was left out, in the order of the document, to which it belongs. */
struct cdi_drops {
    const struct cdi_drop *items;
    size_t n;
};

/*
 * Takes out of a document what needs a CDI version above `max_version`, and says what that was. A
 * declared version above it becomes the lowest that the document needs then. Works on documents
 * that are otherwise invalid. Errors leave the document as it was: USAGE (no such version),
 * INVALID (one below CDI_VERSION_EARLIEST; a member that cannot be left out without giving a
 * container something else, or whose device has nothing else, with its position), NOMEM.
 */
CDI_EXPORT int cdi_spec_lower(struct cdi_spec *spec, const char *max_version,
                              struct cdi_drops *drops, struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
