/* SPDX-License-Identifier: Apache-2.0 */
/* From libyaml's events to the tree. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/yaml_producers.h"
#include "cdi/yaml_tree.h"

enum {
    MAX_TAGS = 64, /* %TAG lines; a CDI document has none */
};

struct anchor {
    const char *name;
    const struct yaml_node *node;
};

struct reader {
    struct yaml_tree tree;
    yaml_parser_t parser;
    const char *text;
    size_t len;
    size_t fed; /* bytes of the text that libyaml has */
    bool too_many_tags;
    unsigned brackets; /* open collections from the outermost in flow style on */
    void *anchors;     /* tsearch() tree of struct anchor */
};

static void keep(void *anchor)
{
    (void)anchor; /* it is in the arena */
}

static void reader_close(struct reader *r)
{
    yaml_parser_delete(&r->parser);
    tdestroy(r->anchors, keep);
    yaml_tree_done(&r->tree);
}

static struct cdi_position position(const yaml_mark_t *mark)
{
    return (struct cdi_position){(unsigned)mark->line + 1, (unsigned)mark->column + 1};
}

/* The position of a byte. */
static struct cdi_position position_at(const struct reader *r, size_t offset)
{
    struct cdi_position pos = {1, 1};

    for (size_t i = 0; i < offset && i < r->len; i++) {
        if (r->text[i] == '\n') {
            pos.line++;
            pos.column = 1;
        } else if (((unsigned char)r->text[i] & 0xC0) != 0x80) {
            pos.column++;
        }
    }
    return pos;
}

/* Reports what stopped libyaml. */
static int syntax_error(const struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not YAML";
    /* In [a:] or {k: a:}, which other scanners read as the text "a:". */
    bool colon = strcmp(problem, "found unexpected ':'") == 0;

    /* libyaml forgets to say why when some of its allocations fail. */
    if (p->error == YAML_MEMORY_ERROR || p->error == YAML_NO_ERROR)
        return cdi_error_nomem(r->tree.err);
    if (r->too_many_tags)
        return cdi_error_set_at(r->tree.err, CDI_ERR_LIMIT, r->tree.file, position(&p->mark),
                                "more than %d %%TAG directives", MAX_TAGS);
    if (p->error != YAML_READER_ERROR)
        return cdi_error_set_at(
            r->tree.err, CDI_ERR_SYNTAX, r->tree.file, position(&p->problem_mark), "%s%s%s%s",
            p->context ? p->context : "", p->context ? ": " : "", problem,
            colon ? "; text that ends in ':' between brackets must be in quotes" : "");
    if (p->problem_value < 0)
        return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file,
                                position_at(r, p->problem_offset), "%s", problem);
    return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file,
                            position_at(r, p->problem_offset), "%s (0x%02X)", problem,
                            (unsigned)p->problem_value);
}

static int compare_anchors(const void *a, const void *b)
{
    return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

/* Remembers a node by its anchor; a later anchor of the same name replaces it. */
static int add_anchor(struct reader *r, const yaml_char_t *name, const struct yaml_node *node)
{
    struct arena *arena = r->tree.arena;
    struct anchor *anchor, **found;

    if (!name)
        return 0;
    anchor = arena_alloc(arena, sizeof *anchor);
    if (!anchor || !(anchor->name = arena_strdup(arena, (const char *)name)))
        return cdi_error_nomem(r->tree.err);
    found = tsearch(anchor, &r->anchors, compare_anchors);
    if (!found)
        return cdi_error_nomem(r->tree.err);
    (*found)->node = node;
    return 0;
}

static int read_alias(struct reader *r, const yaml_event_t *event)
{
    const struct anchor key = {(const char *)event->data.alias.anchor, NULL};
    struct cdi_position pos = position(&event->start_mark);
    struct anchor **found = tfind(&key, &r->anchors, compare_anchors);

    if (!found)
        return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file, pos, "unknown anchor %s",
                                quote_string(key.name).text);
    if ((*found)->node->open)
        return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file, pos,
                                "the value of anchor %s contains itself",
                                quote_string(key.name).text);
    return yaml_tree_again(&r->tree, (*found)->node, pos);
}

