/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/quote.h"

Test(quote, escapes_what_a_terminal_would_act_upon)
{
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""},
        {"line\nline\ttab\r", "\"line\\nline\\ttab\\r\""},
        {"\x1b[2J\x7f", "\"\\x1b[2J\\x7f\""},
        {"\xC3\xA9\xF0\x9F\x98\x80", "\"\xC3\xA9\xF0\x9F\x98\x80\""},
        {"a\xC0\x80z", "\"a\\0z\""},
        {"\xC3", "\"\\xc3\""},
        {"\xED\xA0\x80", "\"\\xed\\xa0\\x80\""},
        {"\xC2\x9b", "\"\\xc2\\x9b\""},
        {"\xE2\x80\xAE", "\"\\xe2\\x80\\xae\""},
        {"\xEF\xBB\xBF", "\"\\xef\\xbb\\xbf\""},
        {"\xE2\x81\xA0", "\"\\xe2\\x81\\xa0\""}, /* U+2060 WORD JOINER */
        {"\xE2\x81\xAF", "\"\\xe2\\x81\\xaf\""}, /* U+206F */
        {"\xE2\x81\xB0", "\"\xE2\x81\xB0\""},    /* U+2070, which shows */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_str_eq(quote_string(cases[i].text).text, cases[i].quoted);
    cr_expect_str_eq(quote_string(NULL).text, "\"\"");
    cr_expect_str_eq(quote_character("\xC3\xA9z", 3).text, "'\xC3\xA9'");
    cr_expect_str_eq(quote_character("\n", 1).text, "'\\n'");
}

Test(quote, cuts_long_text)
{
    char text[1000];
    struct quoted quoted;

    memset(text, 1, sizeof text); /* the character that becomes the longest */
    quoted = quote(text, sizeof text);
    cr_expect_lt(strlen(quoted.text), sizeof quoted.text);
    cr_expect_str_eq(quoted.text + strlen(quoted.text) - 4, "...\"");
    memset(text, 'x', sizeof text);
    cr_expect_eq(strlen(quote(text, 96).text), 98); /* whole */
    cr_expect_eq(strlen(quote(text, 97).text), 101);
    cr_expect_str_eq(quote(text, 97).text + 97, "...\"");
}
