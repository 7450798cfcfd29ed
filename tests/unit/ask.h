/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations of containers that ask for devices, and what is made of them. */
#ifndef TESTS_UNIT_ASK_H
#define TESTS_UNIT_ASK_H

#include "apply/request.h"

/* A configuration: each list separated by '|', "key=value" but for mounts. */
struct ask {
    const char *env;
    const char *mounts; /* of /dev/null, at "/var/run/nvidia-container-devices" + this */
    const char *annotations;
    bool admin; /* CAP_SYS_ADMIN is in the bounding set */
};

/* The document of a configuration; the caller frees it. */
struct cdi_oci *ask_document(const struct ask *ask);

/* The defaults of config.toml. */
extern const struct request_rules ask_defaults;
/* The same, but mounts count. */
extern const struct request_rules ask_mounts;
/* Mounts count, and the variables of unprivileged containers do not. */
extern const struct request_rules ask_strict;

/* "a,b" */
void ask_join(const struct request_strings *list, char *out, size_t size);

#endif
