/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a document's members. In block style a member is the lines from its key to the next
 * one; comments right above a key go with it, but for those above the first, which head the file.
 * Those after the last member end the file. A comment elsewhere between members may be about either
 * of them, or about neither: then nothing is moved.
 */
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/strbuf.h"
#include "cdi/fields.h"
#include "cdi/fix_internal.h"

enum {
    MOST_MEMBERS = 16,
};

/* The lines of one member. */
struct member_lines {
    size_t start, end;
    const struct field *field;
};

/* The start of the line before the one that starts here. */
static size_t line_before(const char *text, size_t start)
{
    const char *newline = start > 1 ? memrchr(text, '\n', start - 1) : NULL;

    return newline ? (size_t)(newline - text) + 1 : 0;
}

/* Where the comments begin that stand right above a line. */
static size_t with_comments(const char *text, size_t start, size_t least)
{
    while (start > least) {
        size_t above = line_before(text, start);

        if (above < least || text[above] != '#')
            break;
        start = above;
    }
    return start;
}

/* The first character of a line that is no blank; '\n' if there is none. */
static char first_of_line(const char *text, size_t start, size_t end)
{
    while (start < end && ascii_isspace(text[start]))
        start++;
    return start < end ? text[start] : '\n';
}

/*
 * Where the blank lines and comments of the first column begin that end some lines. *comments says
 * whether there are any of these, also above indented ones.
 */
static size_t without_comments(const char *text, size_t start, size_t end, bool *comments)
{
    size_t at = end;
    bool indented = false;

    *comments = false;
    while (at > start) {
        size_t above = line_before(text, at);
        char first = first_of_line(text, above, at);

        if (above <= start || (first != '#' && first != '\n'))
            break;
        at = above;
        indented |= first == '#' && text[at] != '#';
        *comments |= text[at] == '#';
        if (!indented)
            end = at;
    }
    return end;
}

/* What follows the document, such as "...", stays behind all. */
static size_t end_of_document(const struct fix_plan *plan, size_t start)
{
    const char *s = plan->text + start, *end = plan->text + plan->len;

    while (s < end) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));

        if (!newline)
            break;
        s = newline + 1;
        if (end - s >= 3 && (memcmp(s, "...", 3) == 0 || memcmp(s, "---", 3) == 0))
            return (size_t)(s - plan->text);
    }
    return plan->len;
}

/* Finds the lines of all members; false where they are not so that they could be moved. */
static bool find_lines(struct fix_plan *plan, struct member_lines lines[MOST_MEMBERS], size_t *n)
{
    const struct yaml_node *root = plan->root;
    size_t hint = 0, len;

    *n = root->kind == YAML_MAPPING ? root->len : 0;
    if (*n == 0 || *n > MOST_MEMBERS)
        return false;
    for (size_t i = 0; i < *n; i++) {
        const struct yaml_node *key = root->entries[i].key;
        const char *s = text_cursor_find(&plan->cursor, key->pos, &len);
        size_t start = s ? (size_t)(s - plan->text) : 0;

        lines[i].field = field_find(&object_spec, key->scalar.s, key->len, &hint);
        if (!s || !lines[i].field || key->pos.column != 1 || *s == '{' ||
            (i > 0 && start <= lines[i - 1].start))
            return false;
        lines[i].start = i ? with_comments(plan->text, start, lines[i - 1].start + 1) : start;
        if (i > 0)
            lines[i - 1].end = lines[i].start;
    }
    lines[*n - 1].end = end_of_document(plan, lines[*n - 1].start);
    return true;
}

/* Leaves the comments after the last member where they are; false if others are in between. */
static bool leave_comments(const struct fix_plan *plan, struct member_lines *lines, size_t n)
{
    struct member_lines *last = &lines[n - 1];
    bool comments;
    size_t end;

    for (size_t i = 0; i + 1 < n; i++) {
        (void)without_comments(plan->text, lines[i].start, lines[i].end, &comments);
        if (comments)
            return false;
    }
    end = without_comments(plan->text, last->start, last->end, &comments);
    if (comments)
        last->end = end;
    return true;
}

static void add_lines(struct strbuf *out, const struct fix_plan *plan,
                      const struct member_lines *lines)
{
    strbuf_add(out, plan->text + lines->start, lines->end - lines->start);
    if (out->len && out->s[out->len - 1] != '\n')
        strbuf_addch(out, '\n');
}

int fix_plan_order(struct fix_plan *plan, const struct cdi_finding *finding)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    struct member_lines lines[MOST_MEMBERS];
    struct fix_edit edit = {.kind = FIX_ORDER, .pos = plan->root->pos, .value = ""};
    size_t n;

    (void)finding;
    if (!find_lines(plan, lines, &n) || !leave_comments(plan, lines, n))
        return 0;
    for (size_t f = 0; f < object_spec.n; f++)
        for (size_t i = 0; i < n; i++)
            if (lines[i].field == &object_spec.fields[f])
                add_lines(&text, plan, &lines[i]);
    if (text.failed)
        return cdi_error_nomem(plan->err);
    edit.start = lines[0].start;
    edit.len = lines[n - 1].end - edit.start;
    edit.text = arena_strndup(plan->arena, text.s ? text.s : "", text.len);
    return fix_add_edit(plan, &edit);
}
