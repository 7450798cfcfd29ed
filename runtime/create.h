/* SPDX-License-Identifier: Apache-2.0 */
/* What the wrapper does to a container's config.json before the low-level runtime reads it. */
#ifndef CDIKIT_RUNTIME_CREATE_H
#define CDIKIT_RUNTIME_CREATE_H

#include <cdikit/error.h>

#include "apply/request.h"
#include "runtime/args.h"
#include "runtime/config.h"
#include "runtime/logger.h"

/*
 * The mode of a program: its name can end in a mode (nvidia-container-runtime.cdi, .legacy), else
 * the configuration says it. Errors: INVALID (the configured mode is none).
 */
int create_mode(const char *program, const struct config *config, enum request_mode *mode,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Edits the config.json of the container of `create` as it asks for and as the mode does it, and
 * replaces it atomically. A file that needs no change is not touched; on failure the old one is
 * there, untouched. What is replaced is what was read: an entry that somebody has replaced in
 * between is CDI_ERR_IO.
 */
int create_apply(const struct args *args, const struct config *config, enum request_mode mode,
                 struct logger *logger, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The path of the configuration that a create uses: config.json in the bundle (without one: in
 * the working directory), or crun's --config. malloc'ed, NULL without memory.
 */
char *create_config_path(const struct args *args) CDI_MUST_CHECK;

#endif
