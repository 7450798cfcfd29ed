/* SPDX-License-Identifier: Apache-2.0 */
/* The search for a driver's files, told to a person. */
#ifndef CDIKIT_CMD_EXPLAIN_DRIVER_H
#define CDIKIT_CMD_EXPLAIN_DRIVER_H

#include "generate/driver/driver.h"

/*
 * Prints, by capability, each rule: what was looked for, the files that were found and what they
 * are in the container or, where nothing was found, the places.
 */
void explain_driver(const struct driver *driver);

#endif
