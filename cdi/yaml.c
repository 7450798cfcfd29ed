/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/yaml.h"

#include <search.h>
#include <string.h>
#include <yaml.h>

#include <cdikit/spec.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cdi/quote.h"
#include "cdi/yaml_scalar.h"

enum {
    FIRST_ROOM = 256, /* of reader.nodes */
    MAX_TAGS = 64,    /* %TAG lines; a CDI document has none */
};

/* A collection that has been opened and not yet closed. */
struct frame {
    struct yaml_node *node;
    size_t first; /* of its children in reader.nodes */
    uint64_t weight;
};

struct anchor {
    const char *name;
    const struct yaml_node *node;
};

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const char *text;
    size_t len;
    size_t fed; /* bytes of the text that libyaml has */
    bool too_many_tags;
    const char *file;
    struct cdi_error *err;
    struct frame frames[CDI_SPEC_MAX_DEPTH];
    size_t depth;
    const struct yaml_node **nodes; /* children of the open collections, malloc'ed */
    size_t n_nodes;
    size_t room;
    void *anchors; /* tsearch() tree of struct anchor */
    const struct yaml_node *root;
};

static void keep(void *anchor)
{
    (void)anchor; /* it is in the arena */
}

static void reader_close(struct reader *r)
{
    yaml_parser_delete(&r->parser);
    tdestroy(r->anchors, keep);
    free(r->nodes);
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

    /* libyaml forgets to say why when some of its allocations fail. */
    if (p->error == YAML_MEMORY_ERROR || p->error == YAML_NO_ERROR)
        return cdi_error_nomem(r->err);
    if (r->too_many_tags)
        return cdi_error_set_at(r->err, CDI_ERR_LIMIT, r->file, position(&p->mark),
                                "more than %d %%TAG directives", MAX_TAGS);
    if (p->error != YAML_READER_ERROR)
        return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, position(&p->problem_mark),
                                "%s%s%s", p->context ? p->context : "", p->context ? ": " : "",
                                problem);
    if (p->problem_value < 0)
        return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, position_at(r, p->problem_offset),
                                "%s", problem);
    return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, position_at(r, p->problem_offset),
                            "%s (0x%02X)", problem, (unsigned)p->problem_value);
}

static int limit_error(const struct reader *r, struct cdi_position pos)
{
    return cdi_error_set_at(r->err, CDI_ERR_LIMIT, r->file, pos,
                            "more than %d nodes, aliases and merges expanded", CDI_SPEC_MAX_NODES);
}

static uint32_t weight_of(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? 1 : node->weight;
}

/* Makes a node the next child of the innermost open collection, or the root. */
static int add_child(struct reader *r, const struct yaml_node *node, struct cdi_position pos)
{
    struct frame *frame;

    if (r->depth == 0) {
        r->root = node;
        return 0;
    }
    frame = &r->frames[r->depth - 1];
    frame->weight += weight_of(node);
    if (frame->weight > CDI_SPEC_MAX_NODES)
        return limit_error(r, pos);
    if (r->n_nodes == r->room) {
        size_t room = 2 * r->room;
        const struct yaml_node **nodes = reallocarray(r->nodes, room, sizeof *nodes);

        if (!nodes)
            return cdi_error_nomem(r->err);
        r->nodes = nodes;
        r->room = room;
    }
    r->nodes[r->n_nodes++] = node;
    return 0;
}

static struct yaml_node *new_node(const struct reader *r, enum yaml_kind kind,
                                  const yaml_event_t *event)
{
    struct yaml_node *node = arena_alloc(r->arena, sizeof *node);

    if (!node)
        return NULL;
    node->kind = (uint8_t)kind;
    node->pos = position(&event->start_mark);
    return node;
}

static int compare_anchors(const void *a, const void *b)
{
    return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

/* Remembers a node by its anchor; a later anchor of the same name replaces it. */
static int add_anchor(struct reader *r, const yaml_char_t *name, const struct yaml_node *node)
{
    struct anchor *anchor, **found;

    if (!name)
        return 0;
    anchor = arena_alloc(r->arena, sizeof *anchor);
    if (!anchor || !(anchor->name = arena_strdup(r->arena, (const char *)name)))
        return cdi_error_nomem(r->err);
    found = tsearch(anchor, &r->anchors, compare_anchors);
    if (!found)
        return cdi_error_nomem(r->err);
    (*found)->node = node;
    return 0;
}

static int read_alias(struct reader *r, const yaml_event_t *event)
{
    const struct anchor key = {(const char *)event->data.alias.anchor, NULL};
    struct cdi_position pos = position(&event->start_mark);
    struct anchor **found = tfind(&key, &r->anchors, compare_anchors);

    if (!found)
        return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, pos, "unknown anchor %s",
                                quote_string(key.name).text);
    if ((*found)->node->open)
        return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, pos,
                                "the value of anchor %s contains itself",
                                quote_string(key.name).text);
    return add_child(r, (*found)->node, pos);
}

static int read_scalar(struct reader *r, const yaml_event_t *event)
{
    const struct yaml_source source = {
        .s = (const char *)event->data.scalar.value,
        .len = event->data.scalar.length,
        .tag = (const char *)event->data.scalar.tag,
        .plain = event->data.scalar.plain_implicit != 0,
    };
    struct yaml_node *node = new_node(r, YAML_SCALAR, event);
    int e;

    if (!node)
        return cdi_error_nomem(r->err);
    e = yaml_scalar_read(r->arena, &source, r->file, node, r->err);
    if (e == 0)
        e = add_anchor(r, event->data.scalar.anchor, node);
    return e < 0 ? e : add_child(r, node, node->pos);
}

