/* SPDX-License-Identifier: Apache-2.0 */
/* Documents for engines that do not know the newest CDI versions: what commands share of it. */
#ifndef CDIKIT_CMD_LOWER_H
#define CDIKIT_CMD_LOWER_H

#include <cdikit/spec.h>

#include "cmd/command.h"

/* Part of the options of each command that writes documents. */
struct lower_options {
    const char *max_version;    /* --max-cdi-version */
    struct option_list engines; /* --for */
};

#define LOWER_OPTIONS(struct_, place)                                                          \
    {.name = "max-cdi-version",                                                                \
     .type = OPTION_STRING,                                                                    \
     .offset = offsetof(struct_, place.max_version),                                           \
     .value = "VERSION",                                                                       \
     .help = "leave out what needs a newer CDI version than this one, and say what that was"}, \
    {                                                                                          \
        .name = "for", .type = OPTION_LIST, .offset = offsetof(struct_, place.engines),        \
        .value = "ENGINE@VERSION",                                                             \
        .help = "as --max-cdi-version, with the newest one that this engine reads: podman, "   \
                "docker, containerd or cri-o; can be repeated"                                 \
    }

/* The lowest of the versions that were given. */
struct lower_limit {
    const char *version; /* NULL: there is no limit */
    const char *why;     /* "--for podman@4.3 reads up to CDI 0.5.0", in the arena */
};

/* Reads the options. Errors: USAGE, NOMEM. */
int lower_limit(const struct call *call, const struct lower_options *options,
                struct lower_limit *out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Lowers a document to the limit, if there is one, and says what was left out: one line on
 * standard error for each member, with all the devices that had it, unless --quiet. Errors:
 * INVALID where the limit cannot be reached, NOMEM.
 */
int lower_document(const struct call *call, const struct lower_limit *limit, struct cdi_spec *spec,
                   struct cdi_error *err) CDI_MUST_CHECK;

/* Fails with USAGE unless `version` is known; `others` are other values: "'min' or ". */
int lower_check_version(const char *option, const char *version, const char *others,
                        struct cdi_error *err) CDI_MUST_CHECK;

#endif
