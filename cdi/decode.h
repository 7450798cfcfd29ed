/* SPDX-License-Identifier: Apache-2.0 */
/* From the tree of a document to the structs of <cdikit/spec.h>, by the field table. */
#ifndef CDIKIT_CDI_DECODE_H
#define CDIKIT_CDI_DECODE_H

#include <cdikit/spec.h>

#include "cdi/member.h"
#include "cdi/unread.h"
#include "cdi/yaml.h"

struct field;
struct lint;
struct object;
struct text_cursor;

/*
 * A new document with the tree of a text, nothing of it decoded: as cdi_spec_parse(), but for the
 * errors of decode_spec().
 */
int decode_tree(const char *text, size_t len, const char *name, struct cdi_spec **out,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Fills in an initialised spec from a document's root, which may be NULL: then, or when it is
 * null, the text held no document. Strings stay those of the tree. Errors (INVALID, NOMEM)
 * carry spec->path and the position.
 */
int decode_spec(struct cdi_spec *spec, const struct yaml_node *root,
                struct cdi_error *err) CDI_MUST_CHECK;

/* Where a reader that goes on leaves what it would otherwise refuse. */
struct decode_sink {
    struct lint *lint;
    struct text_cursor *cursor; /* in the text of the document */
    struct unread unread;
};

/*
 * As decode_spec(), but what is refused becomes a finding, and the decoding goes on without it.
 * Of a repeated key the first value holds. Errors: NOMEM, and LIMIT of finding_list_add().
 */
int decode_spec_to(struct decode_sink *sink, struct cdi_spec *spec, const struct yaml_node *root,
                   struct cdi_error *err) CDI_MUST_CHECK;

/*
 * What could have been meant by an unknown field, in text, or "". Returns the field of this
 * object that was meant, if it is likely to be one.
 */
const struct field *decode_suggest(const struct object *object, const char *name, char *text,
                                   size_t size);

#endif
