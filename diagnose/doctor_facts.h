/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What doctor knows of a node, as plain data: it is gathered first, and then judged by functions
 * that look at nothing else. Strings live in the arena that the facts were gathered into. Where
 * something could not be looked at a `problem` says why; NULL: it could.
 */
#ifndef CDIKIT_DIAGNOSE_DOCTOR_FACTS_H
#define CDIKIT_DIAGNOSE_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cdikit/validate.h>

#include "diagnose/engine_config.h"
#include "generate/machine/majors.h"

struct arena;
struct generate_options;
struct root;

/* The content of a small file. */
struct doctor_text {
    const char *path;
    const char *text; /* without blanks at its ends; NULL: there is no such file */
    const char *problem;
};

/* ---- The driver ---- */

/* A GPU on the PCI bus. */
struct doctor_gpu {
    const char *name;   /* "0000:3b:00.0" */
    const char *driver; /* kernel driver that has taken it, NULL if none */
    bool started;       /* it is in /proc/driver/nvidia/gpus */
};

/* A library of the driver, by the version in its file's name. */
struct doctor_library {
    const char *path;
    const char *version;
};

/* The driver's kernel modules, by what /sys/module calls them: Debian's have other names. */
#define DOCTOR_MODULES 8

struct doctor_driver {
    bool other_kind; /* Tegra or WSL, whose drivers have no such module and nodes */
    struct doctor_gpu *gpus;
    size_t n_gpus;
    const char *gpus_problem;

    struct doctor_text version;                 /* /proc/driver/nvidia/version */
    const char *loaded;                         /* the version in there; NULL if there is none */
    struct doctor_text modules[DOCTOR_MODULES]; /* /sys/module/NAME/version */
    const char *modules_dep;                    /* of the kernel that runs; NULL if not known */
    const char **module_files;                  /* files in there that are the module "nvidia" */
    size_t n_module_files;

    const char *root;         /* the driver root; "" for the node's own */
    const char *root_problem; /* why it cannot be opened */
    struct doctor_library *libraries;
    size_t n_libraries;
};

/* ---- Device nodes ---- */

enum doctor_node_kind {
    DOCTOR_NODE_CONTROL,
    DOCTOR_NODE_EXTRA, /* a control device that not every container needs */
    DOCTOR_NODE_GPU,
    DOCTOR_NODE_CAP, /* of a MIG device */
};

struct doctor_node {
    enum doctor_node_kind kind;
    const char *path; /* in the node's own tree: with the dev root before it */
    const char *what; /* "GPU 0000:3b:00.0" */
    const char *problem;
    bool there, character; /* it exists, as a character device */
    unsigned major, minor;
    mode_t mode;

    /* What the driver says; -1 where it says nothing. */
    int want_major, want_minor;
    mode_t want_mode;
};

enum doctor_link_state { DOCTOR_LINK_MISSING, DOCTOR_LINK_RIGHT, DOCTOR_LINK_WRONG };

/* A link of /dev/char. */
struct doctor_link {
    const char *path;   /* "/dev/char/195:255" */
    const char *device; /* "/dev/nvidiactl" */
    enum doctor_link_state state;
};

struct doctor_nodes {
    struct doctor_node *nodes;
    size_t n;
    struct majors majors;
    const char *root; /* the dev root; "" for the node's own */
    const char *problem;
    struct doctor_link *links;
    size_t n_links;
    const char *links_problem;
};

/* ---- CDI documents ---- */

/* What the state of a refresh says of a document. */
enum doctor_trace {
    DOCTOR_TRACE_NONE,    /* refresh did not write it, or not here */
    DOCTOR_TRACE_DAMAGED, /* or of another version of cdikit */
    DOCTOR_TRACE_PARTIAL, /* something was left out when it was written */
    DOCTOR_TRACE_SAME,    /* all is as it was */
    DOCTOR_TRACE_CHANGED, /* see `change` */
    DOCTOR_TRACE_UNKNOWN, /* see `trace_problem` */
};

/* What a document names, and is not on the node as it should be: see live.h. */
struct doctor_live {
    const struct cdi_rule *rule;
    struct cdi_position pos;
    const char *message;
    const char *hint; /* or NULL */
    size_t n;         /* different findings of the rule; this is the first */
};

