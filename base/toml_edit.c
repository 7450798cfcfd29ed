/* SPDX-License-Identifier: Apache-2.0 */
#include "base/toml_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/toml.h"

/* A document, read. */
struct document {
    const char *text, *end;
    const char *eol;
    const char *name;
    const struct toml *root;
    struct toml_statements statements;
};

/* What takes the place of a part of the text. */
struct change {
    const char *start, *end;
    struct strbuf text;
};

/* The lines of one table: from behind its header up to the next header. */
struct section {
    const char *start, *end;
    const struct toml_statement *first;
    size_t n;
};

static bool is_bare(const char *key)
{
    for (const char *p = key; *p; p++)
        if (!ascii_isalnum(*p) && *p != '_' && *p != '-')
            return false;
    return *key;
}

void toml_add_string(struct strbuf *b, const char *s)
{
    static const char letters[] = "b\bt\tn\nf\fr\r\"\"\\\\";

    strbuf_addch(b, '"');
    for (; *s; s++) {
        const char *letter = NULL;

        for (const char *p = letters; *p && !letter; p += 2)
            letter = p[1] == *s ? p : NULL;
        if (letter)
            strbuf_printf(b, "\\%c", *letter);
        else if ((unsigned char)*s < 0x20 || *s == 0x7f)
            strbuf_printf(b, "\\u%04X", (unsigned)*s);
        else
            strbuf_addch(b, *s);
    }
    strbuf_addch(b, '"');
}

static void add_key(struct strbuf *b, const char *part)
{
    if (is_bare(part))
        strbuf_addstr(b, part);
    else
        toml_add_string(b, part);
}

static void add_path(struct strbuf *b, const struct toml_key *key, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        strbuf_addstr(b, i ? "." : "");
        add_key(b, key->parts[i]);
    }
}

/* What the first n parts of a key lead to, NULL if to nothing. */
static const struct toml *look_up(const struct toml *root, const struct toml_key *key, size_t n)
{
    for (size_t i = 0; root && i < n; i++)
        root = toml_get(root, key->parts[i]);
    return root;
}

static int unsupported(const struct document *doc, const struct toml_key *key,
                       const struct toml *at, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    add_path(&b, key, key->n);
    if (b.failed)
        return cdi_error_nomem(err);
    return cdi_error_set_at(err, CDI_ERR_UNSUPPORTED, doc->name, at->pos,
                            "%s cannot be edited here, within %s; edit the file", b.s,
                            toml_type_name(at->type));
}

static const char *line_start(const struct document *doc, const char *p)
{
    while (p > doc->text && p[-1] != '\n')
        p--;
    return p;
}

/* Behind the newline that ends the line of p, or the end of the text. */
static const char *next_line(const struct document *doc, const char *p)
{
    const char *newline = memchr(p, '\n', (size_t)(doc->end - p));

    return newline ? newline + 1 : doc->end;
}

/* The section behind statement number i, or with the number of statements, the root's. */
static struct section section_of(const struct document *doc, size_t i)
{
    const struct toml_statements *all = &doc->statements;
    bool root = i == all->n;
    size_t first = root ? 0 : i + 1, end = first;

    while (end < all->n && all->items[end].value)
        end++;
    return (struct section){
        .start = root ? doc->text : next_line(doc, all->items[i].end),
        .end = end < all->n ? line_start(doc, all->items[end].start) : doc->end,
        .first = all->items ? all->items + first : NULL,
        .n = end - first,
    };
}

/* The next line of a section that is all comment; NULL at its end. */
static const char *next_comment(const struct document *doc, const struct section *section,
                                const char *line)
{
    size_t i = 0;

    while (line < section->end) {
        for (; i < section->n && line_start(doc, section->first[i].start) <= line; i++)
            if (section->first[i].end > line)
                line = next_line(doc, section->first[i].end);
        if (line >= section->end)
            return NULL;
        if (line[strspn(line, " \t")] == '#')
            return line;
        line = next_line(doc, line);
    }
    return NULL;
}

/* The key in "#key = ...", and its length; NULL for any other comment. */
static const char *commented_key(const char *line, size_t *len)
{
    line += strspn(line, " \t");
    line += *line == '#';
    line += strspn(line, " \t");
    for (*len = 0; ascii_isalnum(line[*len]) || line[*len] == '_' || line[*len] == '-'; ++*len)
        continue;
    return *len && line[*len + strspn(line + *len, " \t")] == '=' ? line : NULL;
}

static int compare_keys(const char *a, size_t len, const char *b)
{
    int order = strncmp(a, b, len);

    return order ? order : -(b[len] != '\0');
}

