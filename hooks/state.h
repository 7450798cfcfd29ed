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
    const char *root;   /* "" if it is not told: of crun, the root.path of config.json */
    uint32_t pid;       /* 0 if it is not told */
};

/*
 * Reads a state, whose strings come from the arena. Members that are not known are ignored, null
 * is the same as none, and upper case in a member's name is the same as lower case. Errors: SYNTAX,
 * INVALID (a member of the wrong type), LIMIT, NOMEM.
 */
int state_parse(const char *text, size_t len, struct arena *arena, struct state *state,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The container's root directory, from the arena: what the state tells, else the root.path of
 * config.json in the bundle; below the bundle unless it is absolute. "" in config.json is the
 * bundle itself. Errors: IO, SYNTAX, INVALID, LIMIT, NOMEM.
 */
int state_root(const struct state *state, struct arena *arena, const char **path,
               struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Reads and forgets the state that a runtime has for a hook which does nothing with it: crun (1.8)
 * takes it for a failure if the hook has ended before the state is written. Waits for a second at
 * the most, and at nothing but a pipe or a socket.
 */
void state_forget(int fd);

/*
 * The root.path of a config.json, from the arena; "" if it has none. Names of members as in
 * state_parse(). Errors: SYNTAX, INVALID, LIMIT, NOMEM.
 */
int state_config_root(const char *text, size_t len, struct arena *arena, const char **path,
                      struct cdi_error *err) CDI_MUST_CHECK;

#endif
