/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

/* RFC 3629, section 3: the first and the last character of each length. */
static const struct {
    uint32_t point;
    const char *bytes;
} characters[] = {
    {0x1, "\x01"},
    {0x41, "A"},
    {0x7F, "\x7F"},
    {0x80, "\xC2\x80"},
    {0x7FF, "\xDF\xBF"},
    {0x800, "\xE0\xA0\x80"},
    {0xD7FF, "\xED\x9F\xBF"},
    {0xE000, "\xEE\x80\x80"},
    {0xFFFD, "\xEF\xBF\xBD"},
    {0xFFFF, "\xEF\xBF\xBF"},
    {0x10000, "\xF0\x90\x80\x80"},
    {0x10FFFF, "\xF4\x8F\xBF\xBF"},
};

Test(utf8, characters)
{
    for (size_t i = 0; i < ARRAY_SIZE(characters); i++) {
        const char *bytes = characters[i].bytes;
        size_t len = strlen(bytes);
        char out[5] = "";
        uint32_t point;

        cr_expect_eq(utf8_encode(characters[i].point, out), len);
        cr_expect_str_eq(out, bytes);
        cr_expect_eq(utf8_length(bytes, bytes + len), len);
        cr_expect_eq(utf8_decode(bytes, len, &point), len);
        cr_expect_eq(point, characters[i].point);
    }
}

/* Section 3 again: overlong forms, surrogates, what is too large, and what is incomplete. */
Test(utf8, malformed)
{
    static const char *const cases[] = {
        "\x80",
        "\xBF",
        "\xC0\xAF",
        "\xC1\xBF",
        "\xC3",
        "\xC3z",
        "\xC3\xC3",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xE2\x80",
        "\xE2\x80z",
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF0\x9F\x98",
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t len = strlen(cases[i]);
        uint32_t point = 0;

        cr_expect_eq(utf8_length(cases[i], cases[i] + len), 0U, "%zu", i);
        cr_expect_eq(utf8_decode(cases[i], len, &point), 1U, "%zu", i);
        cr_expect_eq(point, UTF8_REPLACEMENT, "%zu", i);
    }
    cr_expect_eq(utf8_length("a", "a"), 0U, "nothing is no character");
}

/* U+0000 is C0 80 in our strings; as one byte it is U+0000, too. */
Test(utf8, zero)
{
    char out[4];
    uint32_t point = 1;

    cr_expect_eq(utf8_encode(0, out), 2U);
    cr_expect_eq(memcmp(out, "\xC0\x80", 2), 0);
    cr_expect_eq(utf8_decode(out, 2, &point), 2U);
    cr_expect_eq(point, 0U);
    cr_expect_eq(utf8_length(out, out + 2), 0U, "but it is no UTF-8");
    cr_expect_eq(utf8_decode(out, 1, &point), 1U);
    cr_expect_eq(point, UTF8_REPLACEMENT);
    cr_expect_eq(utf8_decode("", 1, &point), 1U);
    cr_expect_eq(point, 0U);
}
