/* SPDX-License-Identifier: Apache-2.0 */
/* Brings a document into the form that is written: nothing twice, and in a fixed order. */
#ifndef CDIKIT_GENERATE_SIMPLIFY_H
#define CDIKIT_GENERATE_SIMPLIFY_H

#include <cdikit/spec.h>

/*
 * In every edits object: equal env, device nodes, hooks, mounts and network devices once, groups
 * once and in ascending order. From each device what of the former the common edits hold as
 * well, unless nothing but groups and intelRdt would be left of it. Then devices sorted by name,
 * device nodes and mounts by the depth of their path in the container, once that is cleaned, and
 * then by its bytes. Fails without memory.
 */
int spec_simplify(struct cdi_spec *spec, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Adds the device "all", with the edits of all devices, and simplifies again; nothing happens
 * if there is one of that name. Works on what spec_simplify() left.
 */
int spec_add_all(struct cdi_spec *spec, struct cdi_error *err) CDI_MUST_CHECK;

#endif
