/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/words.h"

static const struct {
    const char *list, *words; /* each in brackets */
} lists[] = {
    {"", "[]"},
    {"a", "[a]"},
    {"a,b", "[a][b]"},
    {",a,,b,", "[][a][][b][]"},
    {" a b ,\t\n\v\f\rc\r", "[a b][c]"},
    {" , ", "[][]"},
};

Test(words, next)
{
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        char list[64], got[64] = "", *rest = list, *word;

        (void)snprintf(list, sizeof list, "%s", lists[i].list);
        while ((word = words_next(&rest)))
            (void)snprintf(got + strlen(got), sizeof got - strlen(got), "[%s]", word);
        cr_expect_str_eq(got, lists[i].words, "%s: %s", lists[i].list, got);
        cr_expect_null(words_next(&rest));
    }
}

Test(words, have)
{
    cr_expect(words_have("all", "all"));
    cr_expect(words_have("compute,all", "all"));
    cr_expect(words_have("all,x", "all"));
    cr_expect_not(words_have("alls", "all"));
    cr_expect_not(words_have("al", "all"));
    cr_expect_not(words_have("x, all", "all"));
    cr_expect_not(words_have("", "all"));
    cr_expect_not(words_have(NULL, "all"));
}
