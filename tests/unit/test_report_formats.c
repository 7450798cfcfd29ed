/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/report.h"

typedef void writer(const struct report *, const struct report_style *, struct strbuf *);

static const struct cdi_rule first = {
    "first-rule", CDI_SEVERITY_ERROR, "the first", "why first", "a book",
};
static const struct cdi_rule second = {
    "second-rule", CDI_SEVERITY_WARNING, "the second", "why {second}", "another",
};
static const struct cdi_rule third = {
    "third-rule", CDI_SEVERITY_OFF, "the third", "why third", "a third",
};

static char *write_report(writer *write, const struct report *report)
{
    struct strbuf b = STRBUF_INIT;

    write(report, &(struct report_style){.summary = true}, &b);
    cr_assert(!b.failed && !report->failed);
    return strbuf_take(&b, NULL);
}

/* A report of one finding of severity error in a file. */
static struct report one(struct arena *arena, const char *file, const struct cdi_finding *finding)
{
    struct report report = {.arena = arena};

    report_add_file(&report, file);
    report_add(&report, file, finding, CDI_SEVERITY_ERROR);
    report_sort(&report);
    return report;
}

static void expect(writer *write, const struct report *report, const char *expected)
{
    _cleanup_free_ char *text = write_report(write, report);

    cr_expect_str_eq(text, expected);
}

static void expect_part(writer *write, const struct report *report, const char *expected)
{
    _cleanup_free_ char *text = write_report(write, report);

    cr_expect_not_null(strstr(text, expected), "%s\n-- has no --\n%s", text, expected);
}

Test(report_formats, github)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add_file(&report, "a,b:c%.yaml");
    report_add(&report, "a,b:c%.yaml",
               &(struct cdi_finding){
                   &first, CDI_SEVERITY_ERROR, "x", {4, 13}, "100%: a,\r\nb", "do:\nthis"},
               CDI_SEVERITY_ERROR);
    report_add(&report, "b.yaml",
               &(struct cdi_finding){&second, CDI_SEVERITY_WARNING, "", {2, 0}, "m\033", NULL},
               CDI_SEVERITY_WARNING);
    report_add(&report, "b.yaml",
               &(struct cdi_finding){&second, CDI_SEVERITY_WARNING, "", {0, 0}, "m", NULL},
               CDI_SEVERITY_ERROR);
    report_add_failure(&report, "c", "is gone");
    report_sort(&report);
    expect(report_write_github, &report,
           "::error file=a%2Cb%3Ac%25.yaml,line=4,col=13,title=first-rule::100%25: a,%0D%0Ab"
           "%0Ahint: do:%0Athis\n"
           "::error file=b.yaml,title=second-rule::m\n"
           "::warning file=b.yaml,line=2,title=second-rule::m\\x1b\n"
           "::error file=c,title=unreadable::is gone\n");
}

Test(report_formats, junit_of_nothing)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_sort(&report);
    expect(report_write_junit, &report,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<testsuites name=\"cdikit\" tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
           "</testsuites>\n");
}

Test(report_formats, junit_is_xml)
{
    static const struct {
        const char *text, *xml;
    } cases[] = {
        {"<a> & \"b\" 'c'", "&lt;a&gt; &amp; &quot;b&quot; 'c'"},
        {"\t\r\n", "&#9;&#13;&#10;"},
        /* What XML 1.0 has no way to write, and what is no UTF-8. */
        {"\x01\x1f|\xEF\xBF\xBE|\xFF|\xC0\x80", "\\x01\\x1f|\\xef\\xbf\\xbe|\\xff|\\xc0\\x80"},
        {"]]>", "]]&gt;"},
        /* Anything else is itself, also beyond the first plane. */
        {"\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD", "\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *text = cases[i].text, *xml = cases[i].xml;
        struct report report = one(
            arena, text,
            &(struct cdi_finding){&first, CDI_SEVERITY_ERROR, text, {1, 2}, text, text});

        expect_part(report_write_junit, &report,
                    arena_printf(arena,
                                 "  <testsuite name=\"%s\" tests=\"1\" failures=\"1\" "
                                 "errors=\"0\" skipped=\"0\">\n"
                                 "    <testcase classname=\"%s\" file=\"%s\" "
                                 "name=\"first-rule at 1:2 %s\">\n"
                                 "      <failure type=\"first-rule\" message=\"%s\">"
                                 "%s:1:2: error: %s\n"
                                 "hint: %s</failure>\n"
                                 "    </testcase>\n",
                                 xml, xml, xml, xml, xml, xml, xml, xml));
    }
}

/* GitLab takes tests of one name for one test. */
Test(report_formats, junit_names_differ)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    for (int i = 0; i < 3; i++)
        report_add(&report, "f",
                   &(struct cdi_finding){&first, CDI_SEVERITY_ERROR, "x", {1, 1}, "m", NULL},
                   CDI_SEVERITY_ERROR);
    report_sort(&report);
    expect_part(report_write_junit, &report, "name=\"first-rule at 1:1 x\"");
    expect_part(report_write_junit, &report, "name=\"first-rule at 1:1 x (2)\"");
    expect_part(report_write_junit, &report, "name=\"first-rule at 1:1 x (3)\"");
}

