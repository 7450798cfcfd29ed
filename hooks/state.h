/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a container, as a hook gets it (OCI runtime-spec, runtime.md, "State"). */
#ifndef CDIKIT_HOOKS_STATE_H
#define CDIKIT_HOOKS_STATE_H

#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

#define STATE_MAX_SIZE  (1U << 20) /* bytes */
#define STATE_MAX_DEPTH 64

struct arena;

struct state {
    const char *bundle; /* "" if it is not told; older runtimes call it bundlePath */
    uint32_t pid;       /* 0 if it is not told */
};

/*
 * Reads a state, whose strings come from the arena. Members that are not known are ignored, null
 * is the same as none. Errors: SYNTAX, INVALID (a member of the wrong type), LIMIT, NOMEM.
 */
int state_parse(const char *text, size_t len, struct arena *arena, struct state *state,
                struct cdi_error *err) CDI_MUST_CHECK;

#endif
