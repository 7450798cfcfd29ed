/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a document that were there but could not be read. A reader that goes on
 * leaves them absent, and what follows from their absence is not worth a finding of its own.
 */
#ifndef CDIKIT_CDI_UNREAD_H
#define CDIKIT_CDI_UNREAD_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;

struct unread {
    struct arena *arena;
    const char **paths;
    size_t n;
};

/* Adds a path, which is copied. */
int unread_add(struct unread *unread, const char *path, struct cdi_error *err) CDI_MUST_CHECK;

/* Ends the adding: from here on paths can be looked up. */
void unread_sort(struct unread *unread);

/* True if that member, one that it is in, or one that is in it was not read. */
bool unread_has(const struct unread *unread, const char *path);

#endif
