/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/semver.h"

static const char *const good[] = {
    "0",          "8",   "7.5",     "9.0.116",   "v11.6",       "007.08.09", "18446744073709551615",
    "1.2.3-rc.1", "1-0", "1.2-a-b", "1.2.3+007", "1.2.3-x+y.z", "1.2.3--",   "1+a",
};

static const char *const bad[] = {
    "",           "v",        "vv1",         "foo",      "foo.5.10",  "9.0.116.50",
    "9.0.116foo", "7.foo",    "9.0.bar",     "9.0.116.", "9..0",      "9.",
    ".5.10",      "-9",       "+9",          "-9.1.116", "9.-1.-116", "18446744073709551616",
    "1.2.3-",     "1.2.3-01", "1.2.3-a..b",  "1.2.3+",   "1.2.3+a_b", " 1",
    "1 ",         "V1",       "1.2.3-a+b+c",
};

static bool parses(const char *text)
{
    struct semver version;

    return semver_parse(text, strlen(text), &version);
}

Test(semver, parse)
{
    char longest[258] = "1.2.3-";

    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        cr_expect(parses(good[i]), "%s", good[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        cr_expect_not(parses(bad[i]), "%s", bad[i]);
    memset(longest + 6, 'a', 250);
    cr_expect(parses(longest));
    longest[256] = 'a';
    cr_expect_not(parses(longest));
}

/* Each is below the next one, semver.org 2.0.0, 11. */
static const char *const ascending[] = {
    "0.9.9",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0-99999999999999999999999",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1",
    "1.0.1",
    "1.2",
    "1.10",
    "2.0.0",
    "10",
};

static const char *const equal[][2] = {
    {"1", "1.0.0"}, {"v1.02", "1.2.0"}, {"1.0.0+a", "1.0.0+b"}, {"1-a", "1.0-a+x"}};

static int compare(const char *a, const char *b)
{
    struct semver x, y;

    cr_assert(semver_parse(a, strlen(a), &x), "%s", a);
    cr_assert(semver_parse(b, strlen(b), &y), "%s", b);
    return semver_compare(&x, &y);
}

Test(semver, compare)
{
    for (size_t i = 0; i < ARRAY_SIZE(ascending); i++)
        for (size_t k = 0; k < ARRAY_SIZE(ascending); k++) {
            int order = compare(ascending[i], ascending[k]);

            cr_expect_eq((order > 0) - (order < 0), (i > k) - (i < k), "%s %s", ascending[i],
                         ascending[k]);
        }
    for (size_t i = 0; i < ARRAY_SIZE(equal); i++)
        cr_expect_eq(compare(equal[i][0], equal[i][1]), 0, "%s %s", equal[i][0], equal[i][1]);
}
