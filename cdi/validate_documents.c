/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds a second YAML document in a text. A marker at the beginning of a line is one wherever it
 * stands (YAML 1.1, 4.3.1 "Document Boundary Markers"), so that lines are all that counts.
 */
#include <string.h>

#include "cdi/text.h"
#include "cdi/validate_internal.h"

enum line {
    LINE_EMPTY, /* or a comment */
    LINE_START, /* "---" */
    LINE_START_WITH_TEXT,
    LINE_END, /* "..." */
    LINE_TEXT,
};

static bool is_empty(const char *s, size_t len)
{
    while (len && (*s == ' ' || *s == '\t'))
        s++, len--;
    return len == 0 || *s == '#';
}

static enum line classify(const char *s, size_t len)
{
    bool marker = len >= 3 && (len == 3 || s[3] == ' ' || s[3] == '\t');

    if (marker && memcmp(s, "---", 3) == 0)
        return is_empty(s + 3, len - 3) ? LINE_START : LINE_START_WITH_TEXT;
    if (marker && memcmp(s, "...", 3) == 0)
        return LINE_END;
    return is_empty(s, len) ? LINE_EMPTY : LINE_TEXT;
}

/* Where one is in the text. */
struct documents {
    unsigned n;    /* documents with something in them; a first empty one is none */
    bool open;     /* one that has begun and has something in it */
    unsigned from; /* line where the next one begins, 0: no marker yet */
};

/* Takes in a line; true if it shows that there is a second document. */
static bool take_line(struct documents *d, enum line line, bool directive, unsigned number)
{
    switch (line) {
    case LINE_EMPTY:
        return false;
    case LINE_END:
    case LINE_START:
        d->open = false;
        d->from = line == LINE_START ? number : 0;
        return false;
    case LINE_START_WITH_TEXT:
        d->open = false;
        d->from = number;
        break;
    case LINE_TEXT:
        if (!d->open && directive)
            return false;
        break;
    }
    if (d->open)
        return false;
    d->open = true;
    d->from = d->from ? d->from : number;
    return ++d->n == 2;
}

static int report_document(struct walk *walk, unsigned line)
{
    return lint_add(walk->lint, RULE_MORE_DOCUMENTS, "", (struct cdi_position){line, 1},
                    "give each document a file of its own",
                    "a second YAML document begins here, and only the first counts", walk->err);
}

int validate_documents(struct walk *walk, const char *text, size_t len)
{
    struct text_lines lines = text_lines_of(text, len);
    struct documents d = {0};
    const char *s;
    size_t n;

    if (walk_unread(walk, NULL))
        return 0;
    while (text_lines_next(&lines, &s, &n))
        if (take_line(&d, classify(s, n), n && *s == '%', lines.number))
            return report_document(walk, d.from);
    return 0;
}
