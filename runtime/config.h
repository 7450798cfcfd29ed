/* SPDX-License-Identifier: Apache-2.0 */
/* config.toml of NVIDIA's container runtime: the keys that the wrapper obeys. */
#ifndef CDIKIT_RUNTIME_CONFIG_H
#define CDIKIT_RUNTIME_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#define CONFIG_MAX_SIZE (1U << 20) /* bytes */

struct arena;

/* A list of strings. */
struct config_list {
    const char *const *items;
    size_t n;
};

struct config {
    struct config_list runtimes;  /* nvidia-container-runtime.runtimes */
    struct config_list spec_dirs; /* nvidia-container-runtime.modes.cdi.spec-dirs */
    bool env_when_unprivileged;   /* accept-nvidia-visible-devices-envvar-when-unprivileged */
    struct arena *arena;          /* NULL while everything is a default */
};

/* The defaults, which need no memory. */
void config_defaults(struct config *config);

/* Frees what a configuration holds. */
void config_clear(struct config *config);
#define _cleanup_config_ __attribute__((cleanup(config_clear)))

/*
 * Reads a configuration over the defaults. Keys that are not known are ignored; a known one of
 * the wrong type is CDI_ERR_INVALID. On failure *config holds defaults.
 */
int config_parse(const char *text, size_t len, const char *name, struct config *config,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The path of config.toml: $NVIDIA_CTK_CONFIG_FILE_PATH, else
 * $XDG_CONFIG_HOME/nvidia-container-runtime/config.toml, else the same beneath /etc; a variable
 * that is NULL or "" is unset. Writes at most size bytes into buf, which is used for the second
 * form only. NULL if that is too small.
 */
const char *config_path(const char *file_variable, const char *xdg_variable, char *buf,
                        size_t size);

/* Reads the file of config_path(), for this process's environment; if it is missing: defaults. */
int config_load(struct config *config, struct cdi_error *err) CDI_MUST_CHECK;

#endif