/* What does not make the command fail is no failure. */
Test(report_formats, junit_failures)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add_file(&report, "f");
    report_add(&report, "f",
               &(struct cdi_finding){&first, CDI_SEVERITY_ERROR, "", {0, 0}, "m", NULL},
               CDI_SEVERITY_WARNING);
    report_add_file(&report, "gone");
    report_add_failure(&report, "gone", "is gone");
    report_add_file(&report, "good");
    report_sort(&report);
    expect(report_write_junit, &report,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<testsuites name=\"cdikit\" tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"0\">\n"
           "  <testsuite name=\"f\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
           "    <testcase classname=\"f\" file=\"f\" name=\"first-rule\">\n"
           "      <system-out>f: warning: m</system-out>\n"
           "    </testcase>\n"
           "  </testsuite>\n"
           "  <testsuite name=\"good\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
           "    <testcase classname=\"good\" file=\"good\" name=\"validate\"/>\n"
           "  </testsuite>\n"
           "  <testsuite name=\"gone\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n"
           "    <testcase classname=\"gone\" file=\"gone\" name=\"read\">\n"
           "      <error type=\"unreadable\" message=\"is gone\">is gone</error>\n"
           "    </testcase>\n"
           "  </testsuite>\n"
           "</testsuites>\n");
    report.fail_on = CDI_SEVERITY_WARNING;
    expect_part(report_write_junit, &report,
                "tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\">");
    expect_part(report_write_junit, &report,
                "<failure type=\"first-rule\" message=\"m\">f: warning: m</failure>");
}

Test(report_formats, sarif_uris)
{
    static const struct {
        const char *file, *uri;
        bool absolute;
    } cases[] = {
        {"a/b.yaml", "a/b.yaml", false},
        {"./a//./b.yaml", "a/b.yaml", false},
        {"c:d %.yaml", "c%3Ad%20%25.yaml", false},
        {"\xC3\xA9\xFF~_-", "%C3%A9%FF~_-", false},
        {"/etc/cdi/x y.yaml", "file:///etc/cdi/x%20y.yaml", true},
        {"../x.yaml", "../x.yaml", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct report report = one(
            arena, cases[i].file,
            &(struct cdi_finding){&first, CDI_SEVERITY_ERROR, "", {0, 0}, "m", NULL});
        const char *base = ",\n                  \"uriBaseId\": \"%SRCROOT%\"";

        expect_part(report_write_sarif, &report,
                    arena_printf(arena,
                                 "\"artifactLocation\": {\n"
                                 "                  \"uri\": \"%s\"%s\n",
                                 cases[i].uri, cases[i].absolute ? "" : base));
    }
}

/* 3.11.5 of the standard: {0} would be a placeholder. */
Test(report_formats, sarif_braces)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = one(
        arena, "f",
        &(struct cdi_finding){&first, CDI_SEVERITY_ERROR, "", {0, 0}, "{0} and {", "or }"});

    expect_part(report_write_sarif, &report, "\"text\": \"{{0}} and {{\\u000ahint: or }}\"");
}

/* The level is that of the finding; the rule keeps its own. */
Test(report_formats, sarif_rules_and_levels)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct report report = {.arena = arena};

    report_add(&report, "f", &(struct cdi_finding){.rule = &second, .message = "m"},
               CDI_SEVERITY_ERROR);
    report_add(&report, "f", &(struct cdi_finding){.rule = &third, .message = "m"},
               CDI_SEVERITY_WARNING);
    report_sort(&report);
    expect_part(report_write_sarif, &report,
                "              \"id\": \"second-rule\",\n"
                "              \"shortDescription\": {\n"
                "                \"text\": \"the second\"\n"
                "              },\n"
                "              \"fullDescription\": {\n"
                "                \"text\": \"why {{second}}\"\n"
                "              },\n"
                "              \"help\": {\n"
                "                \"text\": \"why {{second}}\\u000a\\u000aSource: another\"\n"
                "              },\n"
                "              \"defaultConfiguration\": {\n"
                "                \"level\": \"warning\"\n");
    expect_part(report_write_sarif, &report,
                "                \"text\": \"why third\\u000a\\u000aSource: a third\"\n"
                "              },\n"
                "              \"defaultConfiguration\": {\n"
                "                \"enabled\": false\n");
    expect_part(report_write_sarif, &report,
                "          \"level\": \"error\",\n"
                "          \"message\": {\n");
}
