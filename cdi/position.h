/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDIKIT_CDI_POSITION_H
#define CDIKIT_CDI_POSITION_H

#include <cdikit/spec.h>

/*
 * As cdi_spec_position(), for a key of the annotations at `path`. *hint, 0 at first, makes a
 * series of keys in their order take linear time.
 */
struct cdi_position position_of_key(const struct cdi_spec *spec, const char *path, const char *key,
                                    size_t *hint);

#endif
