/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"

static const char *const candidates[] = {"hostPath", "path", "permissions", "major", "minor"};

static const char *nearest(const char *word)
{
    struct nearest near = nearest_init(word, strlen(word));

    for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
        nearest_offer(&near, candidates[i]);
    return near.best;
}

Test(nearest, slips_are_found_and_other_words_are_not)
{
    static const struct {
        const char *word;
        const char *expected;
    } cases[] = {
        {"hostpath", "hostPath"},
        {"hostPaht", "hostPath"},
        {"hostPth", "hostPath"},
        {"hostsPath", "hostPath"},
        {"permisions", "permissions"},
        {"maior", "major"},
        {"miinor", "minor"},
        {"paht", "path"},
        {"device", NULL},
        {"x", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *got = nearest(cases[i].word);

        if (cases[i].expected)
            cr_assert_str_eq(got ? got : "nothing", cases[i].expected, "%s", cases[i].word);
        else
            cr_assert_null(got, "%s gave %s", cases[i].word, got);
    }
}

Test(nearest, absurdly_long_words_are_refused_fast)
{
    char word[5000];

    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    cr_assert_null(nearest(word));
}