static int open_collection(struct reader *r, const yaml_event_t *event)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    struct yaml_node *node = new_node(r, mapping ? YAML_MAPPING : YAML_SEQUENCE, event);

    if (!node)
        return cdi_error_nomem(r->err);
    if (r->depth == CDI_SPEC_MAX_DEPTH)
        return cdi_error_set_at(r->err, CDI_ERR_LIMIT, r->file, node->pos,
                                "nested more than %d deep", CDI_SPEC_MAX_DEPTH);
    node->open = true;
    r->frames[r->depth++] = (struct frame){node, r->n_nodes, 1};
    return add_anchor(
        r, mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
}

static int close_sequence(struct reader *r, struct yaml_node *node,
                          const struct yaml_node **children, size_t n)
{
    node->items = arena_calloc(r->arena, n, sizeof *node->items);
    if (!node->items)
        return cdi_error_nomem(r->err);
    if (n)
        memcpy(node->items, children, n * sizeof *children);
    node->len = (uint32_t)n;
    return 0;
}

/* The mappings that a merge key's value names: the value itself, or its items. */
static int merged_mappings(const struct reader *r, const struct yaml_node *value,
                           const struct yaml_node *key, const struct yaml_node *const **mappings,
                           const struct yaml_node *const *single, size_t *n)
{
    bool list = value->kind == YAML_SEQUENCE;

    *mappings = list ? value->items : single;
    *n = list ? value->len : 1;
    for (size_t i = 0; i < *n; i++)
        if ((*mappings)[i]->kind != YAML_MAPPING)
            return cdi_error_set_at(r->err, CDI_ERR_INVALID, r->file, key->pos,
                                    "the value of << must be a mapping or a list of mappings");
    return 0;
}

/* Appends the entries that a merge brings; with entries == NULL only counts them. */
static int add_merge(const struct reader *r, const struct yaml_node *const *pair,
                     struct yaml_entry *entries, size_t *n)
{
    const struct yaml_node *const *mappings;
    size_t count;
    int e = merged_mappings(r, pair[1], pair[0], &mappings, &pair[1], &count);

    for (size_t i = 0; e == 0 && i < count; i++) {
        if (entries && mappings[i]->len)
            memcpy(entries + *n, mappings[i]->entries, mappings[i]->len * sizeof *entries);
        *n += mappings[i]->len;
    }
    return e;
}

static int add_entry(const struct reader *r, const struct yaml_node *const *pair,
                     struct yaml_entry *entry)
{
    entry->value = pair[1];
    if (pair[0]->kind != YAML_SCALAR)
        return cdi_error_set_at(r->err, CDI_ERR_INVALID, r->file, pair[0]->pos,
                                "a key must be a string, not a %s",
                                pair[0]->kind == YAML_SEQUENCE ? "list" : "mapping");
    return yaml_scalar_key(r->arena, pair[0], r->file, &entry->key, r->err);
}

static int close_mapping(const struct reader *r, struct yaml_node *node,
                         const struct yaml_node *const *children, size_t n)
{
    struct yaml_entry *entries;
    size_t count = 0;
    int e = 0;

    for (size_t i = 0; i < n && e == 0; i += 2) {
        if (children[i]->merge)
            e = add_merge(r, children + i, NULL, &count);
        else
            count++;
    }
    if (e < 0)
        return e;
    entries = arena_calloc(r->arena, count, sizeof *entries);
    if (!entries)
        return cdi_error_nomem(r->err);
    node->entries = entries;
    node->len = (uint32_t)count;
    count = 0;
    for (size_t i = 0; i < n && e == 0; i += 2) {
        if (children[i]->merge)
            e = add_merge(r, children + i, entries, &count);
        else
            e = add_entry(r, children + i, &entries[count++]);
    }
    return e;
}

static int close_collection(struct reader *r)
{
    struct frame *frame = &r->frames[--r->depth];
    const struct yaml_node **children = r->nodes + frame->first;
    size_t n = r->n_nodes - frame->first;
    struct yaml_node *node = frame->node;
    int e = node->kind == YAML_MAPPING ? close_mapping(r, node, children, n)
                                       : close_sequence(r, node, children, n);

    if (e < 0)
        return e;
    node->open = false;
    node->weight = (uint32_t)frame->weight;
    r->n_nodes = frame->first;
    return add_child(r, node, node->pos);
}

static int check_version(const struct reader *r, const yaml_event_t *event)
{
    const yaml_version_directive_t *version = event->data.document_start.version_directive;

    if (!version || (version->major == 1 && version->minor == 1))
        return 0;
    return cdi_error_set_at(r->err, CDI_ERR_SYNTAX, r->file, position(&event->start_mark),
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

int yaml_read(struct arena *arena, const char *text, size_t len, const char *file,
              const struct yaml_node **root, struct cdi_error *err)
{
    _cleanup_(reader_close) struct reader r = {
        .arena = arena,
        .text = text,
        .len = len,
        .file = file,
        .err = err,
        .room = FIRST_ROOM,
        .nodes = calloc(FIRST_ROOM, sizeof(*r.nodes)),
    };
    int e;

    if (!r.nodes || !yaml_parser_initialize(&r.parser))
        return cdi_error_nomem(err);
    yaml_parser_set_input(&r.parser, feed, &r);
    e = read_events(&r);
    *root = r.root;
    return e;
}

int yaml_entry_compare(const void *a, const void *b)
{
    const struct yaml_node *x = ((const struct yaml_entry *)a)->key;
    const struct yaml_node *y = ((const struct yaml_entry *)b)->key;
    int order = strcmp(x->scalar.s, y->scalar.s);

    if (order)
        return order;
    if (x->pos.line != y->pos.line)
        return x->pos.line < y->pos.line ? -1 : 1;
    return (x->pos.column > y->pos.column) - (x->pos.column < y->pos.column);
}
