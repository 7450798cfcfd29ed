/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a document for a machine, or a container, whose files are elsewhere. */
#ifndef CDIKIT_TRANSFORM_H
#define CDIKIT_TRANSFORM_H

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

/* Which of a document's paths are meant. */
enum cdi_paths {
    CDI_PATHS_HOST,      /* of the host that reads the document */
    CDI_PATHS_CONTAINER, /* in the container */
};

/*
 * Replaces the root of paths: what is `from`, or beneath it, is moved beneath `to`, and cleaned
 * of "//", "." and ".."; any other path stays as it is. Whole components count: /driver is no
 * root of /driver-backup. "" as `from` is "/"; "" as `to` makes paths relative. Equal roots change
 * nothing.
 *
 * Of the host are the host paths of device nodes and mounts; a node's that has none becomes its
 * `path` first, also where that is not beneath `from`. Of both are a hook's path and arguments,
 * by where the hook runs (OCI runtime-spec, "POSIX-platform Hooks"): a startContainer hook has
 * its path in the container, and createContainer and startContainer hooks have their arguments
 * there. In an argument that holds "::" the parts before and behind the first are two paths.
 * Environments, annotations and names are not touched.
 *
 * A document without version gets the lowest that it needs; one with a version keeps it and may
 * not hold what it has become: see cdi_spec_check(). New strings are the document's. Only NOMEM
 * can fail, and then the document is good for nothing but cdi_spec_free().
 *
 * Source: the recorded behaviour of "nvidia-ctk cdi transform root".
 */
CDI_EXPORT int cdi_spec_transform_root(struct cdi_spec *spec, const char *from, const char *to,
                                       enum cdi_paths which, struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