struct doctor_document {
    const char *path;
    const char *dir;     /* its spec dir */
    const char *kind;    /* NULL if it cannot be loaded */
    const char *error;   /* why it cannot be loaded; NULL if it can */
    bool denied;         /* because we may not read it */
    bool ignored;        /* engines pass it over, by its name */
    bool is_dir;         /* a directory within a spec dir */
    const char *renamed; /* the path under which they would load it, if that is free; or NULL */
    mode_t mode;
    uid_t uid;

    size_t n_devices, n_shadowed, n_conflicting;
    const char *shadowed_by, *conflicts_with; /* another document; NULL without such devices */

    enum doctor_trace trace;
    const char *change;        /* "/dev/nvidia1 vanished" */
    const char *trace_problem; /* why there is no knowing */
    bool usual;                /* it was asked for as `cdikit refresh --output PATH` asks */

    size_t n_hooks;
    struct doctor_live *live; /* one for each rule */
    size_t n_live;
};

struct doctor_dir {
    const char *path;
    bool there;
    const char *problem; /* it, or what is in it, cannot be looked at */
    mode_t mode;
    uid_t uid;
};

#define DOCTOR_DIRS 2

struct doctor_specs {
    struct doctor_dir dirs[DOCTOR_DIRS]; /* lowest priority first */
    struct doctor_document *documents;   /* in scan order */
    size_t n;
    const char *missing_hook; /* that hooks of a new document would run; NULL: it is there */
};

/* ---- Container engines ---- */

/* An OCI runtime for GPUs that an engine is told of. */
struct doctor_runtime {
    const char *name;
    const char *path; /* as the engine is told */
    const char *place;
    bool is_default;
    bool found; /* its program can be run */
};

/* A configuration file that cannot be used, or a setting in one. */
struct doctor_engine_problem {
    const char *place;
    bool fatal; /* the engine does not start */
    const char *message;
};

/* An engine that is installed, or was named. See engine_config.h. */
struct doctor_engine {
    const char *name;
    enum engine_cdi cdi;
    const char *cdi_place; /* this and others: NULL if it is the engine's default */
    const char *on_since, *enable, *restart;
    const char *dirs; /* joined with ", " */
    const char *dirs_place, *dirs_key;
    bool reads[DOCTOR_DIRS];   /* whether these are among them */
    const char *cgroup_driver; /* that it is told to use, "systemd" or "cgroupfs"; or NULL */
    const char *cgroup_place;
    struct doctor_runtime *runtimes;
    size_t n_runtimes;
    struct doctor_engine_problem *problems;
    size_t n_problems;
};

struct doctor_engines {
    struct doctor_engine *engines;
    size_t n;
};

/* ---- The host ---- */

enum doctor_cgroup {
    DOCTOR_CGROUP_NONE,
    DOCTOR_CGROUP_V1,
    DOCTOR_CGROUP_HYBRID, /* controllers of version 1, processes by version 2 */
    DOCTOR_CGROUP_V2,
};

/* What keeps documents up to date. */
struct doctor_unit {
    const char *name;
    bool enabled;
};

#define DOCTOR_UNITS 4

struct doctor_host {
    bool systemd; /* it runs the node */
    struct doctor_text selinux_enforce, selinux_devices;
    enum doctor_cgroup cgroup;
    const char *cgroup_problem;
    struct doctor_text subuid, subgid;
    struct doctor_text max_user_namespaces, userns_clone;
    struct doctor_unit units[DOCTOR_UNITS]; /* cdikit's, then nvidia-ctk's */
};

struct doctor_facts {
    struct doctor_driver driver;
    struct doctor_nodes nodes;
    struct doctor_specs specs;
    struct doctor_engines engines;
    struct doctor_host host;
};

/* What is known of the engines before they are looked at. */
struct doctor_asked {
    const struct engine_user *user; /* who runs them; NULL: root */
    const struct engine_version *versions;
    size_t n_versions; /* other engines are looked at if they are installed */
};

/*
 * Looks at the node of the options, which are those that `cdikit refresh` has without any of its
 * own: root, driver_root and dev_root count. What cannot be looked at is a fact, too. Errors: IO
 * (the root cannot be opened), UNSUPPORTED (that of root_open()), LIMIT (of engine_config_read()),
 * NOMEM.
 */
int doctor_look(const struct generate_options *options, const struct doctor_asked *asked,
                struct arena *arena, struct doctor_facts *out,
                struct cdi_error *err) CDI_MUST_CHECK;

#endif
