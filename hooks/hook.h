/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of cdikit-hook: programs that an OCI runtime starts at points of a container's
 * life (OCI runtime-spec, config.md, "POSIX-platform Hooks"), with the container's state on
 * standard input.
 *
 * Those that act inside a container (createContainer) share one command line, one way to find
 * the container's root, and the confinement of confine.h; each is a row of container_hooks[].
 */
#ifndef CDIKIT_HOOKS_HOOK_H
#define CDIKIT_HOOKS_HOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cdikit/error.h>

struct arena;
struct rootfs;

/* ---- Hooks that act inside a container ---- */

struct hook_list {
    const char **items;
    size_t n;
};

/* What the command lines of these hooks can say. Strings are parts of argv. */
struct hook_args {
    const char *container_spec;      /* a file with the state; NULL, "" and "-": standard input */
    struct hook_list links;          /* "TARGET::LINK" */
    struct hook_list device_links;   /* as links, for what is in the container only */
    struct hook_list folders;        /* of libraries */
    struct hook_list paths;          /* whose mode is changed */
    const char *mode;                /* octal; NULL without */
    const char *ldconfig_path;       /* NULL without */
    const char *host_driver_version; /* NULL without */
    const char *host_cuda_version;   /* NULL without */
    const char *compat_root;         /* NULL without */
    bool debug, quiet;
    bool enable_cuda_compat, update_ldcache, disable_device_node_modification,
        update_application_profile; /* what setup-container shall do beside links and modes */
};

/* What a hook works on. */
struct hook_call {
    const struct hook_args *args;
    struct arena *arena;
    struct rootfs *root; /* open */
};

struct container_hook {
    const char *name;
    const char *summary;
    unsigned accepts; /* groups of options: bits of enum hook_option_group (hooks/options.h) */
    bool hidden;      /* left out of help */

    /*
     * Looks at the arguments before anything else: positive if there is nothing to do, and
     * what is in standard input does not matter then. NULL: there always is.
     */
    int (*check)(const struct hook_args *args, struct cdi_error *err);

    /* What needs capabilities or system calls that are given up next. NULL: nothing. */
    int (*prepare)(const struct hook_call *call, struct cdi_error *err);

    /* The work on files, without them (confine_drop()). NULL: nothing. */
    int (*run)(const struct hook_call *call, struct cdi_error *err);

    /*
     * What comes after that and needs them again: starting the host's ldconfig. Only with
     * args->ldconfig_path; run() is done by a child then. NULL: nothing.
     */
    int (*finish)(const struct hook_call *call, struct cdi_error *err);
};

/* Where update-application-profile writes. */
#define APPLICATION_PROFILE_DIR  "/etc/nvidia/nvidia-application-profiles-rc.d"
#define APPLICATION_PROFILE_NAME "10-container.conf"

/* A GPU's minor number is less, or the profile cannot name it. */
#define APPLICATION_PROFILE_MINORS 64

/* Ends with a name of NULL. */
extern const struct container_hook container_hooks[];

/* The bodies, one a file. As the members of struct container_hook. */
int create_symlinks_check(const struct hook_args *args, struct cdi_error *err);
int create_symlinks(const struct hook_call *call, struct cdi_error *err);
int chmod_check(const struct hook_args *args, struct cdi_error *err);
int chmod_paths(const struct hook_call *call, struct cdi_error *err);
int enable_cuda_compat_check(const struct hook_args *args, struct cdi_error *err);
int enable_cuda_compat(const struct hook_call *call, struct cdi_error *err);
/* 1 with the folder that enable-cuda-compat would tell the loader, 0 if it would tell none. */
int cuda_compat_folder(const struct hook_call *call, char path[static PATH_MAX],
                       struct cdi_error *err) CDI_MUST_CHECK;
int update_ldcache_check(const struct hook_args *args, struct cdi_error *err);
int update_ldcache(const struct hook_call *call, struct cdi_error *err);
int update_ldcache_finish(const struct hook_call *call, struct cdi_error *err);
int disable_device_node_modification_check(const struct hook_args *args, struct cdi_error *err);
int disable_device_node_modification(const struct hook_call *call, struct cdi_error *err);
/* The text of the profile for GPUs with these minor numbers, a bit each; from the arena. */
const char *application_profile(uint64_t minors, struct arena *arena);
/* True for the file name of a GPU's device node: "nvidia" and a number. */
bool application_profile_is_gpu(const char *name) CDI_PURE;
int update_application_profile(const struct hook_call *call, struct cdi_error *err);
int setup_container_check(const struct hook_args *args, struct cdi_error *err);
int setup_container_prepare(const struct hook_call *call, struct cdi_error *err);
int setup_container(const struct hook_call *call, struct cdi_error *err);
int setup_container_finish(const struct hook_call *call, struct cdi_error *err);

/*
 * The command line of nvidia-cdi-hook, from argv[1] on: options, the name of a hook, its options.
 * A hook that is not known is a warning and success, since documents may be newer than the
 * program; a known one with wrong options is a failure. `program` is its name, and `title` what its
 * version is told of. Returns the exit status: 0 or 1.
 */
int container_hook_main(const char *program, const char *title, int argc, char **argv);

/* Prints the hooks and the options of the program. */
void container_hook_help(FILE *out, const char *program);

/* ---- All hooks ---- */

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

#endif
