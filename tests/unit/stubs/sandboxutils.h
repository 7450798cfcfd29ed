/* SPDX-License-Identifier: Apache-2.0 */
/* A libnvidia-sandboxutils whose answers a test sets, in the variable `fake_sandbox`. */
#ifndef CDIKIT_TESTS_STUBS_SANDBOXUTILS_H
#define CDIKIT_TESTS_STUBS_SANDBOXUTILS_H

#include <stddef.h>

#include "generate/machine/sandboxutils_abi.h"

struct fake_sandbox_device {
    const char *uuid;
    int type; /* as which it is asked for */
    struct sandboxutils_file *files;
};

struct fake_sandbox {
    const char *version;
    const char *content; /* of every link */
    int init_code, version_code, content_code;
    const char *failing; /* UUID of the device about which it cannot be asked */
    struct fake_sandbox_device devices[3];

    struct sandboxutils_init init; /* what it was told */
    int inits, shutdowns, versions, queries, contents;
};

#endif
