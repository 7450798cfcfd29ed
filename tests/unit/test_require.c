/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "apply/require.h"
#include "base/arena.h"
#include "base/cleanup.h"

static const struct require_facts machine = {
    .cuda = "11.6", .arch = "7.5", .driver = "570.133.20", .brand = "tesla"};
static const struct require_facts unknown = {.cuda = NULL};

/* What a requirement comes to on a machine. */
static const struct {
    const char *requirement;
    const struct require_facts *facts;
    enum cdi_errc result; /* UNSUPPORTED: it does not hold */
} cases[] = {
    /* Reading. */
    {"", &machine, CDI_OK},
    {" , ", &machine, CDI_OK},
    {"notvalid", &machine, CDI_ERR_INVALID},
    {"cuda=11.6 notvalid", &machine, CDI_ERR_INVALID},
    {"foo=45", &machine, CDI_OK},
    {"=45", &machine, CDI_OK},
    {"foo!", &machine, CDI_OK},
    {"cuda=foo", &machine, CDI_ERR_INVALID},
    {"cuda=", &machine, CDI_ERR_INVALID},
    {"cuda==11.6", &machine, CDI_ERR_INVALID},
    {"cuda!11.6", &machine, CDI_ERR_INVALID},
    {"cuda >=11.6", &machine, CDI_ERR_INVALID},
    /* Operators. */
    {"cuda>=11.6", &machine, CDI_OK},
    {"cuda>=11.7", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>11.6", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>11.5", &machine, CDI_OK},
    {"cuda<=11.6", &machine, CDI_OK},
    {"cuda<=11.5", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda<11.6", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda<11.10", &machine, CDI_OK},
    {"cuda=11.6", &machine, CDI_OK},
    {"cuda=v11.6.0", &machine, CDI_OK},
    {"cuda=11", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda!=11.6", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda!=11.7", &machine, CDI_OK},
    {"cuda>=11.6-rc1", &machine, CDI_OK},
    {"brand=tesla", &machine, CDI_OK},
    {"brand!=tesla", &machine, CDI_ERR_UNSUPPORTED},
    {"brand==tesla", &machine, CDI_ERR_UNSUPPORTED},
    {"brand!tesla", &machine, CDI_ERR_UNSUPPORTED},
    {"brand>nvidia", &machine, CDI_OK},
    {"brand<tesla2", &machine, CDI_OK},
    {"brand<tes", &machine, CDI_ERR_UNSUPPORTED},
    {"driver>=470.57.02", &machine, CDI_OK},
    {"driver>=580", &machine, CDI_ERR_UNSUPPORTED},
    {"arch=7.5", &machine, CDI_OK},
    {"arch>=8.0", &machine, CDI_ERR_UNSUPPORTED},
    /* Factors must all hold, of terms one; what says nothing is neither. */
    {"cuda>=11.6,arch=5.3", &machine, CDI_ERR_UNSUPPORTED},
    {"arch=5.3,cuda>=11.6", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>=11.6,arch=7.5", &machine, CDI_OK},
    {"cuda>=11.6 arch=5.3", &machine, CDI_OK},
    {"arch=5.3 cuda>=11.6", &machine, CDI_OK},
    {"cuda>99 arch=5.3", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda<13.6 cuda>=11.6,arch=5.3", &machine, CDI_OK},
    {"cuda>=12 brand=tesla,driver>=470,driver<571", &machine, CDI_OK},
    {"cuda>=12 brand=tesla,driver>=470,driver<471", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>=12 foo=bar", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>=12,foo=bar", &machine, CDI_ERR_UNSUPPORTED},
    {"cuda>=11.6,foo=bar", &machine, CDI_OK},
    {"cuda>=12  ,, ", &machine, CDI_ERR_UNSUPPORTED},
    /* Of an unknown version nothing holds; an unknown brand is none. */
    {"cuda>=1", &unknown, CDI_ERR_UNSUPPORTED},
    {"cuda!=1", &unknown, CDI_ERR_UNSUPPORTED},
    {"driver>=1", &unknown, CDI_ERR_UNSUPPORTED},
    {"brand=tesla", &unknown, CDI_ERR_UNSUPPORTED},
    {"brand!=tesla", &unknown, CDI_OK},
    {"cuda>=1 brand!=tesla", &unknown, CDI_OK},
    {"cuda=foo", &unknown, CDI_ERR_INVALID},
};

Test(require, known_properties)
{
    cr_expect(require_is_known("cuda>=12.0"));
    cr_expect(require_is_known("brand!=x"));
    cr_expect(require_is_known("x cuda,arch<8"));
    cr_expect(require_is_known("cuda driver=1"));
    cr_expect_not(require_is_known(""));
    cr_expect_not(require_is_known("cuda"));
    cr_expect_not(require_is_known("secret=cuda"));
}

Test(require, check)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        int r = require_check(cases[i].requirement, cases[i].facts, arena, &err);

        cr_expect_eq(r, -(int)cases[i].result, "%s: %d %s", cases[i].requirement, r,
                     r ? err.message : "");
    }
}

/* The message has the whole expression and what the machine has of it. */
Test(require, message)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct require_facts facts = machine;

    facts.driver = NULL;
    cr_assert_eq(require_check("cuda>=12.0 brand=geforce,driver>=470", &facts, arena, &err),
                 -CDI_ERR_UNSUPPORTED);
    cr_expect_not_null(strstr(err.message, "\"cuda>=12.0 brand=geforce,driver>=470\""));
    cr_expect_not_null(strstr(err.message, "cuda 11.6, driver unknown, brand tesla"), "%s",
                       err.message);
    cr_expect_null(strstr(err.message, "arch"));
}

Test(require, hostile)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    size_t n = 1U << 20;
    char *text = malloc(n + 1);

    memset(text, ',', n);
    text[n] = '\0';
    cr_expect_eq(require_check(text, &machine, arena, &err), 0);
    memset(text, '!', n);
    cr_expect_eq(require_check(text, &machine, arena, &err), 0, "a property that nobody knows");
    memcpy(text, "cuda", 4);
    cr_expect_eq(require_check(text, &machine, arena, &err), -CDI_ERR_INVALID);
    cr_expect_lt(strlen(err.message), 2000);
    cdi_error_clear(&err);
    cr_expect_eq(require_check("cuda=\x1b[2J", &machine, arena, &err), -CDI_ERR_INVALID);
    cr_expect_null(strchr(err.message, '\x1b'));
    free(text);
}
