/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TOML 1.0 reader (https://toml.io/en/v1.0.0): a pure function of its text. Everything lives
 * in the caller's arena. U+0000, which only an escape can write, is kept as the two bytes
 * C0 80.
 */
#ifndef CDIKIT_BASE_TOML_H
#define CDIKIT_BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;

#define TOML_MAX_DEPTH 64 /* nested arrays and inline tables; parts of one dotted key */

enum toml_type {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_DATETIME, /* all four kinds of dates and times */
    TOML_ARRAY,
    TOML_TABLE,
};

/* How a table or an array came to be, which decides what may still be added to it. */
enum toml_origin {
    TOML_FROM_VALUE,  /* {...} or [...]: complete */
    TOML_FROM_HEADER, /* [x], or [[x]] for an array */
    TOML_FROM_CHILD,  /* only a parent in someone's header so far */
    TOML_FROM_DOTTED, /* a parent in a dotted key */
};

/* A value. */
struct toml {
    enum toml_type type;
    enum toml_origin origin;
    struct cdi_position pos; /* of the value; of the header or key for a table without braces */
    const char *key;         /* in a table; NULL in an array */
    size_t key_len;
    struct toml *next; /* in its table or array */
    struct toml *first, *last;
    size_t n;         /* members of a table, elements of an array */
    const char *text; /* of a string: decoded; of an array or table: NULL; else: as written */
    int64_t integer;
    bool boolean;
};

/*
 * Reads a document; *root is a table. Errors: SYNTAX with line and column (a key that is
 * defined twice among them), LIMIT, NOMEM. `name` is the file in messages and may be NULL.
 */
int toml_parse(const char *text, size_t len, const char *name, struct arena *arena,
               const struct toml **root, struct cdi_error *err) CDI_MUST_CHECK;

/* A header, or KEY = VALUE outside of braces; the text between these is blank or comment. */
struct toml_statement {
    const struct toml *table; /* which a header opens, or whose header is above a member */
    const struct toml *value; /* of a member; NULL for a header */
    const char *start, *end;  /* in the text, without what a line has behind it */
    const char *value_start;  /* NULL for a header */
};

struct toml_statements {
    struct toml_statement *items;
    size_t n;
};

/* As toml_parse(), with the statements in their order. The text must outlive them. */
int toml_parse_statements(const char *text, size_t len, const char *name, struct arena *arena,
                          const struct toml **root, struct toml_statements *statements,
                          struct cdi_error *err) CDI_MUST_CHECK;

/* The member of a table with this key; NULL if there is none or `table` is no table. */
const struct toml *toml_get(const struct toml *table, const char *key) CDI_PURE;

/* "a string", "a table" ...: for messages. */
const char *toml_type_name(enum toml_type type) CDI_PURE;

#endif
