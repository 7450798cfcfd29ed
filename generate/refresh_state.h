/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that remembers what a document was generated from: ".NAME.cdikit" beside the document
 * NAME, mode 0600. There it lives exactly as long as the document (/run is empty after a boot),
 * each document has its own, and who may write the one may write the other; engines load only
 * *.yaml and *.json. It is also what refreshes of one document lock. Whatever else stands in its
 * place, or somebody else's file, is as good as none, and is removed.
 */
#ifndef CDIKIT_GENERATE_REFRESH_STATE_H
#define CDIKIT_GENERATE_REFRESH_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct root;

struct refresh_state {
    const char *path, *name; /* of the file, and its last part */
    const char *dir;
    int dirfd; /* -1 while there is no such directory */
    int lock;  /* the file, locked; or -1 */
};

#define REFRESH_STATE_INIT                    \
    {                                         \
        .path = NULL, .dirfd = -1, .lock = -1 \
    }
#define _cleanup_refresh_state_ __attribute__((cleanup(refresh_state_close)))

/* Starts with the state of a document. The strings are from the arena. Errors: IO, NOMEM. */
int refresh_state_open(struct refresh_state *state, const char *output, struct arena *arena,
                       struct cdi_error *err) CDI_MUST_CHECK;

/* What it remembers, malloc'ed; false if that is nothing. Needs no lock. */
bool refresh_state_read(const struct refresh_state *state, char **text, size_t *len);

/*
 * The same of a document beneath a root, for somebody who only looks: *text is NULL if nothing is
 * remembered. Errors: IO (the file cannot be read, as by another user than its owner), NOMEM.
 */
int refresh_state_peek(const struct root *root, const char *output, struct arena *arena,
                       char **text, size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Takes the lock. If somebody else has it, waits for that with `wait`, else returns 1. Makes the
 * directory and the file if they are missing. Errors: IO, NOMEM.
 */
int refresh_state_lock(struct refresh_state *state, bool wait,
                       struct cdi_error *err) CDI_MUST_CHECK;

/* Replaces what it remembers, atomically, in the directory in which it is locked. */
int refresh_state_write(const struct refresh_state *state, const char *text, size_t len,
                        struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Removes another file of the directory, a document that is none any more; that it is gone is
 * fine. Errors: IO.
 */
int refresh_state_remove(const struct refresh_state *state, const char *name,
                         struct cdi_error *err) CDI_MUST_CHECK;

/* Gives the lock back. */
void refresh_state_close(struct refresh_state *state);

#endif
