/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/ignores.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "cdi/text.h"

static const char marker[] = "cdikit:";
static const char word_line[] = "ignore";
static const char word_file[] = "ignore-file";

/* Where one is while the comments are read. */
struct scan {
    struct ignores *ignores;
    struct text_lines lines;
    const char *line; /* the one that is looked at */
    bool text_seen;   /* a line with text, not a comment, came before or is this one */
    size_t waiting;   /* first of the items that are for the next line with text */
};

struct words {
    const char *s;
    const char *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct words *words)
{
    while (words->s < words->end && is_blank(*words->s))
        words->s++;
}

/* The next word of a comment, up to a blank or a comma. */
static struct words next_word(struct words *words)
{
    struct words word;

    skip_blanks(words);
    word.s = words->s;
    while (words->s < words->end && !is_blank(*words->s) && *words->s != ',')
        words->s++;
    word.end = words->s;
    return word;
}

static bool is_word(struct words word, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(word.end - word.s) == len && memcmp(word.s, text, len) == 0;
}

static bool is_marked(struct words words)
{
    return (size_t)(words.end - words.s) >= sizeof marker - 1 &&
           memcmp(words.s, marker, sizeof marker - 1) == 0;
}

/* The comment of a line: it begins with '#', at the beginning or after a blank. */
static bool find_comment(const char *line, size_t len, struct words *comment)
{
    const char *end = line + len;

    for (const char *s = line; (s = memchr(s, '#', (size_t)(end - s))); s++) {
        if (s > line && !is_blank(s[-1]))
            continue;
        *comment = (struct words){s + 1, end};
        skip_blanks(comment);
        if (!is_marked(*comment))
            continue;
        comment->s += sizeof marker - 1;
        return true;
    }
    return false;
}

static unsigned column_of(const struct scan *scan, const char *at)
{
    unsigned column = 1;

    for (const char *s = scan->line; s < at; s++)
        column += ((unsigned char)*s & 0xC0) != 0x80;
    return column;
}

static int add_problem(struct scan *scan, struct words word, const char *message, const char *hint,
                       struct cdi_error *err)
{
    struct ignores *ignores = scan->ignores;
    struct ignore_problem *problems = arena_grow(ignores->arena, ignores->problems,
                                                 ignores->n_problems, sizeof *problems);

    if (!problems || !message)
        return cdi_error_nomem(err);
    problems[ignores->n_problems++] = (struct ignore_problem){
        {scan->lines.number, column_of(scan, word.s)}, message, hint};
    ignores->problems = problems;
    return 0;
}

static int unknown_rule(struct scan *scan, struct words word, struct cdi_error *err)
{
    struct arena *arena = scan->ignores->arena;
    size_t len = (size_t)(word.end - word.s);
    struct nearest near = nearest_init(word.s, len);
    const char *hint = "cdikit validate --rules lists them";

    for (const struct cdi_rule *rule = rules; rule->id; rule++)
        nearest_offer(&near, rule->id);
    if (near.best)
        hint = arena_printf(arena, "did you mean \"%s\"?", near.best);
    if (!hint)
        return cdi_error_nomem(err);
    return add_problem(
        scan, word, arena_printf(arena, "there is no rule %s", quote(word.s, len).text), hint, err);
}

static int add_ignore(struct scan *scan, unsigned line, enum rule rule, struct cdi_error *err)
{
    struct ignores *ignores = scan->ignores;
    struct ignore *items = arena_grow(ignores->arena, ignores->items, ignores->n, sizeof *items);

    if (!items)
        return cdi_error_nomem(err);
    items[ignores->n++] = (struct ignore){line, rule};
    ignores->items = items;
    return 0;
}

/* Passes over a comma; false if there is none. */
static bool skip_comma(struct words *words)
{
    skip_blanks(words);
    if (words->s == words->end || *words->s != ',')
        return false;
    words->s++;
    return true;
}

