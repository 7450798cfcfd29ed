/* SPDX-License-Identifier: Apache-2.0 */
/* What hooks tell, on standard error: runtimes show it when a hook fails. */
#ifndef CDIKIT_HOOKS_MESSAGE_H
#define CDIKIT_HOOKS_MESSAGE_H

#include <stdbool.h>

#include <cdikit/error.h>

/* Whether hook_warn() and hook_debug() tell something; at first only warnings are told. */
void hook_tell(bool warnings, bool debug);

/* Somebody who is given this thread's warnings, as they are, in place of standard error. */
struct hook_listener {
    void (*warn)(struct hook_listener *listener, const char *text);
};

/* Puts one in; NULL: standard error. Returns what was there, to be put back. Not owned. */
struct hook_listener *hook_listen(struct hook_listener *listener);

/* One line each; control characters are shown as such. */
void hook_warn(const char *fmt, ...) CDI_PRINTF(1, 2);
void hook_debug(const char *fmt, ...) CDI_PRINTF(1, 2);

/* Tells an error and clears it. */
void hook_complain(struct cdi_error *err);

#endif
