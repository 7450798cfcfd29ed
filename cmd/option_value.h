/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of an option's value to the variable that it fills. */
#ifndef CDIKIT_CMD_OPTION_VALUE_H
#define CDIKIT_CMD_OPTION_VALUE_H

#include "base/bool.h"
#include "cmd/command.h"

/* True if the argument after the option is never its value. */
static inline bool option_is_alone(const struct option *option)
{
    return option->type == OPTION_SWITCH || option->type == OPTION_OPTIONAL;
}

/*
 * Puts a value into the variable of an option, which is beneath `base`. NULL is that of a switch
 * or an optional one without value. The values of a list are added; what the arena keeps are the
 * list and its parts, and a string stays the caller's. What an option cannot be is CDI_ERR_USAGE.
 */
int option_store(const struct option *option, void *base, const char *value, struct arena *arena,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The same from the environment, for an option that was not given: see struct option. The error
 * names the variable.
 */
int option_store_env(const struct option *option, void *base, struct arena *arena,
                     struct cdi_error *err) CDI_MUST_CHECK;

#endif
