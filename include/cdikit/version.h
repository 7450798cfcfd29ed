/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of the CDI specification. Source: CDI SPEC.md, "Released versions". */
#ifndef CDIKIT_VERSION_H
#define CDIKIT_VERSION_H

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

#define CDI_VERSION_CURRENT  "1.1.0"
#define CDI_VERSION_EARLIEST "0.3.0" /* the earliest that a document may declare */

/* The known versions from the oldest to the current one, ending with NULL. */
CDI_EXPORT const char *const *cdi_versions(void);

/*
 * The number of a version in cdi_versions(), or -1 if it is not known. One leading 'v' is
 * allowed; the rest must be a known version to the letter.
 */
CDI_EXPORT int cdi_version_index(const char *version) CDI_PURE;

/*
 * The lowest version whose members and rules the document needs, e.g. "0.5.0"; a static
 * string. Works on documents that are otherwise invalid.
 */
CDI_EXPORT const char *cdi_spec_min_version(const struct cdi_spec *spec) CDI_PURE;

/*
 * As cdi_spec_min_version(), and puts into buf the path of the first member that needs that
 * version ("devices[0].name"), or "" when it is the earliest, which every document needs. At most
 * size bytes are written, NUL included: a longer path is cut off there. With size 0, buf may be
 * NULL.
 */
CDI_EXPORT const char *cdi_spec_min_version_why(const struct cdi_spec *spec, char *buf,
                                                size_t size);

/* The version of this library, "0.1.0". */
CDI_EXPORT const char *cdi_library_version(void);

CDI_END_DECLS

#endif
