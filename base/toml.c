/* SPDX-License-Identifier: Apache-2.0 */
/* TOML: the document, its tables and its keys. */
#include "base/toml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/toml_parser.h"
#include "base/utf8.h"

/* A member in the hash table that finds it, and duplicates, by table and key. */
struct toml_slot {
    const struct toml *table;
    struct toml *member;
};

/* A key as written: a.b."c d". */
struct key_path {
    struct toml_text parts[TOML_MAX_DEPTH];
    struct cdi_position at[TOML_MAX_DEPTH];
    size_t n;
};

const char *toml_type_name(enum toml_type type)
{
    static const char *const names[] = {
        [TOML_STRING] = "a string",   [TOML_INTEGER] = "an integer",   [TOML_FLOAT] = "a float",
        [TOML_BOOLEAN] = "a boolean", [TOML_DATETIME] = "a date-time", [TOML_ARRAY] = "an array",
        [TOML_TABLE] = "a table",
    };

    return names[type];
}

const struct toml *toml_get(const struct toml *table, const char *key)
{
    if (table->type != TOML_TABLE)
        return NULL;
    for (const struct toml *member = table->first; member; member = member->next)
        if (strcmp(member->key, key) == 0)
            return member;
    return NULL;
}

struct cdi_position toml_position(struct toml_parser *parser)
{
    for (; parser->counted < parser->p; parser->counted++)
        parser->column += ((unsigned char)*parser->counted & 0xc0) != 0x80;
    return (struct cdi_position){parser->line, parser->column};
}

CDI_PRINTF(3, 0)
static int error_at(struct toml_parser *parser, struct cdi_position pos, const char *fmt,
                    va_list ap)
{
    char message[512];

    (void)vsnprintf(message, sizeof message, fmt, ap);
    (void)cdi_error_set_at(parser->err, CDI_ERR_SYNTAX, parser->name, pos, "%s", message);
    return -CDI_ERR_SYNTAX;
}

int toml_error(struct toml_parser *parser, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = error_at(parser, toml_position(parser), fmt, ap);
    va_end(ap);
    return r;
}

CDI_PRINTF(3, 4)
static int error_at_key(struct toml_parser *parser, struct cdi_position pos, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = error_at(parser, pos, fmt, ap);
    va_end(ap);
    return r;
}

struct toml *toml_new(struct toml_parser *parser, enum toml_type type, enum toml_origin origin,
                      struct cdi_position pos)
{
    struct toml *value = arena_alloc(parser->arena, sizeof *value);

    if (!value) {
        (void)cdi_error_nomem(parser->err);
        return NULL;
    }
    value->type = type;
    value->origin = origin;
    value->pos = pos;
    return value;
}

void toml_append(struct toml *array, struct toml *value)
{
    *(array->last ? &array->last->next : &array->first) = value;
    array->last = value;
    array->n++;
}

/* The slot of a key, or the empty one where it belongs. There is always an empty one. */
static struct toml_slot *slot_of(const struct toml_parser *parser, const struct toml *table,
                                 struct toml_text key)
{
    uint64_t seed = parser->seed ^ (uintptr_t)table;

    for (size_t i = hash_bytes(seed, key.s, key.len);; i++) {
        struct toml_slot *slot = &parser->slots[i & (parser->n_slots - 1)];

        if (!slot->member || (slot->table == table && slot->member->key_len == key.len &&
                              memcmp(slot->member->key, key.s, key.len) == 0))
            return slot;
    }
}

static int slots_grow(struct toml_parser *parser)
{
    struct toml_slot *old = parser->slots;
    size_t n_old = parser->n_slots;

    parser->n_slots = n_old ? 2 * n_old : 64;
    parser->slots = arena_calloc(parser->arena, parser->n_slots, sizeof *parser->slots);
    if (!parser->slots)
        return cdi_error_nomem(parser->err);
    for (size_t i = 0; i < n_old; i++) {
        const struct toml *member = old[i].member;

        if (member)
            *slot_of(parser, old[i].table,
                     (struct toml_text){member->key, member->key_len}) = old[i];
    }
    return 0;
}

static struct toml *find(const struct toml_parser *parser, const struct toml *table,
                         struct toml_text key)
{
    return slot_of(parser, table, key)->member;
}

/* Puts a value into a table that has no such key. */
static int insert(struct toml_parser *parser, struct toml *table, struct toml_text key,
                  struct toml *value)
{
    if (2 * (parser->n_used + 1) > parser->n_slots && slots_grow(parser) < 0)
        return -CDI_ERR_NOMEM;
    value->key = key.s;
    value->key_len = key.len;
    *slot_of(parser, table, key) = (struct toml_slot){table, value};
    parser->n_used++;
    toml_append(table, value);
    return 0;
}