/*
 * The scanner of the Go library, and so every engine, ends plain text between brackets at a
 * '?' and then fails; libyaml 0.2.5 reads on.
 */
static int check_flow_text(const struct reader *r, const yaml_event_t *event)
{
    if (!r->brackets || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
        !memchr(event->data.scalar.value, '?', event->data.scalar.length))
        return 0;
    return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file, position(&event->start_mark),
                            "text with a '?' between brackets must be in quotes");
}

static int read_scalar(struct reader *r, const yaml_event_t *event)
{
    const struct yaml_source source = {
        .s = (const char *)event->data.scalar.value,
        .len = event->data.scalar.length,
        .tag = (const char *)event->data.scalar.tag,
        .plain = event->data.scalar.plain_implicit != 0,
    };
    struct yaml_node *node;
    int e = check_flow_text(r, event);

    if (e == 0)
        e = yaml_tree_scalar(&r->tree, &source, position(&event->start_mark), &node);
    return e < 0 ? e : add_anchor(r, event->data.scalar.anchor, node);
}

static int open_collection(struct reader *r, const yaml_event_t *event)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *anchor = mapping ? event->data.mapping_start.anchor
                                        : event->data.sequence_start.anchor;
    bool flow = mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                        : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    struct yaml_node *node;
    int e = yaml_tree_open(&r->tree, mapping ? YAML_MAPPING : YAML_SEQUENCE,
                           position(&event->start_mark), &node);

    if (flow || r->brackets)
        r->brackets++;
    return e < 0 ? e : add_anchor(r, anchor, node);
}

static int close_collection(struct reader *r)
{
    if (r->brackets)
        r->brackets--;
    return yaml_tree_close(&r->tree);
}

static int check_version(const struct reader *r, const yaml_event_t *event)
{
    const yaml_version_directive_t *version = event->data.document_start.version_directive;

    if (!version || (version->major == 1 && version->minor == 1))
        return 0;
    return cdi_error_set_at(r->tree.err, CDI_ERR_SYNTAX, r->tree.file, position(&event->start_mark),
                            "YAML %d.%d is declared, but CDI documents are YAML 1.1: leave the "
                            "%%YAML line out",
                            version->major, version->minor);
}

/* Handles one event; *more becomes false after the first document. */
static int read_event(struct reader *r, const yaml_event_t *event, bool *more)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return check_version(r, event);
    case YAML_ALIAS_EVENT:
        return read_alias(r, event);
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_collection(r, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(r);
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        *more = false;
        return 0;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
        break;
    }
    return 0;
}

static int read_events(struct reader *r)
{
    bool more = true;

    while (more) {
        _cleanup_(yaml_event_delete) yaml_event_t event = {.type = YAML_NO_EVENT};
        int e;

        if (!yaml_parser_parse(&r->parser, &event))
            return syntax_error(r);
        e = read_event(r, &event, &more);
        if (e < 0)
            return e;
    }
    return 0;
}

/*
 * Hands the text to libyaml piece by piece, and stops at a long head of %TAG lines: libyaml
 * compares each with all before it.
 */
static int feed(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
    struct reader *r = data;

    r->too_many_tags = r->parser.tag_directives.top - r->parser.tag_directives.start > MAX_TAGS;
    if (r->too_many_tags)
        return 0;
    *size_read = size < r->len - r->fed ? size : r->len - r->fed;
    if (*size_read)
        memcpy(buffer, r->text + r->fed, *size_read);
    r->fed += *size_read;
    return 1;
}

int yaml_libyaml_read(struct arena *arena, const char *text, size_t len, const char *file,
                      const struct yaml_node **root, struct cdi_error *err)
{
    _cleanup_(reader_close) struct reader r = {.text = text, .len = len};
    int e = yaml_tree_init(&r.tree, arena, file, err);

    if (e < 0)
        return e;
    if (!yaml_parser_initialize(&r.parser))
        return cdi_error_nomem(err);
    yaml_parser_set_input(&r.parser, feed, &r);
    e = read_events(&r);
    *root = r.tree.root;
    return e;
}
