/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON schema of CDI documents, for editors and pipelines that know JSON Schema. Source:
 * CDI SPEC.md and the rules of the CDI Go library. Stricter than the schema that comes with the
 * latter: unknown members and malformed names, which engines refuse, are wrong here too. Engines
 * in turn take a few things that it does not, such as members in other letter case and null in
 * place of a list; cdi_spec_validate() tells what engines take.
 */
#ifndef CDIKIT_SCHEMA_H
#define CDIKIT_SCHEMA_H

#include <stddef.h>

#include <cdikit/error.h>

CDI_BEGIN_DECLS

/*
 * The schema (draft 2020-12) as text that ends with a newline, in *text (malloc'ed, NUL-terminated,
 * the caller frees it) and *len, which may be NULL. Fails only without memory.
 */
CDI_EXPORT int cdi_schema_format(char **text, size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
