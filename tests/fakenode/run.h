/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command on a simulated node. */
#ifndef FAKENODE_RUN_H
#define FAKENODE_RUN_H

#include "tests/fakenode/machine.h"
#include "tests/fakenode/tree.h"

#include <sys/types.h>

struct run_options {
    const char **copies; /* HOSTFILE=NODEPATH */
    size_t n_copies;
    const char **shares; /* directories of the host that the command may change */
    size_t n_shares;
    mode_t umask; /* of the command */
};

/* Copies the files named by HOSTFILE=NODEPATH onto a node. */
void run_copies(const struct tree *tree, const struct run_options *options);

/*
 * Runs a command on the node, in mount and PID namespaces of its own. Returns its exit status,
 * 128+N when it died by signal N, 126 or 127 when it could not be started.
 */
int run_on_node(const struct machine *machine, const struct run_options *options, char **argv);

/*
 * Makes the root of the node, with the node in it, out of the host's, and moves this process
 * into it. Belongs into mount and PID namespaces of its own.
 */
void noderoot_enter(const struct machine *machine, const struct run_options *options);

#endif
