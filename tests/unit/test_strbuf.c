/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

Test(strbuf, nothing_added_is_the_empty_string)
{
    struct strbuf b = STRBUF_INIT;
    size_t len = 99;
    _cleanup_free_ char *s = strbuf_take(&b, &len);

    cr_assert_str_eq(s, "");
    cr_assert_eq(len, 0);
}

Test(strbuf, pieces_in_order)
{
    struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *s = NULL;
    size_t len;

    strbuf_addstr(&b, "vendor.com/class");
    strbuf_addch(&b, '=');
    strbuf_printf(&b, "%d:%s", 1, "2");
    strbuf_add(&b, "\0x", 2);
    s = strbuf_take(&b, &len);
    cr_assert_eq(len, 22);
    cr_assert_arr_eq(s, "vendor.com/class=1:2\0x", 23);
    cr_assert_null(b.s, "a taken buffer is empty");
}

Test(strbuf, long_text)
{
    struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *s = NULL;
    size_t len;

    for (int i = 0; i < 10000; i++)
        strbuf_printf(&b, "%05d,", i);
    s = strbuf_take(&b, &len);
    cr_assert_eq(len, 60000);
    cr_assert_arr_eq(s + 6 * 9999, "09999,", 7);
}

Test(strbuf, failure_is_remembered)
{
    struct strbuf b = STRBUF_INIT;

    strbuf_addstr(&b, "kept until now");
    strbuf_reserve(&b, SIZE_MAX - 4);
    cr_assert(b.failed);
    strbuf_addstr(&b, "more");
    cr_assert_null(strbuf_take(&b, NULL));
    cr_assert_null(b.s);
}