static bool is_bare(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static int read_key_part(struct toml_parser *parser, struct toml_text *part)
{
    const char *start = parser->p;
    int c = toml_peek(parser);

    if (c == '"' || c == '\'')
        return toml_read_string(parser, true, part);
    while (is_bare(toml_peek(parser)))
        parser->p++;
    if (parser->p == start)
        return toml_error(parser, "a key is expected");
    part->len = (size_t)(parser->p - start);
    part->s = arena_strndup(parser->arena, start, part->len);
    if (part->s)
        return 0;
    (void)cdi_error_nomem(parser->err);
    return -CDI_ERR_NOMEM;
}

static int read_key(struct toml_parser *parser, struct key_path *path)
{
    path->n = 0;
    for (;;) {
        int r;

        if (path->n == TOML_MAX_DEPTH) {
            (void)cdi_error_set_at(parser->err, CDI_ERR_LIMIT, parser->name, toml_position(parser),
                                   "a key of more than %d parts", TOML_MAX_DEPTH);
            return -CDI_ERR_LIMIT;
        }
        toml_skip_blanks(parser);
        path->at[path->n] = toml_position(parser);
        path->parts[path->n] = (struct toml_text){"", 0};
        r = read_key_part(parser, &path->parts[path->n]);
        if (r < 0)
            return r;
        path->n++;
        toml_skip_blanks(parser);
        if (toml_peek(parser) != '.')
            return 0;
        parser->p++;
    }
}

static int twice(struct toml_parser *parser, const struct key_path *path, size_t i,
                 const struct toml *first)
{
    return error_at_key(parser, path->at[i], "%s is defined already, in line %u", path->parts[i].s,
                        first->pos.line);
}

/*
 * Goes from a table to the parent of the last part of a key, making the tables on the way.
 * A dotted key may pass only tables that no header has defined; a header may pass also those,
 * and the last table of an array of tables. Neither may pass what a value has defined.
 */
static int descend(struct toml_parser *parser, const struct key_path *path, enum toml_origin origin,
                   struct toml **table)
{
    for (size_t i = 0; i + 1 < path->n; i++) {
        struct toml *child = find(parser, *table, path->parts[i]);
        int r;

        if (!child) {
            child = toml_new(parser, TOML_TABLE, origin, path->at[i]);
            r = child ? insert(parser, *table, path->parts[i], child) : -CDI_ERR_NOMEM;
            if (r < 0)
                return r;
        } else if (child->origin == TOML_FROM_VALUE) {
            return twice(parser, path, i, child);
        } else if (child->origin == TOML_FROM_HEADER && origin == TOML_FROM_DOTTED) {
            return twice(parser, path, i, child);
        }
        *table = child->type == TOML_ARRAY ? child->last : child;
    }
    return 0;
}

int toml_read_member(struct toml_parser *parser, struct toml *table)
{
    struct key_path path;
    struct toml_text last;
    struct toml *value;
    const struct toml *first;
    const char *value_start;
    int r = read_key(parser, &path);

    if (r < 0)
        return r;
    if (toml_peek(parser) != '=')
        return toml_error(parser, "'=' is expected after a key");
    parser->p++;
    r = descend(parser, &path, TOML_FROM_DOTTED, &table);
    if (r < 0)
        return r;
    last = path.parts[path.n - 1];
    first = find(parser, table, last);
    if (first)
        return twice(parser, &path, path.n - 1, first);
    toml_skip_blanks(parser);
    value_start = parser->p;
    r = toml_read_value(parser, &value);
    if (r < 0)
        return r;
    parser->value_start = value_start;
    parser->value = value;
    return insert(parser, table, last, value);
}

/* [[key]]: one more table in an array of tables. */
static int add_element(struct toml_parser *parser, const struct key_path *path, struct toml *parent,
                       struct toml **table)
{
    struct toml *array = find(parser, parent, path->parts[path->n - 1]);
    struct cdi_position pos = path->at[path->n - 1];
    int r;

    if (array && (array->type != TOML_ARRAY || array->origin != TOML_FROM_HEADER))
        return twice(parser, path, path->n - 1, array);
    if (!array) {
        array = toml_new(parser, TOML_ARRAY, TOML_FROM_HEADER, pos);
        r = array ? insert(parser, parent, path->parts[path->n - 1], array) : -CDI_ERR_NOMEM;
        if (r < 0)
            return r;
    }
    *table = toml_new(parser, TOML_TABLE, TOML_FROM_HEADER, pos);
    if (!*table)
        return -CDI_ERR_NOMEM;
    toml_append(array, *table);
    return 0;
}

/* [key]: a table, perhaps one that so far was only someone's parent. */
static int define_table(struct toml_parser *parser, const struct key_path *path,
                        struct toml *parent, struct toml **table)
{
    struct cdi_position pos = path->at[path->n - 1];

    *table = find(parser, parent, path->parts[path->n - 1]);
    if (!*table) {
        *table = toml_new(parser, TOML_TABLE, TOML_FROM_HEADER, pos);
        return *table ? insert(parser, parent, path->parts[path->n - 1], *table) : -CDI_ERR_NOMEM;
    }
    if ((*table)->origin != TOML_FROM_CHILD)
        return twice(parser, path, path->n - 1, *table);
    (*table)->origin = TOML_FROM_HEADER;
    (*table)->pos = pos;
    return 0;
}

/* Reads a header, '[' first; *table becomes the table that it names. */
static int read_header(struct toml_parser *parser, struct toml *root, struct toml **table)
{
    bool element = parser->end - parser->p > 1 && parser->p[1] == '[';
    size_t width = element ? 2 : 1;
    struct toml *parent = root;
    struct key_path path;
    int r;

    parser->p += width;
    r = read_key(parser, &path);
    if (r < 0)
        return r;
    if ((size_t)(parser->end - parser->p) < width || memcmp(parser->p, "]]", width) != 0)
        return toml_error(parser, "'%s' is expected at the end of a table's header",
                          element ? "]]" : "]");
    parser->p += width;
    r = descend(parser, &path, TOML_FROM_CHILD, &parent);
    if (r < 0)
        return r;
    return element ? add_element(parser, &path, parent, table)
                   : define_table(parser, &path, parent, table);
}

/* Keeps a statement that ends here. */
static int record(struct toml_parser *parser, const char *start, const struct toml *table,
                  bool header)
{
    struct toml_statements *all = parser->statements;

    if (!all)
        return 0;
    all->items = arena_grow(parser->arena, all->items, all->n, sizeof *all->items);
    if (!all->items) {
        (void)cdi_error_nomem(parser->err);
        return -CDI_ERR_NOMEM;
    }
    all->items[all->n++] = (struct toml_statement){
        .table = table,
        .value = header ? NULL : parser->value,
        .start = start,
        .end = parser->p,
        .value_start = header ? NULL : parser->value_start,
    };
    return 0;
}

static int read_statements(struct toml_parser *parser, struct toml *root)
{
    struct toml *table = root;

    for (;;) {
        int r = toml_skip_lines(parser);
        const char *start = parser->p;
        bool header = toml_peek(parser) == '[';

        if (r < 0 || parser->p == parser->end)
            return r;
        r = header ? read_header(parser, root, &table) : toml_read_member(parser, table);
        if (r == 0)
            r = record(parser, start, table, header);
        if (r < 0)
            return r;
        toml_skip_blanks(parser);
        if (parser->p < parser->end && *parser->p != '#' && !toml_take_newline(parser))
            return toml_error(parser, "the end of the line is expected here");
    }
}

/* The whole text must be UTF-8; finding that out first keeps the rest simple. */
static int check_encoding(struct toml_parser *parser)
{
    const char *start = parser->p;

    for (const char *p = start; p < parser->end;) {
        size_t len = utf8_length(p, parser->end);

        if (!len) {
            parser->p = p;
            return toml_error(parser, "not UTF-8: byte 0x%02x", (unsigned)(unsigned char)*p);
        }
        if (*p == '\n') {
            parser->line++;
            parser->counted = p + 1;
            parser->column = 1;
        }
        p += len;
    }
    parser->line = 1;
    parser->counted = start;
    parser->column = 1;
    return 0;
}

int toml_parse(const char *text, size_t len, const char *name, struct arena *arena,
               const struct toml **root, struct cdi_error *err)
{
    return toml_parse_statements(text, len, name, arena, root, NULL, err);
}

int toml_parse_statements(const char *text, size_t len, const char *name, struct arena *arena,
                          const struct toml **root, struct toml_statements *statements,
                          struct cdi_error *err)
{
    struct toml_parser parser = {
        .p = text,
        .end = text + len,
        .line = 1,
        .seed = hash_seed(),
        .counted = text,
        .column = 1,
        .name = name,
        .arena = arena,
        .err = err,
        .statements = statements,
    };
    struct toml *table;
    int r = check_encoding(&parser);

    if (r < 0)
        return r;
    table = toml_new(&parser, TOML_TABLE, TOML_FROM_HEADER, (struct cdi_position){1, 1});
    if (!table || slots_grow(&parser) < 0)
        return -CDI_ERR_NOMEM;
    r = read_statements(&parser, table);
    if (r < 0)
        return r;
    *root = table;
    return 0;
}
