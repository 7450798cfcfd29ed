/* SPDX-License-Identifier: Apache-2.0 */
/* How long cdikit refresh waits: for the driver, and for another refresh. */
#ifndef CDIKIT_CMD_REFRESH_WAIT_H
#define CDIKIT_CMD_REFRESH_WAIT_H

#include "cmd/command.h"
#include "generate/generate.h"
#include "generate/refresh_state.h"

/* The one time that everything has together. */
struct refresh_wait {
    bool limited; /* else for the driver not at all, and for ever for another refresh */
    long seconds;
    long long end; /* on the monotonic clock, in ms */
};

/*
 * Begins; `text` is what --wait was given: NULL if it was not, "" if it was without seconds.
 * Errors: USAGE.
 */
int refresh_wait_start(struct refresh_wait *wait, const char *text,
                       struct cdi_error *err) CDI_MUST_CHECK;

/* Until the driver is ready. Errors: NOTFOUND (not in time), those of driver_ready(). */
int refresh_wait_for_driver(const struct refresh_wait *wait, const struct call *call,
                            const struct generate_options *options,
                            struct cdi_error *err) CDI_MUST_CHECK;

/* Until the state is locked. Errors: those of refresh_state_lock(), IO (not in time). */
int refresh_wait_for_lock(const struct refresh_wait *wait, const struct call *call,
                          struct refresh_state *state, struct cdi_error *err) CDI_MUST_CHECK;

#endif
