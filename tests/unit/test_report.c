/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/report.h"

static const struct cdi_rule rule = {
    .id = "some-rule", .severity = CDI_SEVERITY_ERROR, .summary = "a rule"};

static void add(struct report *report, const char *file, unsigned line, unsigned column,
                const char *message)
{
    report_add(report, file,
               &(struct cdi_finding){.rule = &rule, .pos = {line, column}, .message = message},
               CDI_SEVERITY_ERROR);
}

static void expect_text(const struct report *report, struct report_style style,
                        const char *expected)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    report_write_text(report, &style, &b);
    cr_assert(!report->failed && !b.failed);
    cr_expect_str_eq(b.s ? b.s : "", expected);
}

Test(report, sorted_by_file_and_place)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add_file(&report, "b");
    add(&report, "b", 2, 1, "fourth");
    add(&report, "b", 1, 9, "third");
    report_add_file(&report, "c");
    report_add_file(&report, "a");
    add(&report, "a", 10, 1, "second");
    add(&report, "a", 0, 0, "first");
    /* Across files, after all of them; in the same place as another. */
    add(&report, "b", 2, 1, "fifth");
    report_sort(&report);
    expect_text(&report, (struct report_style){.summary = true, .good = true},
                "a: error: first [some-rule]\n"
                "a:10:1: error: second [some-rule]\n"
                "b:1:9: error: third [some-rule]\n"
                "b:2:1: error: fourth [some-rule]\n"
                "b:2:1: error: fifth [some-rule]\n"
                "c: ok\n"
                "3 files: 5 errors, 0 warnings\n");
    cr_assert_eq(report.n_files, 3);
    cr_expect_eq(report.files[1].first, 2);
    cr_expect_eq(report.files[1].n, 3);
}

Test(report, severity_is_the_findings)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};
    struct cdi_finding finding = {.rule = &rule, .message = "m\033", .hint = "h\n"};

    report_add_file(&report, "f\r");
    report_add(&report, "f\r", &finding, CDI_SEVERITY_WARNING);
    report_add_failure(&report, "g", "is gone");
    report_sort(&report);
    cr_expect_eq(report.n_errors, 0);
    cr_expect_eq(report.n_warnings, 1);
    expect_text(&report, (struct report_style){.summary = true},
                "f\\x0d: warning: m\\x1b [some-rule]\n"
                "    hint: h\\x0a\n"
                "1 file: 0 errors, 1 warning; 1 file could not be read\n");
    expect_text(&report, (struct report_style){.colour = true},
                "f\\x0d: \033[1;33mwarning\033[0m: m\\x1b [\033[2msome-rule\033[0m]\n"
                "    hint: h\\x0a\n");
}

Test(report, unreadable_is_not_good)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add_file(&report, "a");
    report_add_file(&report, "b");
    report_add_failure(&report, "a", "is gone");
    report_sort(&report);
    expect_text(&report, (struct report_style){.good = true}, "b: ok\n");
}

/* The two lines under a finding at a place of a text. */
static void expect_lines(const char *text, size_t len, unsigned line, unsigned column,
                         const char *expected)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct report report = {.arena = arena};
    const struct report_style style = {.lines = true};
    const char *second;

    add(&report, "f", line, column, "m");
    report_add_lines(&report, 0, report.n, text, len);
    report_sort(&report);
    report_write_text(&report, &style, &b);
    cr_assert(!b.failed && !report.failed);
    second = strchr(b.s, '\n') + 1;
    cr_expect_str_eq(second, expected);
}

#define LINES(text, line, column, expected) \
    expect_lines(text, sizeof(text) - 1, line, column, expected)

Test(report, line_and_caret)
{
    LINES("a: 1\nb: 2\n", 2, 4, "    2 | b: 2\n      |    ^\n");
    LINES("a: 1", 1, 1, "    1 | a: 1\n      | ^\n");
    /* Behind the end of the line, and of the text. */
    LINES("a:\n", 1, 3, "    1 | a:\n      |   ^\n");
    LINES("a:\n", 2, 1, "    2 | \n      | ^\n");
    LINES("a:\n", 1, 9, "    1 | a:\n      |   ^\n");
    /* Every line break of YAML 1.1 is one. */
    LINES("a\r\nb\rc\nd\xC2\x85"
          "e\xE2\x80\xA8"
          "f\xE2\x80\xA9g",
          7, 1, "    7 | g\n      | ^\n");
    LINES("12345\r\n", 1, 5, "    1 | 12345\n      |     ^\n");
    /* A byte order mark has no column. */
    LINES("\xEF\xBB\xBF"
          "ab",
          1, 2, "    1 | ab\n      |  ^\n");
}

