/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Editing a TOML document as text: comments, order and spelling stay. Keys are given by their
 * parts, from the root: {"nvidia-container-runtime", "modes", "cdi"}.
 */
#ifndef CDIKIT_BASE_TOML_EDIT_H
#define CDIKIT_BASE_TOML_EDIT_H

#include <stddef.h>

#include <cdikit/error.h>

struct strbuf;

struct toml_key {
    const char *const *parts;
    size_t n;
};

/*
 * Sets a key to `value`, which is TOML: where it is set already, else in the place of a comment
 * "#key = ..." in its table, else in its table before the first key that sorts after it. A table
 * that does not exist is added, likewise before the first that sorts after it.
 *
 * The text (malloc'ed, NUL at its end) is replaced. Errors: SYNTAX and LIMIT, those of
 * toml_parse(); UNSUPPORTED (it is in an inline table or an array, or its table's name is that of
 * something else); NOMEM. The text stays then. `name` is the file in messages.
 */
int toml_edit_set(char **text, size_t *len, const char *name, const struct toml_key *key,
                  const char *value, struct cdi_error *err) CDI_MUST_CHECK;

/* Removes a key and the rest of its line; if it is not set nothing changes. Errors as above. */
int toml_edit_unset(char **text, size_t *len, const char *name, const struct toml_key *key,
                    struct cdi_error *err) CDI_MUST_CHECK;

/* Adds a string in TOML, in double quotes; it must be UTF-8. */
void toml_add_string(struct strbuf *b, const char *s);

#endif
