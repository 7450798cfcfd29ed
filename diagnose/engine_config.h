/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration files of a container engine say about CDI, and about its OCI runtimes.
 * Options on the command line of a daemon, as in its systemd unit, are not in these files.
 *
 * Sources, each at its release tags until August 2026: containers/common, pkg/config/new.go, and
 * for podman 6 containers/container-libs, storage/pkg/configfile/parse.go; moby/moby,
 * daemon/command/daemon.go; containerd/containerd, cmd/containerd/server/config/config.go (1.7:
 * services/server/config/config.go), and the CRI plugin's configuration; cri-o/cri-o,
 * pkg/config/config.go and crio.conf.d(5).
 */
#ifndef CDIKIT_DIAGNOSE_ENGINE_CONFIG_H
#define CDIKIT_DIAGNOSE_ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <cdikit/error.h>

#include "cdi/engine.h"

struct arena;
struct root;

/* Where a fact stands; file is NULL for what the engine does when no file says anything. */
struct engine_place {
    const char *file; /* without the root */
    struct cdi_position pos;
};

enum engine_cdi {
    ENGINE_CDI_ON,
    ENGINE_CDI_OFF,       /* a file says so, or none says what has to be said */
    ENGINE_CDI_UNDECIDED, /* no file says anything, and the version is not known: see on_since */
    ENGINE_CDI_NONE,      /* an engine of this version reads no CDI documents */
};

/* Who runs the engine; without root's rights if uid is not 0. Strings may be NULL or "". */
struct engine_user {
    uid_t uid;
    const char *home;
    const char *config_home; /* $XDG_CONFIG_HOME; without it .config in the home */
    const char *runtime_dir; /* $XDG_RUNTIME_DIR */
};

struct engine_dir {
    const char *path;
    struct engine_place place;
};

/* An OCI runtime that can be named to the engine. */
struct engine_runtime {
    const char *name;
    const char *path; /* of its program, NULL if that is not said */
    struct engine_place place;
};

/* A file that the engine cannot use, or a setting in one. */
struct engine_problem {
    struct engine_place place;
    bool fatal; /* the engine does not start, or refuses every command; else it passes it over */
    const char *message;
};

struct engine_config {
    struct engine_version version; /* as it was asked for */

    const char *const *files; /* those that are there, in the order in which they apply */
    size_t n_files;
    const char *main_file; /* which an administrator writes settings into; it need not exist */

    enum engine_cdi cdi;
    struct engine_place cdi_place;
    const char *on_since; /* from which version on CDI is on unless a file says no; static */
    const char *enable;   /* what to do to switch CDI on: "set ... in FILE"; NULL: it is always */
    const char *restart; /* the command that makes the engine read its files; NULL: it needs none */

    const struct engine_dir *dirs; /* lowest priority first */
    size_t n_dirs;
    struct engine_place dirs_place;
    const char *dirs_key; /* the setting for them, "cdi_spec_dirs"; static */

    const struct engine_runtime *runtimes; /* those that files register, by name */
    size_t n_runtimes;
    const char *default_runtime; /* NULL if no file names one */
    struct engine_place default_place;

    const char *cgroup_driver; /* who manages control groups: "systemd", "cgroupfs"; NULL: no file
                                  says */
    struct engine_place cgroup_place;

    const struct engine_problem *problems; /* in the order in which they were met */
    size_t n_problems;
};

/*
 * Reads the configuration of an engine beneath a root, with the files of the user who runs it,
 * which is root if `user` is NULL. Without a known version it reads as the newest would where the
 * versions differ, but for ENGINE_CDI_UNDECIDED and podman 6. What is reached from *out belongs to
 * the arena. A file that is broken or unreadable is one of the problems; an error (NOMEM, LIMIT) is
 * not about any file.
 */
int engine_config_read(const struct root *root, const struct engine_version *version,
                       const struct engine_user *user, struct arena *arena,
                       struct engine_config *out, struct cdi_error *err) CDI_MUST_CHECK;

/* The runtime of that name; NULL if no file registers it. */
const struct engine_runtime *engine_config_runtime(const struct engine_config *config,
                                                   const char *name);

/* "FILE:LINE:COLUMN", "FILE", or "its default", from the arena; NULL without memory. */
const char *engine_place_text(struct arena *arena, const struct engine_place *place);

#endif
