/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and columns as libyaml counts them (YAML 1.1, 4.1.4 "Line Breaks"). */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "cdi/text.h"

Test(text, lines)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a\nb\r\nc\rd\xC2\x85"
                               "e\xE2\x80\xA8"
                               "f\xE2\x80\xA9\n\xC2\xA0";
    static const char *const expected[] = {"a", "b", "c", "d", "e", "f", "", "\xC2\xA0"};
    struct text_lines lines = text_lines_of(text, sizeof text - 1);
    const char *line;
    size_t len;

    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        cr_assert(text_lines_next(&lines, &line, &len));
        cr_expect_eq(len, strlen(expected[i]), "line %zu", i + 1);
        cr_expect_eq(memcmp(line, expected[i], len), 0, "line %zu", i + 1);
        cr_expect_eq(lines.number, i + 1);
        cr_expect_eq(lines.carriage_return, i == 1);
    }
    cr_expect_not(text_lines_next(&lines, &line, &len));
}

/* A text without any other break goes another way. */
Test(text, line_feeds)
{
    static const char *const texts[] = {"a\nbc\n\nd", "a\nbc\n\nd\n"};
    static const char *const expected[] = {"a", "bc", "", "d"};

    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        struct text_lines lines = text_lines_of(texts[k], strlen(texts[k]));
        const char *line;
        size_t len;

        cr_expect(lines.simple);
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
            cr_assert(text_lines_next(&lines, &line, &len));
            cr_expect_eq(len, strlen(expected[i]), "line %zu", i + 1);
            cr_expect_eq(memcmp(line, expected[i], len), 0, "line %zu", i + 1);
        }
        cr_expect_not(text_lines_next(&lines, &line, &len));
    }
    cr_expect_not(text_lines_of("0123456\xC2\x85", 9).simple);
    cr_expect_not(text_lines_of("01234567\r", 9).simple);
}

Test(text, no_line_is_read_beyond_the_end)
{
    static const char *const texts[] = {"a\r", "a\xC2", "a\xE2", "a\xE2\x80", "\xEF\xBB"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        size_t len = strlen(texts[i]), got;
        char *copy = strndup(texts[i], len);
        struct text_lines lines = text_lines_of(copy, len);
        const char *line;

        cr_assert_not_null(copy);
        cr_expect(text_lines_next(&lines, &line, &got));
        cr_expect_eq(got, i == 0 ? 1 : len, "text %zu", i);
        cr_expect_not(text_lines_next(&lines, &line, &got));
        free(copy);
    }
}

Test(text, cursor)
{
    static const char text[] = "one\n\xC3\xA9tw\xE2\x82\xAC"
                               "o\nthree";
    struct text_cursor cursor = text_cursor_at(text, sizeof text - 1);
    static const struct {
        struct cdi_position pos;
        const char *rest; /* of the line, NULL: there is no such place */
    } cases[] = {
        {{1, 1}, "one"},
        {{1, 3}, "e"},
        {{1, 4}, ""},
        {{1, 5}, NULL},
        {{2, 2},
         "tw\xE2\x82\xAC"
         "o"},
        {{2, 5}, "o"},
        {{3, 5}, "e"},
        {{2, 2},
         "tw\xE2\x82\xAC"
         "o"},
        {{1, 1}, "one"},
        {{4, 1}, NULL},
        {{0, 0}, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t len = 0;
        const char *s = text_cursor_find(&cursor, cases[i].pos, &len);

        cr_expect_eq(s != NULL, cases[i].rest != NULL, "case %zu", i);
        if (s && cases[i].rest)
            cr_expect(len == strlen(cases[i].rest) && memcmp(s, cases[i].rest, len) == 0,
                      "case %zu: %.*s", i, (int)len, s);
    }
}

Test(text, encodings)
{
    struct text_cursor cursor = text_cursor_at("\xFF\xFE"
                                               "a\0",
                                               4);
    size_t len;

    cr_expect(text_is_utf16("\xFF\xFE", 2));
    cr_expect(text_is_utf16("\xFE\xFF"
                            "a",
                            3));
    cr_expect_not(text_is_utf16("\xFF", 1));
    cr_expect_not(text_is_utf16("\xEF\xBB\xBF", 3));
    cr_expect(text_has_mark("\xEF\xBB\xBF", 3));
    cr_expect(text_has_mark("\xFE\xFF", 2));
    cr_expect_not(text_has_mark("\xEF\xBB", 2));
    cr_expect_null(text_cursor_find(&cursor, (struct cdi_position){1, 1}, &len));
}

/* Going back and forth ends before it costs the square of the text. */
Test(text, cursor_is_not_quadratic, .timeout = 20)
{
    static char text[1 << 20];
    struct text_cursor cursor;
    size_t len, found = 0;

    memset(text, 'x', sizeof text);
    for (size_t i = 99; i < sizeof text; i += 100)
        text[i] = '\n';
    cursor = text_cursor_at(text, sizeof text);
    for (unsigned i = 0; i < 100000; i++) {
        (void)text_cursor_find(&cursor, (struct cdi_position){10000, 1}, &len);
        found += text_cursor_find(&cursor, (struct cdi_position){1, 1}, &len) != NULL;
    }
    cr_expect_geq(found, 10);
    cr_expect_leq(found, 20);
}
