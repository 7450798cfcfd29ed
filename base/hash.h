/* SPDX-License-Identifier: Apache-2.0 */
/* A fast hash of bytes, for tables in memory. */
#ifndef CDIKIT_BASE_HASH_H
#define CDIKIT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

/* A seed of this process, so that nobody can prepare names that all have one hash. */
static inline uint64_t hash_seed(void)
{
    const void *random = (const void *)getauxval(AT_RANDOM);
    uint64_t seed = 0;

    if (random)
        memcpy(&seed, random, sizeof seed);
    return seed;
}

static inline uint32_t hash_bytes(uint64_t seed, const char *s, size_t len)
{
    uint64_t h = seed ^ (len * 0x9e3779b97f4a7c15U), word;

    for (; len >= 8; s += 8, len -= 8) {
        memcpy(&word, s, 8);
        h = (h ^ word) * 0xbf58476d1ce4e5b9U;
        h ^= h >> 32;
    }
    word = 0;
    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)s[i] << (8 * i);
    h = (h ^ word) * 0xbf58476d1ce4e5b9U;
    h = (h ^ (h >> 29)) * 0x94d049bb133111ebU;
    return (uint32_t)(h >> 32);
}

#endif
