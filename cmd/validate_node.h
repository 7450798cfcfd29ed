/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit validate --live and --target: documents against this node, and against engines. */
#ifndef CDIKIT_CMD_VALIDATE_NODE_H
#define CDIKIT_CMD_VALIDATE_NODE_H

#include <stdbool.h>

#include <cdikit/validate.h>

#include "base/root.h"
#include "cmd/command.h"

/* A part of the options of the command. */
struct node_options {
    bool live;
    struct option_list targets;
};

#define NODE_OPTIONS(options, member)                                                          \
    {.name = "live",                                                                           \
     .type = OPTION_SWITCH,                                                                    \
     .offset = offsetof(options, member.live),                                                 \
     .help = "check also that what documents name exists on this node, or on that whose root " \
             "--root names, and is what they say: rules live-*"},                              \
    {                                                                                          \
        .name = "target", .type = OPTION_LIST, .offset = offsetof(options, member.targets),    \
        .value = "ENGINE@VERSION",                                                             \
        .help = "check also what this engine would refuse or drop: podman, docker, "           \
                "containerd or cri-o; can be repeated: rules target-*"                         \
    }

struct node_target;

/* What there is to check against. Ends with node_close(). */
struct node {
    bool live;
    struct root root;
    struct node_target *targets;
    size_t n_targets;
};

/* Errors: USAGE (no such engine or version), IO (no such root), NOMEM. */
int node_open(const struct call *call, const struct node_options *options, const char *root,
              struct node *out, struct cdi_error *err) CDI_MUST_CHECK;
void node_close(struct node *node);

/*
 * The findings of a document that was read from this text, with the severities of a run as
 * cdi_document_validate_with() takes them. Comments of the text silence them. `spec` may be NULL
 * where the document has errors: what can be read of it is checked all the same.
 */
int node_check(const struct node *node, const unsigned char *severities, const char *text,
               size_t len, const struct cdi_spec *spec, struct cdi_findings *out,
               struct cdi_error *err) CDI_MUST_CHECK;

#endif
