/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of doctor_look(), and what they share. */
#ifndef CDIKIT_DIAGNOSE_DOCTOR_LOOK_H
#define CDIKIT_DIAGNOSE_DOCTOR_LOOK_H

#include <sys/stat.h>

#include "diagnose/doctor_facts.h"

struct roots;

/* What is looked at, and what the facts are kept in. */
struct doctor_look {
    const struct generate_options *options;
    const struct doctor_asked *asked;
    const struct roots *roots;
    const char *driver_root_problem; /* the roots are the node's own then */
    struct arena *arena;
};

/* Reads a small file of the system. Errors: NOMEM. */
int doctor_read(const struct doctor_look *look, const char *path, struct doctor_text *out,
                struct cdi_error *err) CDI_MUST_CHECK;

/* True for the error of a path that is not there. */
bool doctor_is_missing(int os_errno) CDI_PURE;

/* The text of an error, for a `problem`. Errors: NOMEM. */
int doctor_problem(const struct doctor_look *look, const struct cdi_error *why, const char **out,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* Each fills one part of the facts, of a document its trace. Errors: NOMEM, LIMIT. */
int doctor_look_driver(const struct doctor_look *look, struct doctor_driver *out,
                       struct cdi_error *err) CDI_MUST_CHECK;
int doctor_look_nodes(const struct doctor_look *look, struct doctor_nodes *out,
                      struct cdi_error *err) CDI_MUST_CHECK;
int doctor_look_specs(const struct doctor_look *look, struct doctor_specs *out,
                      struct cdi_error *err) CDI_MUST_CHECK;
int doctor_look_trace(const struct doctor_look *look, struct doctor_document *document,
                      struct cdi_error *err) CDI_MUST_CHECK;
int doctor_look_engines(const struct doctor_look *look, struct doctor_engines *out,
                        struct cdi_error *err) CDI_MUST_CHECK;
int doctor_look_host(const struct doctor_look *look, struct doctor_host *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

#endif
