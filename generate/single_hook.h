/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hook in place of many: a container's start then costs one process of the hook program, not
 * one for each. Only cdikit-hook has it, as setup-container.
 */
#ifndef CDIKIT_GENERATE_SINGLE_HOOK_H
#define CDIKIT_GENERATE_SINGLE_HOOK_H

#include <stdbool.h>

#include "generate/build.h"

#define SINGLE_HOOK_PROGRAM "cdikit-hook"

/* True if the single hook does the work of this one, of the document or of a device. */
bool single_hook_takes(const struct machine_hook *hook, bool of_device);

/*
 * The hook for all that a document with these options would have and that it takes, in *out; with
 * no arguments if there are none. It is one of the document: links of devices are made only in
 * containers that have what they lead to. Memory comes from the machine's arena; false without.
 */
bool single_hook(const struct machine *machine, const struct build_options *options,
                 struct machine_hook *out);

#endif
