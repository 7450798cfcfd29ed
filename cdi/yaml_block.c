/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in the plain block style that tools write, line by line, without libyaml. The rule of
 * this file: whatever is not certain to be read as libyaml reads it is declined.
 */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "cdi/yaml_producers.h"
#include "cdi/yaml_tree.h"

enum {
    DECLINED = 1,
    LONGEST_KEY = 1024, /* with its quotes; libyaml looks no further for its ':' */
};

/* What a byte may be. Bytes without any of these, tabs and CR too, are declined everywhere. */
enum {
    PLAIN = 1 << 0,  /* within a plain scalar, whatever stands beside it */
    QUOTED = 1 << 1, /* within quotes, unless it is the quote; and in comments */
    START = 1 << 2,  /* first of a plain scalar */
    FLOW = 1 << 3,   /* within a plain scalar in brackets, and first there */
    WIDE = 1 << 4,   /* begins a character beyond ASCII, or is no UTF-8 */

    WORD = PLAIN | QUOTED | START | FLOW,
    LATER = PLAIN | QUOTED, /* as START, were it no indicator there */
};

static const uint8_t classes[256] = {
    [' '] = QUOTED,         ['!'] = LATER,         ['"'] = LATER,  ['#'] = QUOTED,
    ['$'] = LATER | START,  ['%'] = LATER,         ['&'] = LATER,  ['\''] = LATER,
    ['('] = LATER | START,  [')'] = LATER | START, ['*'] = LATER,  ['+'] = WORD,
    [','] = LATER,          ['-'] = LATER | FLOW,  ['.'] = WORD,   ['/'] = WORD,
    ['0' ... '9'] = WORD,   [':'] = QUOTED,        [';'] = LATER,  ['<'] = LATER,
    ['='] = LATER | FLOW,   ['>'] = LATER,         ['?'] = LATER,  ['@'] = LATER,
    ['A' ... 'Z'] = WORD,   ['['] = LATER,         ['\\'] = PLAIN, [']'] = LATER,
    ['^'] = LATER,          ['_'] = WORD,          ['`'] = LATER,  ['a' ... 'z'] = WORD,
    ['{'] = LATER,          ['|'] = LATER,         ['}'] = LATER,  ['~'] = LATER | START,
    [0x80 ... 0xFF] = WIDE,
};

struct level {
    unsigned column; /* of its keys, or of its dashes */
    bool sequence;
};

/*
 * The text is a copy in the arena, which ends with a NUL. Strings of the tree are pieces of
 * it: the byte after a piece becomes NUL once it has been read.
 */
struct block {
    struct yaml_tree tree;
    char *p;
    const char *end;
    const char *line_start; /* so that p - line_start counts characters */
    unsigned line;
    struct level levels[CDI_SPEC_MAX_DEPTH]; /* the collections of yaml_tree.frames */
    bool pending;                            /* the value of the last key is on the lines to come */
};

struct token {
    char *s, *end;
    bool plain;
    struct cdi_position pos;
};

