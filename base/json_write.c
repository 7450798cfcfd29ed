/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing an edited tree. A container that was read keeps the blanks that it has behind its
 * bracket, between its first two children and before its last bracket. One that is new, or was
 * empty, is laid out as its surroundings are.
 */
#include "base/json.h"
#include "base/json_lex.h"
#include "base/span.h"
#include "base/strbuf.h"

/* Blanks before a child: those of a container that was read, and levels of indentation more. */
struct margin {
    struct span blanks;
    unsigned levels;
    bool lines; /* a line for each child */
};

/* How the children of one container are set. */
struct layout {
    struct margin before_first;
    struct span between; /* with the comma; s == NULL: a comma and before_first */
    struct margin before_end;
};

struct writer {
    struct strbuf *out;
    const char *limit; /* end of the text */
    struct span unit;  /* one level of indentation */
    struct span colon; /* with its blanks */
    struct span comma; /* in a container on one line */
};

/* strbuf_add(), with the frequent case, that there is room, in line. */
static inline void put_bytes(struct writer *w, const char *s, size_t len)
{
    struct strbuf *out = w->out;

    if (out->size - out->len <= len) {
        strbuf_add(out, s, len);
        return;
    }
    memcpy(out->s + out->len, s, len);
    out->len += len;
}

static inline void put(struct writer *w, struct span span)
{
    put_bytes(w, span.s, span.len);
}

static void put_margin(struct writer *w, const struct margin *margin)
{
    put(w, margin->blanks);
    for (unsigned i = 0; margin->lines && i < margin->levels; i++)
        put(w, w->unit);
}

static struct span span_between(const char *from, const char *to)
{
    return (struct span){from, (size_t)(to - from)};
}

static bool has_newline(struct span span)
{
    return span.len && memchr(span.s, '\n', span.len);
}

/* The colon behind a member name as written, with the blanks around it. */
static struct span colon_of(const char *quoted, const char *limit)
{
    const char *end = json_skip_string(quoted, limit);

    return span_between(end, json_skip_blanks(json_skip_blanks(end) + 1));
}

/* From the first character of a child's text, or of its name, to behind the child. */
static const char *skip_child(const char *p, bool member, const char *limit)
{
    if (member) {
        struct span colon = colon_of(p, limit);

        p = colon.s + colon.len;
    }
    return json_skip_value(p, limit);
}

/* The layout of a container that was read with children. */
static struct layout layout_read(const struct writer *w, const char *text, size_t len)
{
    const char *first = json_skip_blanks(text + 1), *last = text + len - 1;
    const char *end = skip_child(first, *text == '{', text + len), *p = json_skip_blanks(end);
    struct span open = span_between(text + 1, first);
    struct layout layout = {.before_first = {open, 0, has_newline(open)}};

    if (*p == ',')
        layout.between = span_between(end, json_skip_blanks(p + 1));
    else if (!layout.before_first.lines)
        layout.between = w->comma;
    while (strchr(" \n\r\t", last[-1]))
        last--;
    layout.before_end.blanks = span_between(last, text + len - 1);
    return layout;
}

/* The layout of a new container that stands behind this margin. */
static struct layout layout_new(const struct writer *w, const struct margin *margin)
{
    struct layout layout = {.before_first = *margin, .before_end = *margin};

    if (margin->lines) {
        layout.before_first.levels++;
    } else {
        layout.before_first.blanks = layout.before_end.blanks = (struct span){"", 0};
        layout.between = w->comma;
    }
    return layout;
}

/* True if a container was read with children, so that its text shows a layout. */
static bool shows_layout(const char *text)
{
    const char *p;

    if (!text)
        return false;
    p = json_skip_blanks(text + 1);
    return *p != ']' && *p != '}';
}

static void write_value(struct writer *w, const struct json *v, const struct margin *margin);

static void write_name(struct writer *w, const struct json *member)
{
    if (member->quoted) {
        struct span colon = colon_of(member->quoted, w->limit);

        put(w, span_between(member->quoted, colon.s + colon.len));
        return;
    }
    strbuf_reserve(w->out, member->key_len * 6 + 2);
    if (w->out->failed)
        return;
    w->out->len += json_encode(member->key, member->key_len, w->out->s + w->out->len);
    put(w, w->colon);
}

/* Recursion goes as deep as edits do, not as the text. */
static void write_container(struct writer *w, const struct json *v, const struct margin *margin)
{
    bool object = v->type == JSON_OBJECT;
    struct layout layout = shows_layout(v->text) ? layout_read(w, v->text, v->len)
                                                 : layout_new(w, margin);

    put_bytes(w, object ? "{" : "[", 1);
    for (const struct json *child = v->first; child; child = child->next) {
        if (child != v->first && layout.between.s)
            put(w, layout.between);
        else if (child != v->first)
            put_bytes(w, ",", 1);
        if (child == v->first || !layout.between.s)
            put_margin(w, &layout.before_first);
        if (object)
            write_name(w, child);
        write_value(w, child, &layout.before_first);
    }
    if (v->first)
        put_margin(w, &layout.before_end);
    put_bytes(w, object ? "}" : "]", 1);
}

static void write_value(struct writer *w, const struct json *v, const struct margin *margin)
{
    if (v->type >= JSON_ARRAY && (v->edited || !v->text))
        write_container(w, v, margin);
    else
        put_bytes(w, v->text, v->len);
}

/* What new containers go by: the indentation and separators of the outermost container. */
static void find_style(struct writer *w, const char *text, size_t len)
{
    struct layout layout;
    const char *newline;

    if ((*text != '{' && *text != '[') || !shows_layout(text))
        return;
    if (*text == '{')
        w->colon = colon_of(json_skip_blanks(text + 1), text + len);
    if (w->colon.len > 1)
        w->comma = (struct span){", ", 2};
    layout = layout_read(w, text, len);
    if (!layout.before_first.lines) {
        w->comma = layout.between;
        return;
    }
    newline = memrchr(layout.before_first.blanks.s, '\n', layout.before_first.blanks.len);
    w->unit = span_between(newline + 1,
                           layout.before_first.blanks.s + layout.before_first.blanks.len);
}

void json_write(struct json_document *doc, struct strbuf *out)
{
    static const struct margin none = {{"", 0}, 0, false};
    struct writer w = {.out = out,
                       .limit = doc->text + doc->len,
                       .unit = {"", 0},
                       .colon = {":", 1},
                       .comma = {",", 1}};

    if (doc->root.edited)
        find_style(&w, doc->root_text, doc->root_len);
    strbuf_reserve(out, doc->len);
    put(&w, span_between(doc->text, doc->root_text));
    write_value(&w, &doc->root, &none);
    put(&w, span_between(doc->root_text + doc->root_len, doc->text + doc->len));
    strbuf_add(out, "", 0); /* the NUL */
}
