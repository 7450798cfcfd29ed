/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.toml of NVIDIA's container runtime. The names, types and defaults of its keys are in
 * runtime/config_keys.c. A string without a default is "".
 */
#ifndef CDIKIT_RUNTIME_CONFIG_H
#define CDIKIT_RUNTIME_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#define CONFIG_MAX_SIZE     (1U << 20) /* bytes */
#define CONFIG_MAX_WARNINGS 8

struct arena;

/* A list of strings. */
struct config_list {
    const char *const *items;
    size_t n;
};

/* nvidia-container-cli: the program that the prestart hook executes, in mode legacy. */
struct config_cli {
    const char *root; /* the driver's; for whoever looks for the driver's files */
    const char *path;
    struct config_list environment;
    const char *debug;
    const char *ldcache;
    const char *user;     /* NULL while it is not set: config_cli_user() knows the default */
    const char *ldconfig; /* begins with '@' unless allow_ldconfig_from_container */
    bool load_kmods;
    bool no_pivot;
    bool no_cgroups;
};

/* Switches that are off while they are not set. */
struct config_features {
    bool allow_cuda_compat_libs_from_container;
    bool allow_ldconfig_from_container;
    bool allow_unknown_oci_spec_fields;
    bool disable_cuda_compat_lib_hook;
    bool disable_imex_channel_creation;
    bool ignore_imex_channel_requests;
    bool no_additional_gids_for_device_nodes;
};

struct config {
    /* Requests. */
    const char *swarm_resource;         /* names of variables, with commas between them */
    const char *supported_capabilities; /* likewise; may be "all" */
    bool disable_require;
    bool env_when_unprivileged; /* accept-nvidia-visible-devices-envvar-when-unprivileged */
    bool volume_mounts;         /* accept-nvidia-visible-devices-as-volume-mounts */

    /* The wrapper. */
    struct config_list runtimes;
    const char *debug; /* its log file */
    const char *log_level;
    const char *mode;
    struct config_list spec_dirs;
    struct config_list annotation_prefixes;
    const char *default_kind;
    bool hookless; /* the work of CDI hooks is done by the wrapper; a key of cdikit's own */
    const char *csv_dir;
    const char *csv_compat_root;
    struct config_list jit_feature_flags;
    struct config_list jit_disable_hooks;
    const char *cuda_compat_mode; /* of mode legacy */
    const char *ctk_path;         /* program of injected CDI hooks */

    const char *hook_path;    /* of the prestart hook, which mode legacy adds */
    bool skip_mode_detection; /* by that hook */

    struct config_cli cli;
    struct config_features features;

    /*
     * Whole sentences about keys that do not count, with their file, line and column; at most
     * CONFIG_MAX_WARNINGS.
     */
    struct config_list warnings;
    struct arena *arena; /* NULL while everything is a default */
};

/* The defaults, which need no memory. */
void config_defaults(struct config *config);

/* Frees what a configuration holds. */
void config_clear(struct config *config);
#define _cleanup_config_ __attribute__((cleanup(config_clear)))

/*
 * Reads a configuration over the defaults, key by key; a list replaces the default list. A part
 * of a key may be spelt in upper case. What is not known is ignored, with a warning in
 * config->warnings. A known key of the wrong type is CDI_ERR_INVALID, and so is an ldconfig that
 * would be the container's. On failure *config holds defaults.
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

/* Reads the named file, which must exist. */
int config_read(const char *path, struct config *config, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * nvidia-container-cli.user; while it is not set: "root:video" on SUSE and its relatives, where
 * device nodes belong to that group, else "". Reads /etc/os-release for that.
 */
const char *config_cli_user(const struct config *config);

/* True if the text of an os-release(5) has suse or opensuse in its (first) ID_LIKE. */
bool config_os_is_suse(const char *os_release) CDI_PURE;

/*
 * Splits the words of a string at commas, without the blanks around them and without empty ones.
 * They are in the arena.
 */
int config_words(const char *string, struct arena *arena, struct config_list *words,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
