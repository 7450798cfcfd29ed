/* SPDX-License-Identifier: Apache-2.0 */
/* What the wrapper does to a container's config.json before the low-level runtime reads it. */
#ifndef CDIKIT_RUNTIME_CREATE_H
#define CDIKIT_RUNTIME_CREATE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#include "runtime/args.h"
#include "runtime/config.h"

/* What was done, for the log. */
struct create_result {
    size_t n_devices; /* requested, and injected */
    bool env_ignored; /* NVIDIA_VISIBLE_DEVICES asked for devices, but does not count */
};

/*
 * Injects the CDI devices that the container of `create` asks for, and replaces its config.json
 * atomically. A file that needs no change is not touched; on failure the old one is there,
 * untouched. What is replaced is what was read: an entry that somebody has replaced in between
 * is CDI_ERR_IO.
 */
int create_apply(const struct args *args, const struct config *config, struct create_result *result,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The path of the configuration that a create uses: config.json in the bundle (without one: in
 * the working directory), or crun's --config. malloc'ed, NULL without memory.
 */
char *create_config_path(const struct args *args) CDI_MUST_CHECK;

#endif
