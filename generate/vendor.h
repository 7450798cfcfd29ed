/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all documents of a vendor's back end have in common, as plain data. What depends on the
 * machine is in struct machine, which the back end fills.
 */
#ifndef CDIKIT_GENERATE_VENDOR_H
#define CDIKIT_GENERATE_VENDOR_H

#include <stdbool.h>
#include <stddef.h>

#include "generate/machine/machine.h"

/* A hook that the vendor's documents may have. */
struct vendor_hook {
    const char *name;
    bool off; /* unless it is enabled by name */
};

struct vendor {
    const char *vendor; /* of the kind, unless another is asked for: "nvidia.com" */
    const char *class_; /* "gpu" */

    const struct vendor_hook *hooks;
    size_t n_hooks;
    const char *const *hook_programs; /* which of them is there runs hooks; ends with NULL */
    const char *multi_program;        /* a program that has the hooks as sub-commands of "hook" */
    const char *hook_env;             /* NAME=VALUE, for each hook */

    struct machine_env empty_env; /* of the empty device "none" */
};

#endif