/* A line of a section that has a key, be it in a comment. */
struct keyed_line {
    const char *start, *end; /* its newline included */
    const char *key;
    size_t len;
    bool comment;
};

/* The first keyed line at or behind p. */
static bool next_keyed(const struct document *doc, const struct section *section, const char *p,
                       struct keyed_line *out)
{
    const char *comment = next_comment(doc, section, p);
    const char *key = NULL;
    size_t len = 0;

    while (comment && !(key = commented_key(comment, &len)))
        comment = next_comment(doc, section, next_line(doc, comment));
    for (size_t i = 0; i < section->n; i++) {
        const struct toml_statement *s = &section->first[i];

        if (s->start < p || (comment && s->start > comment))
            continue;
        *out = (struct keyed_line){line_start(doc, s->start), next_line(doc, s->end), s->start,
                                   strcspn(s->start, " \t=."), false};
        return true;
    }
    if (!comment)
        return false;
    *out = (struct keyed_line){comment, next_line(doc, comment), key, len, true};
    return true;
}

/* "key = value" as a line of a section, in its place. */
static void plan_line(const struct document *doc, const struct section *section, const char *key,
                      const char *value, struct change *change)
{
    const char *before = NULL, *after = section->start;
    struct keyed_line line;

    for (const char *p = section->start; next_keyed(doc, section, p, &line); p = line.end) {
        if (line.comment && compare_keys(line.key, line.len, key) == 0) {
            change->start = line.start;
            change->end = line.end;
            break;
        }
        if (!before && compare_keys(line.key, line.len, key) > 0)
            before = line.start;
        after = line.end;
    }
    if (!change->start)
        change->start = change->end = before ? before : after;
    if (change->start > doc->text && change->start[-1] != '\n')
        strbuf_addstr(&change->text, doc->eol);
    add_key(&change->text, key);
    strbuf_printf(&change->text, " = %s%s", value, doc->eol);
}

/* Compares the table of a header with the one whose name is path. */
static int compare_header(const struct toml_statement *header, const char *path)
{
    const char *start = header->start + strspn(header->start, "[");

    return compare_keys(start, strcspn(start, "]"), path);
}

/* The first line of the comment that stands right above a header. */
static const char *comment_above(const struct document *doc, const char *header)
{
    const char *above, *p;
    size_t len;

    while (header > doc->text) {
        above = line_start(doc, header - 1);
        p = above + strspn(above, " \t");
        if (*p != '#' || commented_key(above, &len))
            break;
        header = above;
    }
    return header;
}

/* A new table with one key. */
static int plan_table(const struct document *doc, const struct toml_key *key, const char *value,
                      struct change *change, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
    const struct toml_statements *all = &doc->statements;
    const char *place = doc->end;

    add_path(&path, key, key->n - 1);
    if (path.failed)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < all->n; i++)
        if (!all->items[i].value && compare_header(&all->items[i], path.s) > 0) {
            place = comment_above(doc, line_start(doc, all->items[i].start));
            break;
        }
    change->start = change->end = place;
    if (place > doc->text && place[-1] != '\n')
        strbuf_addstr(&change->text, doc->eol);
    if (place == doc->end && place > doc->text)
        strbuf_addstr(&change->text, doc->eol);
    strbuf_printf(&change->text, "[%s]%s", path.s, doc->eol);
    add_key(&change->text, key->parts[key->n - 1]);
    strbuf_printf(&change->text, " = %s%s%s", value, doc->eol, place < doc->end ? doc->eol : "");
    return 0;
}

/* Beside another member of a table that only dotted keys make: "a.b = 1". */
static int plan_dotted(const struct document *doc, const struct toml_key *key,
                       const struct toml *table, const char *value, struct change *change,
                       struct cdi_error *err)
{
    for (size_t i = 0; i < doc->statements.n; i++) {
        const struct toml_statement *s = &doc->statements.items[i];
        const char *dot = s->start;

        if (!s->value || toml_get(table, s->value->key) != s->value)
            continue;
        for (const char *p = s->start; p < s->value_start && *p != '='; p++) {
            if (*p == '"' || *p == '\'')
                return unsupported(doc, key, table, err);
            dot = *p == '.' ? p + 1 + strspn(p + 1, " \t") : dot;
        }
        change->start = change->end = next_line(doc, s->end);
        if (change->start[-1] != '\n')
            strbuf_addstr(&change->text, doc->eol);
        strbuf_add(&change->text, s->start, (size_t)(dot - s->start));
        add_key(&change->text, key->parts[key->n - 1]);
        strbuf_printf(&change->text, " = %s%s", value, doc->eol);
        return 0;
    }
    return unsupported(doc, key, table, err);
}

