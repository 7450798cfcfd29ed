/* SPDX-License-Identifier: Apache-2.0 */
/* What libcuda says of itself. Source: NVIDIA's CUDA Driver API. */
#ifndef CDIKIT_GENERATE_MACHINE_CUDA_H
#define CDIKIT_GENERATE_MACHINE_CUDA_H

#include <cdikit/error.h>

struct cuda_facts {
    int version;      /* of the CUDA that the driver supports: 12080 is 12.8; 0: unknown */
    int major, minor; /* compute capability of the first device; 0, 0: unknown */
};

/*
 * Asks a library (a path, or a bare name for the loader), and closes it. What it does not answer
 * is unknown. Errors: NOTFOUND (it cannot be opened).
 */
int cuda_read(const char *library, struct cuda_facts *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