/* The rules that a comment names, for a line. What follows them is a remark. */
static int read_rules(struct scan *scan, struct words *comment, unsigned line,
                      struct cdi_error *err)
{
    do {
        struct words word = next_word(comment);
        const char *id = arena_strndup(scan->ignores->arena, word.s, (size_t)(word.end - word.s));
        const struct cdi_rule *rule = id ? cdi_rule_find(id) : NULL;
        int r;

        if (!id)
            return cdi_error_nomem(err);
        if (rule)
            r = add_ignore(scan, line, (enum rule)(rule - rules), err);
        else if (*id)
            r = unknown_rule(scan, word, err);
        else
            r = add_problem(scan, word, "the comment names no rule",
                            "write \"# cdikit: ignore RULE\"", err);
        if (r < 0)
            return r;
    } while (skip_comma(comment));
    return 0;
}

static int read_comment(struct scan *scan, struct words comment, bool alone, struct cdi_error *err)
{
    struct words word = next_word(&comment);

    /* A line of its own: for the next line with text, whose number is put in later. */
    if (is_word(word, word_line))
        return read_rules(scan, &comment, alone ? UINT32_MAX : scan->lines.number, err);
    if (!is_word(word, word_file))
        return add_problem(scan, word, "the comment is neither \"ignore\" nor \"ignore-file\"",
                           "write \"# cdikit: ignore RULE\"", err);
    if (scan->text_seen)
        return add_problem(scan, word, "ignore-file stands below the first line with text",
                           "move it up, or write \"ignore\" for one line", err);
    return read_rules(scan, &comment, 0, err);
}

/* Gives the items that wait for it the number of a line with text. */
static void settle(struct scan *scan)
{
    struct ignores *ignores = scan->ignores;

    for (; scan->waiting < ignores->n; scan->waiting++)
        if (ignores->items[scan->waiting].line == UINT32_MAX)
            ignores->items[scan->waiting].line = scan->lines.number;
}

/* True for a line of text, other than a comment, a directive and a "---" alone. */
static bool has_text(const char *line, size_t len)
{
    struct words words = {line, line + len};

    if (len >= 3 && memcmp(line, "---", 3) == 0)
        words.s += 3;
    skip_blanks(&words);
    return words.s < words.end && *words.s != '#' && *line != '%';
}

static int read_line(struct scan *scan, size_t len, struct cdi_error *err)
{
    bool text = has_text(scan->line, len);
    struct words comment;
    int r = 0;

    scan->text_seen |= text;
    if (find_comment(scan->line, len, &comment))
        r = read_comment(scan, comment, !text, err);
    if (r == 0 && text)
        settle(scan);
    return r;
}

/* True if there is a comment of ours: nearly always there is none. */
static bool has_comment(const char *text, size_t len)
{
    const char *end = text + len;

    for (const char *s = text; (s = memchr(s, '#', (size_t)(end - s))); s++) {
        struct words words = {s + 1, end};

        skip_blanks(&words);
        if (is_marked(words))
            return true;
    }
    return false;
}

/* By line, then by rule. */
static int compare_ignores(const void *a, const void *b)
{
    const struct ignore *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

int ignores_read(struct ignores *ignores, struct arena *arena, const char *text, size_t len,
                 struct cdi_error *err)
{
    struct scan scan = {.ignores = ignores, .lines = text_lines_of(text, len)};
    size_t n;
    int r = 0;

    *ignores = (struct ignores){.arena = arena};
    if (!has_comment(text, len))
        return 0;
    while (r == 0 && text_lines_next(&scan.lines, &scan.line, &n))
        r = read_line(&scan, n, err);
    if (ignores->n)
        qsort(ignores->items, ignores->n, sizeof *ignores->items, compare_ignores);
    return r;
}

static bool has(const struct ignores *ignores, enum rule rule, unsigned line)
{
    struct ignore wanted = {line, rule};

    return bsearch(&wanted, ignores->items, ignores->n, sizeof wanted, compare_ignores) != NULL;
}

bool ignores_match(const struct ignores *ignores, enum rule rule, unsigned line)
{
    return ignores->n && (has(ignores, rule, 0) || (line && has(ignores, rule, line)));
}
