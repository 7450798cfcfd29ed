/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How nvidia-container-cli (libnvidia-container) is called: where it is, its arguments, its
 * environment. Everything is from the arena; the only error is NOMEM unless it says otherwise.
 */
#ifndef CDIKIT_PRESTART_CLI_H
#define CDIKIT_PRESTART_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "apply/request.h"
#include "runtime/config.h"

/* What of a call is not in config.toml. */
struct cli_call {
    const char *path;     /* of the program */
    const char *user;     /* config_cli_user() */
    const char *ldconfig; /* cli_ldconfig() */
    const struct request *request;
    struct request_strings capabilities; /* request_capabilities() */
    const char *mig_config;              /* NVIDIA_MIG_CONFIG_DEVICES; may be NULL */
    const char *mig_monitor;             /* NVIDIA_MIG_MONITOR_DEVICES; may be NULL */
    uint32_t pid;
    const char *rootfs;
    bool debug;
};

/* The arguments, with a NULL at their end, in the order of NVIDIA's hook. */
int cli_arguments(const struct config *config, const struct cli_call *call, struct arena *arena,
                  char ***argv, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The program that changes the loader's cache. For one of the host, "@PATH", that is PATH.real if
 * there is such a file, since the one without is a script then, else PATH; a ".real" that is
 * configured is not needed for that.
 */
int cli_ldconfig(const char *configured, struct arena *arena, const char **out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The PATH that the program is looked for in, and that it gets: the absolute elements of `path`
 * (may be NULL), then those of the usual directories of programs that are not among them; in
 * front of these, if there is a driver root, the same beneath it.
 */
int cli_search_path(const char *root, const char *path, struct arena *arena, const char **out,
                    struct cdi_error *err) CDI_MUST_CHECK;

/* Finds the program in a PATH. NOTFOUND names what can be done. */
int cli_find(const char *search_path, struct arena *arena, const char **out,
             struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The environment, with a NULL at its end: `environment` with the variables of `added` ("NAME=...")
 * in place of those that have their names, and PATH replaced unless that is NULL.
 */
int cli_environment(char *const *environment, const struct config_list *added, const char *path,
                    struct arena *arena, char ***out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
