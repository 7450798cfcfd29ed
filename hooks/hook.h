/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of cdikit-hook: programs that an OCI runtime starts at points of a container's
 * life (OCI runtime-spec, "POSIX-platform Hooks"), with the container's state on standard input.
 */
#ifndef CDIKIT_HOOKS_HOOK_H
#define CDIKIT_HOOKS_HOOK_H

#include <stdbool.h>

#include <cdikit/error.h>

struct hook_command {
    const char *name;
    const char *summary;
    /* Runs it, argv[0] being its name. Returns the exit status. */
    int (*run)(int argc, char **argv);
};

/* In prestart/: the only ones that know config.toml and requests. */
extern const struct hook_command hook_prestart, hook_poststart, hook_poststop;

/* nvidia-container-runtime-hook, whose options stand in front of its command. */
int hook_runtime_hook(int argc, char **argv);

/* Tells an error on standard error, on one line, and clears it. */
void hook_complain(struct cdi_error *err);
void hook_warn(const char *message);

#endif
