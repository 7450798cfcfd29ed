/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <sys/auxv.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json_keys.h"

static const struct {
    const char *s;
    size_t len;
} texts[] = {
    {"", 0},
    {"\0", 1},
    {"\0\0\0\0\0\0\0\0", 8},
    {"a", 1},
    {"a\0", 2},
    {"b", 1},
    {"aaaaaaaa", 8},
    {"aaaaaaaab", 9},
    {"baaaaaaaa", 9},
    {"aaaaaaaa\0", 9},
    {"aaaaaaab", 8},
    {"baaaaaaa", 8},
    {"aaaaaaaabbbbbbbb", 16},
    {"bbbbbbbbaaaaaaaa", 16},
};

Test(hash, differs_for_different_texts)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
            cr_expect_eq(hash_bytes(1, texts[i].s, texts[i].len) ==
                             hash_bytes(1, texts[j].s, texts[j].len),
                         i == j, "%zu %zu", i, j);
}

Test(hash, differs_for_different_seeds)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        cr_expect_neq(hash_bytes(1, texts[i].s, texts[i].len),
                      hash_bytes(2, texts[i].s, texts[i].len), "%zu", i);
}

/* Source: getauxval(3), AT_RANDOM: sixteen bytes that are new in each process. */
Test(hash, the_seed_is_that_of_the_process)
{
    struct json_keys keys;
    uint64_t seed;

    memcpy(&seed, (const void *)getauxval(AT_RANDOM), sizeof seed);
    cr_expect_eq(hash_seed(), seed);
    json_keys_init(&keys, "");
    cr_expect_eq(keys.seed, seed);
    json_keys_free(&keys);
}
