/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of request_read() share. */
#ifndef CDIKIT_APPLY_REQUEST_INTERNAL_H
#define CDIKIT_APPLY_REQUEST_INTERNAL_H

#include "apply/environment.h"
#include "apply/request.h"

#define VISIBLE_DEVICES "NVIDIA_VISIBLE_DEVICES"
#define IMEX_CHANNELS   "NVIDIA_IMEX_CHANNELS"

/* A growing list. */
struct request_names {
    const char **items;
    size_t n;
};

/* One call of request_read(). */
struct request_job {
    struct cdi_oci *oci;
    const struct request_rules *rules;
    struct arena *arena;
    struct environment env; /* NVIDIA_*, CUDA_VERSION, swarm resources */
    struct request_names devices, imex;
    struct request *out;
    bool failed; /* a note is missing, for want of memory: as with struct strbuf */
};

/* ---- request.c ---- */

/* Adds a note. Beyond REQUEST_MAX_NOTES there are no more: a log must not be flooded. */
#define REQUEST_MAX_NOTES 64
void request_note(struct request_job *job, bool warning, const char *fmt, ...) CDI_PRINTF(3, 4);

/*
 * Adds a name as it is. LIMIT beyond CDI_OCI_MAX_REQUESTED, and for one that is longer than
 * REQUEST_MAX_NAME, which is no name: as an argument of a program it might not do.
 */
#define REQUEST_MAX_NAME 4096 /* bytes */
int request_add(struct request_job *job, struct request_names *names, const char *name,
                struct cdi_error *err) CDI_MUST_CHECK;

/* Splits at commas and adds what is between them. */
int request_add_list(struct request_job *job, struct request_names *names, const char *list,
                     bool trim, struct cdi_error *err) CDI_MUST_CHECK;

/* ---- the sources, in the order of their precedence: each adds to job->devices ---- */

int request_from_annotations(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;
int request_from_mounts(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;
int request_from_env(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;

/* ---- request_mounts.c ---- */

/* Adds the IMEX channels that mounts ask for, whatever asks for devices. */
int request_imex_from_mounts(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;

/* ---- request_env.c ---- */

/* True for images before NVIDIA_REQUIRE_CUDA, which mean all devices if they say nothing. */
bool request_legacy_image(const struct environment *env);

/* True if the container may ask by variables. */
bool request_env_counts(const struct request_job *job);

/* Adds the IMEX channels of NVIDIA_IMEX_CHANNELS. */
int request_imex_from_env(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;

/* ---- request_names.c ---- */

/* Turns job->devices into what the mode wants. */
int request_name_devices(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;

/* Of equal names the first stays. */
int request_unique(struct request_job *job, struct request_names *names,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* ---- request_image.c ---- */

/* What the image says besides: features, graphics, IMEX channels, requirements. */
int request_read_image(struct request_job *job, struct cdi_error *err) CDI_MUST_CHECK;

#endif
