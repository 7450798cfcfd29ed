/* SPDX-License-Identifier: Apache-2.0 */
/* ENGINE[@VERSION] of a command line, and the version of an engine that is installed here. */
#ifndef CDIKIT_CMD_ENGINE_VERSION_H
#define CDIKIT_CMD_ENGINE_VERSION_H

#include <stddef.h>

#include "cdi/engine.h"
#include "cmd/command.h"

/* What --engine takes, for help. */
#define ENGINE_VERSION_HELP                                                               \
    "podman, docker, containerd or cri-o, with '@' and its version where that is known; " \
    "@installed runs the engine's program here for it"

/*
 * Reads ENGINE, ENGINE@VERSION or ENGINE@installed, which runs `ENGINE --version` and takes the
 * version from what that says. Errors: USAGE (not an engine or a version), IO (the program is not
 * there or does not tell), NOMEM.
 */
int engine_version_read(const struct call *call, const char *text, struct engine_version *out,
                        struct cdi_error *err) CDI_MUST_CHECK;

/* True if the version is to be asked for. */
bool engine_version_is_installed(const char *text);

/*
 * The first word of what a program says of its version that is one: "1.7.20~ds1" of "containerd
 * github.com/containerd/containerd 1.7.20~ds1 ...". Writes at most size bytes with the NUL; false
 * if there is none.
 */
bool engine_version_word(const char *said, char *buf, size_t size);

#endif