Test(report, columns_of_characters)
{
    /* Tabs end at multiples of eight. */
    LINES("\ta\tb", 1, 4, "    1 |         a       b\n      |                 ^\n");
    LINES("1234567\tb", 1, 9, "    1 | 1234567 b\n      |         ^\n");
    /* Wide and combining characters: "日本" is four columns, "e" with an accent one. */
    LINES("\xE6\x97\xA5\xE6\x9C\xAC"
          "b",
          1, 3,
          "    1 | \xE6\x97\xA5\xE6\x9C\xAC"
          "b\n      |     ^\n");
    LINES("e\xCC\x81"
          "b",
          1, 3,
          "    1 | e\xCC\x81"
          "b\n      |  ^\n");
    /* What acts upon the terminal is shown as bytes, as is what is not UTF-8. */
    LINES("\033[1mb", 1, 5, "    1 | \\x1b[1mb\n      |        ^\n");
    LINES("\xE2\x80\xAE"
          "b",
          1, 2,
          "    1 | \\xe2\\x80\\xae"
          "b\n      |             ^\n");
    LINES("\xFF"
          "b",
          1, 2,
          "    1 | \\xff"
          "b\n      |     ^\n");
    LINES("\0b", 1, 2,
          "    1 | \\x00"
          "b\n      |     ^\n");
}

/* What is shown of a line of 1000 characters, a caret at its column; how wide that is. */
static size_t cut_line(unsigned columns, unsigned column)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT, b = STRBUF_INIT;
    struct report report = {.arena = arena, .columns = columns};
    const char *line, *caret;
    size_t width;

    for (size_t i = 1; i <= 1000; i++)
        strbuf_addch(&text, i == column ? 'X' : 'a');
    add(&report, "f", 1, column, "m");
    report_add_lines(&report, 0, report.n, text.s, text.len);
    report_sort(&report);
    report_write_text(&report, &(struct report_style){.lines = true}, &b);
    cr_assert(!b.failed && !report.failed);
    line = strchr(b.s, '\n') + 1;
    caret = strchr(line, '\n') + 1;
    width = (size_t)(caret - line) - 1;
    cr_expect_eq(strchr(caret, '^') - caret, strchr(line, 'X') - line, "%s", b.s);
    cr_expect_eq(strncmp(line, "    1 | ...", 11) == 0, column > columns, "%s", b.s);
    cr_expect_eq(strncmp(caret - 4, "...", 3) == 0, column < 1000, "%s", b.s);
    return width;
}

/* A line does not run over the edge of the terminal, which would part it from its caret. */
Test(report, long_lines_are_cut)
{
    static const unsigned columns[] = {40, 72, 80, 200};

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        cr_expect_leq(cut_line(columns[i], 1), columns[i]);
        cr_expect_leq(cut_line(columns[i], 5), columns[i]);
        cr_expect_leq(cut_line(columns[i], 500), columns[i]);
        cr_expect_geq(cut_line(columns[i], 500), columns[i] - 3);
        cr_expect_leq(cut_line(columns[i], 1000), columns[i]);
    }
    /* Where nobody says how wide it is, and where it is too narrow for anything. */
    cr_expect_leq(cut_line(0, 500), 160);
    cr_expect_leq(cut_line(3, 500), 40);
}

/* The caret stays in place where a number needs more room. */
Test(report, large_numbers)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    for (size_t i = 0; i < 123455; i++)
        strbuf_addch(&text, '\n');
    strbuf_addstr(&text, "ab");
    expect_lines(text.s, text.len, 123456, 2, "123456 | ab\n       |  ^\n");
}

/* Columns of UTF-16 are not looked for in bytes; what a text does not have has no line. */
Test(report, no_line_where_there_is_none)
{
    LINES("\xFF\xFE"
          "a\0b\0",
          1, 2, "");
    LINES("a\nb\n", 4, 1, "");
    LINES("", 2, 1, "");
    LINES("a", 0, 0, "");
}

Test(report, each_line_once)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add_file(&report, "f");
    add(&report, "f", 3, 2, "m");
    add(&report, "f", 1, 1, "m");
    add(&report, "f", 3, 1, "m");
    report_sort(&report);
    cr_expect_not_null(report_lacks_lines(&report, "f"));
    cr_expect_null(report_lacks_lines(&report, "g"));
    report_add_lines(&report, 0, report.n, "one\ntwo\nthree\n", 14);
    cr_expect_null(report_lacks_lines(&report, "f"));
    cr_expect_str_eq(report.items[0].excerpt.text, "one");
    cr_expect_str_eq(report.items[1].excerpt.text, "three");
    cr_expect_str_eq(report.items[2].excerpt.text, "three");
    cr_expect_eq(report.items[2].excerpt.place, 1);
}
