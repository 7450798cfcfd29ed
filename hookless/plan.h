/* SPDX-License-Identifier: Apache-2.0 */
/* What the CDI hooks of a container would do, read from its configuration. */
#ifndef CDIKIT_HOOKLESS_PLAN_H
#define CDIKIT_HOOKLESS_PLAN_H

#include <cdikit/oci.h>

#include "hooks/hook.h"

struct arena;

struct hookless_plan {
    struct hook_args args; /* all that is asked for; the switches say which hooks there were */
    size_t n_hooks;        /* that were taken */
};

/*
 * Takes the createContainer hooks of cdikit-hook and nvidia-cdi-hook (also as "nvidia-ctk hook")
 * out of a configuration. Other hooks stay, and so do those whose name is not known. Strings are
 * from the arena. Errors: USAGE (a known hook with wrong options, which would keep the container
 * from starting), INVALID, NOMEM; the configuration is unchanged then.
 */
int hookless_plan_take(struct cdi_oci *oci, struct arena *arena, struct hookless_plan *plan,
                       struct cdi_error *err) CDI_MUST_CHECK;

#endif
