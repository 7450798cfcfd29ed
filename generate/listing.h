/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a directory, read at once. */
#ifndef CDIKIT_GENERATE_LISTING_H
#define CDIKIT_GENERATE_LISTING_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;

/* A name, and what readdir(3) says it is: DT_REG ... */
struct listing_entry {
    const char *name;
    unsigned char type;
};

/* Without "." and "..", sorted by name. */
struct listing {
    struct listing_entry *entries;
    size_t n;
};

/*
 * Reads an open directory, whose descriptor is closed in any case; the names are from the arena.
 * What readdir(3) cannot give is not there. Errors: NOMEM.
 */
int listing_read(int fd, struct arena *arena, struct listing *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* The first entry that is not before the first `len` bytes of `name`. */
size_t listing_first(const struct listing *listing, const char *name, size_t len);

/* The entry with a name, or NULL. */
const struct listing_entry *listing_find(const struct listing *listing, const char *name);

#endif
