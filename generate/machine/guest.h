/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor's library as a guest: opened for a few questions, and closed. Only what is asked of
 * it by name is used, so that a library of another driver release, which lacks some functions,
 * is no obstacle. As long as one is open, what is written to standard output goes to standard
 * error: ours may be a document. Not for programs with threads that write there.
 */
#ifndef CDIKIT_GENERATE_MACHINE_GUEST_H
#define CDIKIT_GENERATE_MACHINE_GUEST_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;

/* What a library's text is cut to: no message of a vendor's library comes near. */
#define GUEST_TEXT_MAX 120

/* Opens a library. Errors: NOTFOUND, with the loader's reason. */
int guest_open(const char *library, void **handle, struct cdi_error *err) CDI_MUST_CHECK;
void guest_close(void **handle);
#define _cleanup_guest_ __attribute__((cleanup(guest_close)))

/* A function pointer in a struct of them, and its names in the order of preference. */
struct guest_symbol {
    size_t offset;
    const char *names[3];
};

/*
 * Fills a struct of function pointers; NULL where the library has none of the names. Returns
 * the first name of the first symbol that is missing, NULL if there is none.
 */
const char *guest_resolve(void *handle, const struct guest_symbol *symbols, size_t n,
                          void *functions);

/*
 * "WHAT failed: TEXT (CODE)"; text, which the library gave, may be NULL. NULL without memory.
 */
const char *guest_failure(struct arena *arena, const char *what, const char *text, int code);

#endif
