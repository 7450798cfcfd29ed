/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA forward compatibility: whether a container gets the libcuda of its image, which is newer
 * than that of the host. Source of the rule: NVIDIA's "CUDA Compatibility" guide, and what
 * nvidia-cdi-hook's enable-cuda-compat does.
 */
#ifndef CDIKIT_HOOKS_COMPAT_H
#define CDIKIT_HOOKS_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a compatibility library says of itself, in its ELF note: see compat_note.h. */
struct compat_note {
    bool there;              /* false: it has no such note, and the rest is empty */
    const char *cuda;        /* its version of CUDA, "" if that is not told */
    const uint32_t *drivers; /* branches (major versions) of host drivers that it works with */
    size_t n_drivers;
};

/* What decides. A version is what semver_parse() reads; "" if it is not known. */
struct compat_facts {
    const char *library; /* driver version that the library belongs to */
    const char *host_driver;
    const char *host_cuda; /* the host driver's version of CUDA */
    struct compat_note note;
};

/* The driver version in the name of a libcuda.so.*.*, a part of `name`; NULL for another name. */
const char *compat_library_version(const char *name);

/*
 * True if the library is to be used. With a note: if it supports the host driver's branch and is
 * newer than that driver; where one of both versions is not known, if its CUDA is newer than the
 * host's. Without a note: if it is of a newer branch, and nothing is said of CUDA.
 */
bool compat_wanted(const struct compat_facts *facts);

#endif
