/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as JUnit XML, of which there is no standard: what Jenkins and GitLab read of it. A
 * file is a suite. Each finding is a test of its own, since GitLab keeps one failure a test, and
 * its name is different from the others', since GitLab keeps one test a name; GitLab calls the
 * class "suite". A file without findings is one test that passes.
 */
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "cmd/report.h"

/* XML 1.0, 2.2 "Char": the others cannot be written, not even as references. */
static bool is_xml(uint32_t point)
{
    return point == '\t' || point == '\n' || point == '\r' ||
           (point >= 0x20 && point != 0xFFFE && point != 0xFFFF);
}

static const char *entity(uint32_t point)
{
    switch (point) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    /* Literally they would become blanks in an attribute. */
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

/* Text for attributes and elements, whatever its bytes are. */
static void add_text(struct strbuf *out, const char *text)
{
    size_t left = strlen(text), n;

    for (; left; text += n, left -= n) {
        uint32_t point;

        n = utf8_decode(text, left, &point);
        if (entity(point)) {
            strbuf_addstr(out, entity(point));
        } else if (!is_xml(point) || (point == UTF8_REPLACEMENT && n == 1)) {
            for (size_t i = 0; i < n; i++)
                strbuf_printf(out, "\\x%02x", (unsigned char)text[i]);
        } else {
            strbuf_add(out, text, n);
        }
    }
}

static void add_attribute(struct strbuf *out, const char *name, const char *value)
{
    strbuf_printf(out, " %s=\"", name);
    add_text(out, value);
    strbuf_addch(out, '"');
}

/* "4:13" behind something, if there is a place. */
static void add_place(struct strbuf *out, const char *before, struct cdi_position pos)
{
    if (pos.line)
        strbuf_printf(out, "%s%u:%u", before, pos.line, pos.column);
}

static void begin_case(struct strbuf *out, const char *file)
{
    strbuf_addstr(out, "    <testcase");
    add_attribute(out, "classname", file);
    add_attribute(out, "file", file);
    strbuf_addstr(out, " name=\"");
}

/* What went wrong in a test, and its end. */
static void add_trouble(struct strbuf *out, const char *element, const char *type,
                        const char *message)
{
    strbuf_printf(out, "      <%s", element);
    add_attribute(out, "type", type);
    add_attribute(out, "message", message);
    strbuf_addch(out, '>');
}

static bool is_failure(const struct report *report, const struct report_finding *finding)
{
    return finding->severity <= report->fail_on;
}

/* How many findings just before this one would have its name. */
static size_t count_same(const struct report *report, const struct report_finding *finding)
{
    size_t n = 0;

    for (const struct report_finding *it = finding; it-- > report->items; n++)
        if (strcmp(it->file, finding->file) != 0 || it->rule != finding->rule ||
            it->pos.line != finding->pos.line || it->pos.column != finding->pos.column ||
            strcmp(it->path, finding->path) != 0)
            break;
    return n;
}

static void add_finding(struct strbuf *out, const struct report *report,
                        const struct report_finding *finding)
{
    bool failure = is_failure(report, finding);
    size_t same = count_same(report, finding);

    begin_case(out, finding->file);
    add_text(out, finding->rule->id);
    add_place(out, " at ", finding->pos);
    if (*finding->path) {
        strbuf_addch(out, ' ');
        add_text(out, finding->path);
    }
    if (same)
        strbuf_printf(out, " (%zu)", same + 1);
    strbuf_addstr(out, "\">\n");
    if (failure)
        add_trouble(out, "failure", finding->rule->id, finding->message);
    else
        strbuf_addstr(out, "      <system-out>");
    add_text(out, finding->file);
    add_place(out, ":", finding->pos);
    strbuf_printf(out, ": %s: ", report_severity(finding->severity));
    add_text(out, finding->message);
    if (finding->hint) {
        strbuf_addstr(out, "\nhint: ");
        add_text(out, finding->hint);
    }
    strbuf_addstr(out, failure ? "</failure>\n" : "</system-out>\n");
    strbuf_addstr(out, "    </testcase>\n");
}

/* How many tests there are, and how many of them fail. */
static void add_counts(struct strbuf *out, size_t tests, size_t failures, size_t errors)
{
    strbuf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\">\n", tests,
                  failures, errors);
}

static size_t count_failures(const struct report *report, const struct report_file *file)
{
    size_t n = 0;

    for (size_t i = 0; i < file->n; i++)
        n += is_failure(report, &report->items[file->first + i]);
    return n;
}

static void begin_suite(struct strbuf *out, const char *name)
{
    strbuf_addstr(out, "  <testsuite");
    add_attribute(out, "name", name);
}

static void add_file(struct strbuf *out, const struct report *report,
                     const struct report_file *file)
{
    begin_suite(out, file->name);
    add_counts(out, file->n ? file->n : 1, count_failures(report, file), 0);
    for (size_t i = 0; i < file->n; i++)
        add_finding(out, report, &report->items[file->first + i]);
    if (!file->n) {
        begin_case(out, file->name);
        strbuf_addstr(out, "validate\"/>\n");
    }
    strbuf_addstr(out, "  </testsuite>\n");
}

static void add_failure(struct strbuf *out, const struct report_failure *failure)
{
    begin_suite(out, failure->path);
    add_counts(out, 1, 0, 1);
    begin_case(out, failure->path);
    strbuf_addstr(out, "read\">\n");
    add_trouble(out, "error", "unreadable", failure->message);
    add_text(out, failure->message);
    strbuf_addstr(out, "</error>\n    </testcase>\n  </testsuite>\n");
}

void report_write_junit(const struct report *report, const struct report_style *style,
                        struct strbuf *out)
{
    _cleanup_strbuf_ struct strbuf suites = STRBUF_INIT;
    size_t tests = report->n_failures, failures = 0;

    (void)style;
    for (size_t i = 0; i < report->n_files; i++) {
        const struct report_file *file = &report->files[i];

        /* It has a suite below. */
        if (!file->n && report_unread(report, file->name))
            continue;
        add_file(&suites, report, file);
        tests += file->n ? file->n : 1;
        failures += count_failures(report, file);
    }
    for (size_t i = 0; i < report->n_failures; i++)
        add_failure(&suites, &report->failures[i]);
    strbuf_addstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cdikit\"");
    add_counts(out, tests, failures, report->n_failures);
    if (suites.len)
        strbuf_add(out, suites.s, suites.len);
    strbuf_addstr(out, "</testsuites>\n");
    out->failed |= suites.failed;
}
