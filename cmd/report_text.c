/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people. */
#include "base/columns.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cmd/output.h"
#include "cmd/report.h"

enum {
    TAB = 8,
};

static void add_blanks(struct strbuf *out, size_t n)
{
    while (n--)
        strbuf_addch(out, ' ');
}

/* Adds the character at s, as it can be shown; returns its bytes, and its columns in *width. */
static size_t add_character(struct strbuf *out, const char *s, size_t len, size_t column,
                            size_t *width)
{
    uint32_t point;
    size_t n = utf8_decode(s, len, &point);

    if (point == '\t') {
        *width = TAB - column % TAB;
        add_blanks(out, *width);
    } else if (columns_invisible(point) || (point == UTF8_REPLACEMENT && n == 1)) {
        *width = 4 * n;
        for (size_t i = 0; i < n; i++)
            strbuf_printf(out, "\\x%02x", (unsigned char)s[i]);
    } else {
        *width = columns_of(point);
        strbuf_add(out, s, n);
    }
    return n;
}

/* The line of the file, and under it a caret at the place. */
static void add_line(const struct report_finding *finding, const struct report_style *style,
                     struct strbuf *out)
{
    const struct report_excerpt *excerpt = &finding->excerpt;
    int margin = snprintf(NULL, 0, "%5u", finding->pos.line);
    size_t column = 0, caret = 0, width;

    strbuf_printf(out, "%5u | ", finding->pos.line);
    if (excerpt->cut_before) {
        strbuf_addstr(out, "...");
        column = 3;
    }
    for (size_t i = 0; i < excerpt->len; column += width) {
        caret = i <= excerpt->place ? column : caret;
        i += add_character(out, excerpt->text + i, excerpt->len - i, column, &width);
    }
    caret = excerpt->place >= excerpt->len ? column : caret;
    strbuf_printf(out, "%s\n%*s | ", excerpt->cut_after ? "..." : "", margin, "");
    add_blanks(out, caret);
    output_add_styled(out, style->colour ? STYLE_ADDED : STYLE_PLAIN, "^");
    strbuf_addch(out, '\n');
}

static void add_finding(const struct report_finding *finding, const struct report_style *style,
                        struct strbuf *out)
{
    bool is_error = finding->severity == CDI_SEVERITY_ERROR;

    output_add_text(out, finding->file);
    if (finding->pos.line)
        strbuf_printf(out, ":%u", finding->pos.line);
    if (finding->pos.line && finding->pos.column)
        strbuf_printf(out, ":%u", finding->pos.column);
    strbuf_addstr(out, ": ");
    output_add_styled(out, style->colour ? is_error ? STYLE_ERROR : STYLE_WARNING : STYLE_PLAIN,
                      report_severity(finding->severity));
    strbuf_addstr(out, ": ");
    output_add_text(out, finding->message);
    strbuf_addstr(out, " [");
    output_add_styled(out, style->colour ? STYLE_FAINT : STYLE_PLAIN, finding->rule->id);
    strbuf_addstr(out, "]\n");
    if (style->lines && finding->excerpt.text && finding->pos.column)
        add_line(finding, style, out);
    if (finding->hint) {
        strbuf_addstr(out, "    hint: ");
        output_add_text(out, finding->hint);
        strbuf_addch(out, '\n');
    }
}

static void add_count(struct strbuf *out, size_t n, const char *what)
{
    strbuf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void add_summary(const struct report *report, struct strbuf *out)
{
    add_count(out, report->n_looked_at, "file");
    strbuf_addstr(out, ": ");
    add_count(out, report->n_errors, "error");
    strbuf_addstr(out, ", ");
    add_count(out, report->n_warnings, "warning");
    if (report->n_failures) {
        strbuf_addstr(out, "; ");
        add_count(out, report->n_failures, "file");
        strbuf_addstr(out, " could not be read");
    }
    strbuf_addch(out, '\n');
}

void report_write_text(const struct report *report, const struct report_style *style,
                       struct strbuf *out)
{
    for (size_t i = 0; i < report->n_files; i++) {
        const struct report_file *file = &report->files[i];

        for (size_t k = 0; k < file->n; k++)
            add_finding(&report->items[file->first + k], style, out);
        if (style->good && !file->n && !report_unread(report, file->name)) {
            output_add_text(out, file->name);
            strbuf_addstr(out, ": ok\n");
        }
    }
    if (style->summary)
        add_summary(report, out);
}
