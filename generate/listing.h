/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a directory, read at once. */
#ifndef CDIKIT_GENERATE_LISTING_H
#define CDIKIT_GENERATE_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;

/* A name, and what readdir(3) says it is: DT_REG ... */
struct listing_entry {
    const char *name;
    uint64_t head; /* the first eight bytes, as a number that sorts as they do */
    unsigned short len;
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

/* The entry with a name, or NULL. */
const struct listing_entry *listing_find(const struct listing *listing, const char *name);

/* The entries whose names fit a pattern (generate/glob.h), in order. */
struct listing_walk {
    const struct listing *listing;
    const char *pattern;
    size_t n_first; /* of the pattern's bytes, those before anything special */
    const char *end;
    size_t n_end; /* and those behind all of it */
    size_t next;
};

struct listing_walk listing_match(const struct listing *listing, const char *pattern);
const struct listing_entry *listing_next(struct listing_walk *walk);

#endif
