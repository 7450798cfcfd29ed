/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the TOML reader share. */
#ifndef CDIKIT_BASE_TOML_PARSER_H
#define CDIKIT_BASE_TOML_PARSER_H

#include "base/toml.h"

struct toml_slot;

struct toml_parser {
    const char *p, *end; /* what is left of the text */
    unsigned line;
    const char *counted; /* up to here the column is known */
    unsigned column;
    unsigned depth;
    const char *name;
    struct arena *arena;
    struct toml_slot *slots; /* members of all tables, by table and key */
    size_t n_slots, n_used;
    uint64_t seed; /* of their hashes */
    struct cdi_error *err;
    struct toml_statements *statements; /* NULL if nobody wants them */
    const char *value_start;            /* of the last member that is complete */
    const struct toml *value;
};

/* One part of a key, or a string. */
struct toml_text {
    const char *s;
    size_t len;
};

/* The next byte, or -1 at the end. */
static inline int toml_peek(const struct toml_parser *parser)
{
    return parser->p < parser->end ? (unsigned char)*parser->p : -1;
}

/* Where parser->p is. It must not go back. */
struct cdi_position toml_position(struct toml_parser *parser);

/* A syntax error at parser->p. Returns negative. */
int toml_error(struct toml_parser *parser, const char *fmt, ...) CDI_PRINTF(2, 3);

/* Skips blanks; blanks, newlines and comments; or takes a newline if one is there. */
void toml_skip_blanks(struct toml_parser *parser);
int toml_skip_lines(struct toml_parser *parser) CDI_MUST_CHECK;
bool toml_take_newline(struct toml_parser *parser);

/* Reads a string of any of the four forms, or one for a key (one line), quote first. */
int toml_read_string(struct toml_parser *parser, bool key, struct toml_text *out) CDI_MUST_CHECK;

/* Reads a value. */
int toml_read_value(struct toml_parser *parser, struct toml **out) CDI_MUST_CHECK;

/* Reads KEY = VALUE into a table. */
int toml_read_member(struct toml_parser *parser, struct toml *table) CDI_MUST_CHECK;

/* A new value that is in nothing yet; NULL without memory, with the error set. */
struct toml *toml_new(struct toml_parser *parser, enum toml_type type, enum toml_origin origin,
                      struct cdi_position pos) CDI_MUST_CHECK;

/* Puts a value at the end of an array. */
void toml_append(struct toml *array, struct toml *value);

#endif
