/* SPDX-License-Identifier: Apache-2.0 */
/* From struct machine to a CDI document: a function of its arguments. */
#ifndef CDIKIT_GENERATE_BUILD_H
#define CDIKIT_GENERATE_BUILD_H

#include <cdikit/spec.h>

#include "generate/hooks.h"
#include "generate/machine/machine.h"
#include "generate/vendor.h"

struct build_options {
    const struct vendor *vendor;
    const char *kind_vendor, *kind_class;
    const char *hook_path; /* absolute */
    struct hook_policy hooks;
    bool single_hook; /* one does the work of all, see single_hook.h */
    bool no_all;
    bool no_gids;
    /* Only devices of this coherence; UNKNOWN: all devices. */
    enum machine_coherence coherence;
};

/* True if a device becomes one of the document. */
bool build_takes(const struct build_options *options, const struct machine_device *device);

/*
 * Builds the document of the machine's selected and usable devices, and of the empty device if
 * that was asked for. Nothing in it refers to the machine's arena. Errors: NOMEM.
 */
int build_spec(const struct machine *machine, const struct build_options *options,
               struct cdi_spec **out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
