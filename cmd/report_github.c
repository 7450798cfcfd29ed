/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as workflow commands, which GitHub Actions shows beside the lines of a change.
 * Source: GitHub's documentation, "Workflow commands for GitHub Actions"; the escapes are those of
 * its toolkit (actions/toolkit, packages/core).
 */
#include <string.h>

#include "base/strbuf.h"
#include "cmd/report.h"

/*
 * Escapes what ends a message or, within a property, the property. Other control characters are
 * shown, not sent to whoever reads the log.
 */
static void add_escaped(struct strbuf *out, const char *text, const char *special)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (strchr(special, c))
            strbuf_printf(out, "%%%02X", c);
        else if (c < 0x20 || c == 0x7f)
            strbuf_printf(out, "\\x%02x", c);
        else
            strbuf_addch(out, *text);
    }
}

static void add_message(struct strbuf *out, const char *text)
{
    add_escaped(out, text, "%\r\n");
}

static void add_property(struct strbuf *out, const char *name, const char *value)
{
    strbuf_addstr(out, name);
    add_escaped(out, value, "%\r\n:,");
}

static void add_finding(struct strbuf *out, const struct report_finding *finding)
{
    strbuf_printf(out, "::%s ", report_severity(finding->severity));
    add_property(out, "file=", finding->file);
    if (finding->pos.line)
        strbuf_printf(out, ",line=%u", finding->pos.line);
    if (finding->pos.line && finding->pos.column)
        strbuf_printf(out, ",col=%u", finding->pos.column);
    add_property(out, ",title=", finding->rule->id);
    strbuf_addstr(out, "::");
    add_message(out, finding->message);
    if (finding->hint) {
        add_message(out, "\nhint: ");
        add_message(out, finding->hint);
    }
    strbuf_addch(out, '\n');
}

void report_write_github(const struct report *report, const struct report_style *style,
                         struct strbuf *out)
{
    (void)style;
    for (size_t i = 0; i < report->n; i++)
        add_finding(out, &report->items[i]);
    for (size_t i = 0; i < report->n_failures; i++) {
        add_property(out, "::error file=", report->failures[i].path);
        strbuf_addstr(out, ",title=unreadable::");
        add_message(out, report->failures[i].message);
        strbuf_addch(out, '\n');
    }
}
