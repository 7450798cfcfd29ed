/* SPDX-License-Identifier: Apache-2.0 */
/* From the tree of a document to the structs of <cdikit/spec.h>, by the field table. */
#ifndef CDIKIT_CDI_DECODE_H
#define CDIKIT_CDI_DECODE_H

#include <cdikit/spec.h>

#include "cdi/member.h"
#include "cdi/yaml.h"

struct object;

/*
 * Fills in an initialised spec from a document's root, which may be NULL: then, or when it is
 * null, the text held no document. Strings stay those of the tree. Errors (INVALID, NOMEM)
 * carry spec->path and the position.
 */
int decode_spec(struct cdi_spec *spec, const struct yaml_node *root,
                struct cdi_error *err) CDI_MUST_CHECK;

/* What could have been meant by an unknown field, as a clause "; ..." in text, or "". */
void decode_suggest(const struct object *object, const char *name, char *text, size_t size);

#endif
