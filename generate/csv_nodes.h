/* SPDX-License-Identifier: Apache-2.0 */
/* The device nodes of a Tegra system's GPUs: those that CSV files list, and some that they do not.
 */
#ifndef CDIKIT_GENERATE_CSV_NODES_H
#define CDIKIT_GENERATE_CSV_NODES_H

#include "generate/csv.h"
#include "generate/probe.h"

/*
 * Adds the nodes of a device. One without UUID and address (`nameless`) has all that are listed;
 * else index 0 is the integrated GPU and 1 a discrete one. *listed tells whether there are
 * entries of nodes for it; those that are not there are noted. Without what a discrete GPU needs
 * it is unusable. Errors: LIMIT (a pattern that fits too much), IO, NOMEM.
 */
int csv_add_nodes(struct probe *p, const struct csv_list *list, struct machine_device *device,
                  bool *listed, struct cdi_error *err) CDI_MUST_CHECK;

#endif
