/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container asks for: a pure function of its OCI configuration and the node's rules.
 * Source: the environment variables, mounts and annotations of NVIDIA's container toolkit.
 */
#ifndef CDIKIT_APPLY_REQUEST_H
#define CDIKIT_APPLY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/oci.h>

struct arena;

struct request_strings {
    const char *const *items;
    size_t n;
};

/* How the node treats requests; the strings belong to the caller. */
struct request_rules {
    struct request_strings swarm_resources; /* variables that stand in for NVIDIA_VISIBLE_DEVICES */
    struct request_strings annotation_prefixes;
    bool env_when_unprivileged; /* a container without CAP_SYS_ADMIN may ask by variables */
    bool volume_mounts;         /* a container may ask by mounts below
                                   /var/run/nvidia-container-devices */
    bool no_imex;               /* IMEX channels cannot be asked for */
    bool no_requirements;       /* what images require does not count: disable-require */
    bool legacy_requirements;   /* it is asked for in mode legacy too: by the prestart hook */
    const char *default_kind;   /* of names that are not qualified, in mode cdi */
};

/* How a container gets what it asks for; the names are those of config.toml. */
enum request_mode {
    REQUEST_AUTO,
    REQUEST_LEGACY,  /* a prestart hook runs nvidia-container-cli */
    REQUEST_CSV,     /* Tegra: a document generated from CSV files */
    REQUEST_CDI,     /* documents of the spec dirs */
    REQUEST_JIT_CDI, /* a document generated now */
    REQUEST_N_MODES,
};

/* What auto depends on. */
enum request_platform { REQUEST_PLATFORM_OTHER, REQUEST_PLATFORM_TEGRA };

bool request_mode_parse(const char *text, enum request_mode *out);
const char *request_mode_name(enum request_mode mode);

/* Where the devices are asked for; sources are never merged. */
enum request_source { REQUEST_NOWHERE, REQUEST_ANNOTATIONS, REQUEST_MOUNTS, REQUEST_ENV };

/* Features with devices of their own, in the order in which they are served. */
enum request_feature {
    REQUEST_GDS,      /* NVIDIA_GDS=enabled */
    REQUEST_MOFED,    /* NVIDIA_MOFED=enabled */
    REQUEST_GDRCOPY,  /* NVIDIA_GDRCOPY=enabled */
    REQUEST_NVSWITCH, /* NVIDIA_NVSWITCH=enabled */
    REQUEST_N_FEATURES,
};

/* A sentence about the decision, for --explain and the log. */
struct request_note {
    bool warning; /* something that was asked for does not count */
    const char *text;
};

struct request {
    enum request_mode mode; /* never AUTO */
    enum request_source source;
    bool privileged; /* CAP_SYS_ADMIN in process.capabilities.bounding */
    /*
     * The devices as the mode wants them, each once. cdi: qualified names. jit-cdi: qualified
     * names, of kind REQUEST_JIT_KIND where they were plain. In both, request_is_generated()
     * tells which of them are generated now; the registry has the others, and one request may
     * have both. csv and legacy: as they were asked for; "" (of "none") means no device but the
     * driver's files.
     */
    struct request_strings devices;

    /* What follows is empty when there are no devices. */
    bool features[REQUEST_N_FEATURES];    /* never of the registry's devices alone */
    struct request_strings imex_channels; /* of generated devices and mode legacy, as asked for:
                                             "0", "channel0", "all" */
    bool graphics; /* NVIDIA_DRIVER_CAPABILITIES has all, graphics or display */
    bool csv_all;  /* NVIDIA_REQUIRE_JETPACK=csv-mounts=all */
    struct request_strings requirements; /* of mode csv, and legacy where the rules say so:
                                            "cuda>=12.0 brand=tesla" */

    struct request_note *notes; /* in the order of the reasoning */
    size_t n_notes;
};

#define REQUEST_JIT_KIND "runtime.nvidia.com/gpu"

/* True for a name of REQUEST_JIT_KIND, whatever the mode. */
bool request_is_generated(const char *device) CDI_PURE;

/* True if there are names, all of them qualified. */
bool request_all_qualified(const struct request_strings *names) CDI_PURE;

/*
 * Fills *out, all of it from the arena or the document. `mode` is the configured one; AUTO
 * becomes cdi if all devices that are asked for are qualified names, else csv on Tegra, else
 * jit-cdi. Annotations count in mode cdi alone.
 *
 * Errors: INVALID (a member of the wrong type; a request of annotations or mounts that is no
 * name; a CUDA_VERSION that is none, where requirements count), LIMIT (more than
 * CDI_OCI_MAX_REQUESTED devices or channels, repeated ones counted; a name of more than 4096
 * bytes), NOMEM.
 */
int request_read(struct cdi_oci *oci, const struct request_rules *rules, enum request_mode mode,
                 enum request_platform platform, struct arena *arena, struct request *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The driver capabilities for nvidia-container-cli, alphabetically, in *out: those that the
 * container asks for among the `supported` ones. Errors: INVALID (one that is not supported),
 * NOMEM.
 */
int request_capabilities(struct cdi_oci *oci, const struct request_strings *supported,
                         struct arena *arena, struct request_strings *out,
                         struct cdi_error *err) CDI_MUST_CHECK;

#endif
