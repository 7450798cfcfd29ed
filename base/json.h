/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that is edited without being re-typed (RFC 8259).
 *
 * json_parse() checks the whole text once, without recursion. Members become nodes when they
 * are first asked for, each holding the span of text that it was read from. Writing copies the
 * spans of what was not edited and puts together anew only the containers on the way to an
 * edit, with the blanks that they had; new containers follow the layout of the text. So every
 * number, escape, member and blank that nobody touched stays as it was, and the memory of the
 * tree goes with what was looked at, not with the size of the text.
 *
 * Nodes live in the document's arena. As with struct strbuf, a failure (no memory, more children
 * than max_children, or a new string that is not UTF-8) is remembered in the document: from then on
 * functions return NULL or do nothing, all accept NULL for a node, and the caller asks json_check()
 * once, at the end.
 */
#ifndef CDIKIT_BASE_JSON_H
#define CDIKIT_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;
struct strbuf;

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

/* A value. Others read `type`, `next` and the key; the rest belongs to json_*.c. */
struct json {
    enum json_type type;
    bool expanded; /* its children are nodes */
    bool edited;   /* this container, or something in it, differs from its span */
    uint32_t key_len;
    uint32_t len; /* of text */
    uint32_t n;   /* children */
    struct json *parent;
    struct json *next; /* in its array or object */
    union {
        struct json *first;
        const char *string; /* decoded text of a string, once asked for */
    };
    struct json *last;
    const char *text;   /* span in the text, new text of a scalar, NULL for a new container */
    const char *key;    /* member name, decoded (U+0000 as C0 80), not NUL-terminated */
    const char *quoted; /* member name as written, followed by its colon; NULL if it is new */
};

struct json_document {
    struct json root;
    struct arena *arena; /* not owned */
    const char *text;    /* not owned */
    size_t len;
    const char *root_text; /* span of the outermost value */
    size_t root_len;
    size_t max_children;   /* of a container that becomes nodes; json_parse() sets no limit */
    enum cdi_errc failure; /* CDI_OK, CDI_ERR_NOMEM, CDI_ERR_INVALID or CDI_ERR_LIMIT */
    const char *too_many;  /* after CDI_ERR_LIMIT: the container, in the text */
};

/* A walk over the elements of an array as they stand in the text, without making nodes. */
struct json_walk {
    const char *p, *end;
    struct json element; /* its type and its text, in no container */
};

/* ---- Reading ---- */

/*
 * Checks a text and makes it a document; text[len] must be NUL, and the text must outlive the
 * document, which must not be moved. A member name that is repeated in its object is
 * CDI_ERR_INVALID: readers disagree about what such an object says. Other errors: SYNTAX, LIMIT
 * (more than max_depth nested containers), NOMEM.
 */
int json_parse(struct json_document *doc, struct arena *arena, const char *text, size_t len,
               size_t max_depth, struct cdi_error *err) CDI_MUST_CHECK;

/* Forgets all nodes and failures and starts again with a text that is known to be valid. */
void json_rewind(struct json_document *doc, const char *text, size_t len);

/* The remembered failure, as an error; 0 if there is none. */
int json_check(const struct json_document *doc, struct cdi_error *err) CDI_MUST_CHECK;

/* The first child of a container, NULL if there is none; `next` leads on. */
struct json *json_first(struct json_document *doc, struct json *value);

/* The number of children. */
size_t json_count(struct json_document *doc, struct json *value);

/* The member of an object by its exact name, or NULL. */
struct json *json_find(struct json_document *doc, struct json *object, const char *name);

/* Begins a walk over an array that was read and not edited. */
struct json_walk json_walk(const struct json *array);

/* Goes on to the next element, the first one at first; NULL behind the last. */
const struct json *json_walk_next(struct json_walk *walk);

/* The decoded text of a string, NUL-terminated, from the arena; NULL for another type. */
const char *json_string(struct json_document *doc, struct json *value);

/* True if the value is an integer of 32 bits without sign, written as digits only. */
bool json_uint32(const struct json *value, uint32_t *out);

/*
 * True if both are the same: strings as decoded text, numbers as written, objects without
 * regard to order. Recursive, as deep as the shallower one: for comparing with new values.
 */
bool json_equal(struct json_document *doc, struct json *a, struct json *b);

/* "an object", "a string" ... for messages. */
const char *json_type_name(enum json_type type);

/* Where a value begins in the text; {0, 0} for a new one. */
struct cdi_position json_position(const struct json_document *doc, const struct json *value);

/* ---- Editing ---- */

/* A new empty array or object, or literal. */
struct json *json_new(struct json_document *doc, enum json_type type);
/* A new string: UTF-8, with C0 80 for U+0000. */
struct json *json_new_string(struct json_document *doc, const char *s);
struct json *json_new_integer(struct json_document *doc, int64_t n);

/* Adds a value that is in no container yet at the end of an array. */
void json_append(struct json_document *doc, struct json *array, struct json *value);

/* Adds a member at the end of an object that has none of this name. */
void json_add(struct json_document *doc, struct json *object, const char *name, struct json *value);

/*
 * Puts a new value, which is in no container, where a child is, under the same name. The child's
 * node becomes the value; that of the value is void.
 */
void json_replace(struct json_document *doc, struct json *child, struct json *value);

/* Turns a null into an empty array or object. */
void json_fill(struct json_document *doc, struct json *null, enum json_type type);

/* Writes a member under another name. */
void json_rename(struct json_document *doc, struct json *member, const char *name);

/*
 * Makes `items`, which are elements of the array or in no container, the elements of the array.
 * Changes nothing if they are that already.
 */
void json_assign(struct json_document *doc, struct json *array, struct json *const *items,
                 size_t n);

/* Takes a value out of its array or object. */
void json_remove(struct json_document *doc, struct json *child);

/* ---- Writing ---- */

/* Appends the document. */
void json_write(struct json_document *doc, struct strbuf *out);

/* ---- Strings (json_string.c) ---- */

/*
 * Decodes what is between the quotes of a valid string; `out` has room for len bytes. Returns
 * the length of the result. U+0000 becomes C0 80, half of a surrogate pair U+FFFD.
 */
size_t json_decode(const char *raw, size_t len, char *out);

/*
 * Encodes with quotes. With out == NULL only counts. Returns the length, 0 if the text is not
 * UTF-8 (with C0 80 for U+0000).
 */
size_t json_encode(const char *s, size_t len, char *out);

#endif
