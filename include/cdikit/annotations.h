/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container annotations that ask for devices: keys "cdi.k8s.io/PLUGIN_ID", values lists of
 * qualified device names joined with commas. Source: the CDI Go library's annotations API.
 */
#ifndef CDIKIT_ANNOTATIONS_H
#define CDIKIT_ANNOTATIONS_H

#include <stddef.h>

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

#define CDI_ANNOTATION_PREFIX "cdi.k8s.io/"

/*
 * The key for a plugin and a device id, in *key (malloc'ed, the caller frees it): "PLUGIN_ID"
 * after the prefix, '/' in id replaced by '_'. Errors: INVALID when plugin or id is "", or what
 * comes after the prefix has more than 63 bytes, does not begin and end with a letter or digit or
 * has others than these, '_', '-' and '.' inside (Kubernetes' rule for keys); NOMEM.
 */
CDI_EXPORT int cdi_annotation_key(const char *plugin, const char *device_id, char **key,
                                  struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The value for n devices, in *value (malloc'ed). n may be 0; the value is "" then, which
 * cdi_annotations_devices() refuses. Errors: INVALID for what is not a qualified name, NOMEM.
 */
CDI_EXPORT int cdi_annotation_value(const char *const *devices, size_t n, char **value,
                                    struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The devices that a set of annotations asks for: of each key that begins with
 * CDI_ANNOTATION_PREFIX, in bytewise order of the keys, the pieces of its value. An empty
 * piece, or one that is not a qualified name, is an error that names the key (INVALID; else
 * NOMEM). The result is
 * one malloc'ed block in *devices (NULL when there are none) that the caller frees.
 */
CDI_EXPORT int cdi_annotations_devices(const struct cdi_annotations *annotations,
                                       const char ***devices, size_t *n,
                                       struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
