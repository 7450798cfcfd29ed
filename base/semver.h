/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions as people write them: semantic versions (semver.org 2.0.0) of which trailing numbers
 * may be missing, that may begin with a 'v' and have zeros in front of their numbers.
 */
#ifndef CDIKIT_BASE_SEMVER_H
#define CDIKIT_BASE_SEMVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct semver {
    uint64_t numbers[3]; /* 0 where missing */
    const char *pre;     /* the pre-release, in the text; build metadata is left out */
    size_t pre_len;
};

/* Reads a text of len bytes, which must outlive *out; false if it is no version. */
bool semver_parse(const char *text, size_t len, struct semver *out);

/* < 0, 0 or > 0, by the precedence of semantic versions. */
int semver_compare(const struct semver *a, const struct semver *b);

#endif