static bool is(char c, unsigned class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

static unsigned column(const struct block *b)
{
    return (unsigned)(b->p - b->line_start);
}

static struct cdi_position position(const struct block *b)
{
    return (struct cdi_position){b->line, column(b) + 1};
}

static void skip_spaces(struct block *b)
{
    while (*b->p == ' ')
        b->p++;
}

/* Skips a character beyond ASCII. */
static bool skip_wide(struct block *b)
{
    uint32_t point;
    size_t bytes = utf8_decode(b->p, (size_t)(b->end - b->p), &point);

    b->p += bytes;
    b->line_start += bytes - 1;
    return bytes > 1 && utf8_is_text(point);
}

/* Skips what may be within quotes or in a comment. */
static int skip_quoted(struct block *b, char quote)
{
    for (;;) {
        while (*b->p != quote && is(*b->p, QUOTED))
            b->p++;
        if (!is(*b->p, WIDE))
            return 0;
        if (!skip_wide(b))
            return DECLINED;
    }
}

/* At the end of the text, or at a line break. */
static bool at_end_of_line(const struct block *b)
{
    return *b->p == '\n' || b->p == b->end;
}

/* What may be left on a line: spaces, and a comment with a space before it or at its start. */
static int end_line(struct block *b)
{
    skip_spaces(b);
    if (*b->p == '#' && (column(b) == 0 || b->p[-1] == ' ')) {
        do {
            b->p++;
            if (skip_quoted(b, '\0') != 0)
                return DECLINED;
        } while (*b->p == '\\');
    }
    if (!at_end_of_line(b))
        return DECLINED;
    if (b->p < b->end)
        b->p++;
    b->line++;
    b->line_start = b->p;
    return 0;
}

/* A ':' that ends a key. */
static bool at_colon(const struct block *b)
{
    return *b->p == ':' && (b->p[1] == ' ' || b->p[1] == '\n' || b->p + 1 == b->end);
}

/* A quoted scalar on one line, without escapes. */
static int read_quoted(struct block *b, struct token *token)
{
    char quote = *b->p++;

    token->plain = false;
    token->s = b->p;
    if (skip_quoted(b, quote) != 0 || *b->p != quote || b->p[1] == '\'')
        return DECLINED;
    token->end = b->p++;
    return 0;
}

/* A plain scalar on one line: to its end, a comment or the ':' that makes it a key. */
static int read_plain(struct block *b, struct token *token)
{
    token->plain = true;
    token->s = b->p;
    if (!is(*b->p, START | WIDE) && !(*b->p == '-' && is(b->p[1], PLAIN)))
        return DECLINED;
    for (;;) {
        while (is(*b->p, PLAIN))
            b->p++;
        token->end = b->p;
        if (*b->p == ' ') {
            skip_spaces(b);
            if (at_end_of_line(b) || *b->p == '#') {
                b->p = token->end;
                return 0;
            }
            if (*b->p == ':')
                return DECLINED;
        } else if (is(*b->p, WIDE)) {
            if (!skip_wide(b))
                return DECLINED;
        } else if (at_end_of_line(b) || at_colon(b)) {
            return 0;
        } else if (*b->p == ':' || *b->p == '#') {
            b->p++;
        } else {
            return DECLINED;
        }
    }
}

/* A plain scalar in brackets: of few characters, none of them an indicator. */
static int read_flow_plain(struct block *b, struct token *token)
{
    token->plain = true;
    token->s = b->p;
    if (!is(*b->p, FLOW) || (*b->p == '-' && !is(b->p[1], FLOW)))
        return DECLINED;
    while (is(*b->p, FLOW))
        b->p++;
    token->end = b->p;
    return 0;
}

static int read_token(struct block *b, int (*plain)(struct block *b, struct token *token),
                      struct token *token)
{
    token->pos = position(b);
    return *b->p == '"' || *b->p == '\'' ? read_quoted(b, token) : plain(b, token);
}

/* Adds a scalar whose following byte has been read. */
static int add(struct block *b, const struct token *token)
{
    const struct yaml_source source = {
        .s = token->s,
        .len = (size_t)(token->end - token->s),
        .plain = token->plain,
        .stays = true,
    };
    struct yaml_node *node;

    *token->end = '\0';
    return yaml_tree_scalar(&b->tree, &source, token->pos, &node);
}

static int open_level(struct block *b, enum yaml_kind kind, struct cdi_position pos)
{
    struct yaml_node *node;
    int r = yaml_tree_open(&b->tree, kind, pos, &node);

    if (r == 0)
        b->levels[b->tree.depth - 1] = (struct level){pos.column - 1, kind == YAML_SEQUENCE};
    return r;
}

/* The items of [a, "b"], after the bracket. */
static int read_items(struct block *b)
{
    char after = ',';

    skip_spaces(b);
    while (after == ',') {
        struct token token;
        int r = read_token(b, read_flow_plain, &token);

        if (r)
            return r;
        skip_spaces(b);
        after = *b->p;
        if (after != ',' && after != ']')
            return DECLINED;
        b->p++;
        r = add(b, &token);
        if (r)
            return r;
        skip_spaces(b);
    }
    return 0;
}

/* A value in brackets, on one line: {}, [] or [a, "b"]. */
static int read_flow(struct block *b)
{
    bool sequence = *b->p == '[';
    int r = open_level(b, sequence ? YAML_SEQUENCE : YAML_MAPPING, position(b));

    b->p++;
    if (r)
        return r;
    if (*b->p == (sequence ? ']' : '}'))
        b->p++;
    else
        r = sequence ? read_items(b) : DECLINED;
    if (r == 0)
        r = yaml_tree_close(&b->tree);
    return r ? r : end_line(b);
}

/* The rest of a line after the ':' of a key. */
static int read_value(struct block *b)
{
    struct token token;
    int r;

    skip_spaces(b);
    if (at_end_of_line(b) || *b->p == '#') {
        b->pending = true;
        return end_line(b);
    }
    if (*b->p == '[' || *b->p == '{')
        return read_flow(b);
    r = read_token(b, read_plain, &token);
    if (r == 0)
        r = end_line(b);
    return r ? r : add(b, &token);
}

/* A key and what follows it; as the item of a sequence also a scalar. */
static int read_entry(struct block *b, bool item)
{
    struct token token;
    int r = read_token(b, read_plain, &token);

    if (r)
        return r;
    if (!at_colon(b)) {
        r = item ? end_line(b) : DECLINED;
        return r ? r : add(b, &token);
    }
    if (b->p - token.s + !token.plain > LONGEST_KEY)
        return DECLINED;
    if (item)
        r = open_level(b, YAML_MAPPING, token.pos);
    b->p++;
    if (r == 0)
        r = add(b, &token);
    return r ? r : read_value(b);
}

static int read_item(struct block *b)
{
    b->p++;
    skip_spaces(b);
    return *b->p == '[' || *b->p == '{' ? read_flow(b) : read_entry(b, true);
}

/* Opens or closes collections until the innermost is that to which a line belongs. */
static int find_level(struct block *b, bool dash)
{
    unsigned at = column(b);

    if (b->pending || b->tree.depth == 0) {
        const struct level *top = b->pending ? &b->levels[b->tree.depth - 1] : NULL;

        if (top && (at < top->column || (at == top->column && !dash)))
            return DECLINED;
        b->pending = false;
        return open_level(b, dash ? YAML_SEQUENCE : YAML_MAPPING, position(b));
    }
    while (b->tree.depth) {
        const struct level *top = &b->levels[b->tree.depth - 1];
        int r;

        if (top->column < at)
            return DECLINED;
        if (top->column == at && top->sequence == dash)
            return 0;
        r = yaml_tree_close(&b->tree);
        if (r)
            return r;
    }
    return DECLINED;
}

static int read_line(struct block *b)
{
    bool dash;
    int r;

    skip_spaces(b);
    if (at_end_of_line(b) || *b->p == '#')
        return end_line(b);
    dash = *b->p == '-' && b->p[1] == ' ';
    /* At the start of a line they can be more than a scalar's first character. */
    if (!dash && (*b->p == '-' || *b->p == '.'))
        return DECLINED;
    r = find_level(b, dash);
    if (r)
        return r;
    return dash ? read_item(b) : read_entry(b, false);
}

/* Skips comments, and the line "---" that may stand before a document. */
static int read_head(struct block *b)
{
    while (b->p < b->end && (*b->p == '\n' || *b->p == '#'))
        if (end_line(b) != 0)
            return DECLINED;
    if (strncmp(b->p, "---\n", 4) != 0)
        return 0;
    b->p += 3;
    return end_line(b);
}

static int read_text(struct block *b)
{
    int r = read_head(b);

    while (r == 0 && b->p < b->end)
        r = read_line(b);
    if (b->pending || b->tree.depth == 0)
        return r ? r : DECLINED;
    while (r == 0 && b->tree.depth)
        r = yaml_tree_close(&b->tree);
    return r;
}

/* True for what begins as JSON does: not worth a copy. */
static bool is_json(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r'))
        i++;
    return i < len && (text[i] == '{' || text[i] == '[');
}

static void block_done(struct block *b)
{
    yaml_tree_done(&b->tree);
}

int yaml_block_read(struct arena *arena, const char *text, size_t len,
                    const struct yaml_node **root, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *own = NULL;
    _cleanup_(block_done) struct block b = {.line = 1};
    char *copy;
    int r;

    if (is_json(text, len))
        return 0;
    own = arena_new();
    copy = own ? arena_strndup(own, text, len) : NULL;
    if (!copy || yaml_tree_init(&b.tree, own, NULL, NULL) < 0)
        return cdi_error_nomem(err);
    b.p = copy;
    b.line_start = copy;
    b.end = copy + len;
    r = read_text(&b);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r)
        return 0;
    arena_join(arena, TAKE_PTR(own));
    *root = b.tree.root;
    return 1;
}
