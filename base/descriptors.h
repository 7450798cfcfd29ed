/* SPDX-License-Identifier: Apache-2.0 */
/* The standard descriptors of a program. */
#ifndef CDIKIT_BASE_DESCRIPTORS_H
#define CDIKIT_BASE_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Opens /dev/null for each standard descriptor that is closed, which would be the next file that
 * is opened otherwise, and receive our messages. Close-on-exec: a program that is executed finds
 * it closed again. False if that cannot be done.
 */
bool descriptors_fill_standard(void);

#endif
