/* SPDX-License-Identifier: Apache-2.0 */
/* The writers: structs to text, by the field table. */
#ifndef CDIKIT_CDI_WRITE_H
#define CDIKIT_CDI_WRITE_H

#include <cdikit/spec.h>

struct object;
struct strbuf;

/*
 * Both append the object `base`; want of memory is remembered in the buffer. A string that is
 * not UTF-8, which only a built document can hold, gets U+FFFD for each wrong byte.
 */
void write_json(struct strbuf *b, const struct object *object, const void *base);
void write_yaml(struct strbuf *b, const struct object *object, const void *base);

/* A JSON string as the CDI Go library writes it: '<', '>' and '&' escaped, too. */
void write_json_string(struct strbuf *b, const char *s);

/* The annotations bytewise by key; malloc'ed, NULL without memory. */
const struct cdi_annotation **write_sorted(const struct cdi_annotations *annotations);

#endif