/* Sets a key that is not set. */
static int plan_new(const struct document *doc, const struct toml_key *key, const char *value,
                    struct change *change, struct cdi_error *err)
{
    const struct toml *table = doc->root;
    const char *last = key->parts[key->n - 1];
    struct section section = section_of(doc, doc->statements.n);
    struct keyed_line line;

    for (size_t i = 1; i < key->n; i++) {
        table = look_up(doc->root, key, i);
        if (!table)
            return plan_table(doc, key, value, change, err);
        if (table->type != TOML_TABLE || table->origin == TOML_FROM_VALUE)
            return unsupported(doc, key, table, err);
    }
    if (table->origin == TOML_FROM_CHILD)
        return plan_table(doc, key, value, change, err);
    if (table->origin == TOML_FROM_DOTTED)
        return plan_dotted(doc, key, table, value, change, err);
    for (size_t i = 0; i < doc->statements.n; i++)
        if (!doc->statements.items[i].value && doc->statements.items[i].table == table)
            section = section_of(doc, i);
    /* A file may begin with a comment about all of it. */
    if (table == doc->root && !next_keyed(doc, &section, section.start, &line))
        section.start = section.end < doc->end ? comment_above(doc, section.end) : doc->end;
    plan_line(doc, &section, last, value, change);
    return 0;
}

static const struct toml_statement *statement_of(const struct document *doc,
                                                 const struct toml *value)
{
    for (size_t i = 0; i < doc->statements.n; i++)
        if (doc->statements.items[i].value == value)
            return &doc->statements.items[i];
    return NULL;
}

static int plan_set(const struct document *doc, const struct toml_key *key, const char *value,
                    struct change *change, struct cdi_error *err)
{
    const struct toml *old = look_up(doc->root, key, key->n);
    const struct toml_statement *statement = old ? statement_of(doc, old) : NULL;

    if (!old)
        return plan_new(doc, key, value, change, err);
    if (!statement)
        return unsupported(doc, key, old, err);
    change->start = statement->value_start;
    change->end = statement->end;
    strbuf_addstr(&change->text, value);
    return 0;
}

static int plan_unset(const struct document *doc, const struct toml_key *key, struct change *change,
                      struct cdi_error *err)
{
    const struct toml *old = look_up(doc->root, key, key->n);
    const struct toml_statement *statement = old ? statement_of(doc, old) : NULL;

    change->start = change->end = doc->text;
    if (!old)
        return 0;
    if (!statement)
        return unsupported(doc, key, old, err);
    change->start = line_start(doc, statement->start);
    change->end = next_line(doc, statement->end);
    return 0;
}

/* Puts a change into the text, which must be a document then, too. */
static int apply(const struct document *doc, const struct change *change, struct arena *arena,
                 char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *edited = NULL;
    const struct toml *root;
    size_t n;
    int r;

    strbuf_add(&b, doc->text, (size_t)(change->start - doc->text));
    strbuf_add(&b, change->text.s ? change->text.s : "", change->text.len);
    strbuf_add(&b, change->end, (size_t)(doc->end - change->end));
    edited = change->text.failed ? NULL : strbuf_take(&b, &n);
    if (!edited)
        return cdi_error_nomem(err);
    r = toml_parse(edited, n, doc->name, arena, &root, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "the file would be broken by the change");
    free(*text);
    *text = TAKE_PTR(edited);
    *len = n;
    return 0;
}

/* Sets a key, or with a value of NULL unsets it. */
static int edit(char **text, size_t *len, const char *name, const struct toml_key *key,
                const char *value, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char *newline = memchr(*text, '\n', *len);
    bool crlf = newline && newline > *text && newline[-1] == '\r';
    struct document doc = {
        .text = *text, .end = *text + *len, .eol = crlf ? "\r\n" : "\n", .name = name};
    struct change change = {.text = STRBUF_INIT};
    int r;

    if (!arena)
        return cdi_error_nomem(err);
    r = toml_parse_statements(*text, *len, name, arena, &doc.root, &doc.statements, err);
    if (r == 0 && value)
        r = plan_set(&doc, key, value, &change, err);
    else if (r == 0)
        r = plan_unset(&doc, key, &change, err);
    if (r == 0)
        r = apply(&doc, &change, arena, text, len, err);
    strbuf_free(&change.text);
    return r;
}

int toml_edit_set(char **text, size_t *len, const char *name, const struct toml_key *key,
                  const char *value, struct cdi_error *err)
{
    return edit(text, len, name, key, value, err);
}

int toml_edit_unset(char **text, size_t *len, const char *name, const struct toml_key *key,
                    struct cdi_error *err)
{
    return edit(text, len, name, key, NULL, err);
}
