/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/yaml_scalar.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/utf8.h"

static const char tag_prefix[] = "tag:yaml.org,2002:";

enum tag {
    TAG_NONE,
    TAG_OTHER,
    TAG_STR,
    TAG_BINARY,
    TAG_INT,
    TAG_FLOAT,
    TAG_BOOL,
    TAG_NULL,
    TAG_TIMESTAMP,
    TAG_MERGE,
};

static const char *const tag_names[] = {
    [TAG_STR] = "str",
    [TAG_BINARY] = "binary",
    [TAG_INT] = "int",
    [TAG_FLOAT] = "float",
    [TAG_BOOL] = "bool",
    [TAG_NULL] = "null",
    [TAG_TIMESTAMP] = "timestamp",
    [TAG_MERGE] = "merge",
};

static enum tag find_tag(const char *tag)
{
    size_t prefix = sizeof tag_prefix - 1;

    if (!tag)
        return TAG_NONE;
    if (strncmp(tag, tag_prefix, prefix) != 0)
        return TAG_OTHER;
    for (size_t i = TAG_STR; i < ARRAY_SIZE(tag_names); i++)
        if (strcmp(tag + prefix, tag_names[i]) == 0)
            return (enum tag)i;
    return TAG_OTHER;
}

/* Makes the node a string: a copy in the arena that holds no NUL and is UTF-8. */
static int set_string(struct arena *arena, const char *s, size_t len, bool utf8,
                      struct yaml_node *node, struct cdi_error *err)
{
    size_t room = len, n = 0;
    char *copy;

    if (utf8 && !memchr(s, '\0', len)) {
        copy = arena_strndup(arena, s, len);
        if (!copy)
            return cdi_error_nomem(err);
        node->scalar = (struct scalar){SCALAR_STRING, {.s = copy}};
        node->len = (uint32_t)len;
        return 0;
    }
    /* One byte that is no UTF-8 becomes U+FFFD, three bytes; a NUL becomes two. */
    if (__builtin_mul_overflow(room, 3, &room) || !(copy = arena_bytes(arena, room + 1)))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t bytes = utf8_decode(s + i, len - i, &point);

        if (bytes == 2 && point == 0) { /* C0 80 is U+0000 in our strings only */
            bytes = 1;
            point = UTF8_REPLACEMENT;
        }
        n += utf8_encode(point, copy + n);
        i += bytes;
    }
    copy[n] = '\0';
    node->scalar = (struct scalar){SCALAR_STRING, {.s = copy}};
    node->len = (uint32_t)n;
    return 0;
}

/* Makes the node the string that the text says. */
static int set_text(struct arena *arena, const struct yaml_source *source, struct yaml_node *node,
                    struct cdi_error *err)
{
    if (!source->stays)
        return set_string(arena, source->s, source->len, true, node, err);
    node->scalar = (struct scalar){SCALAR_STRING, {.s = source->s}};
    node->len = (uint32_t)source->len;
    return 0;
}

static int base64_digit(char c)
{
    if (ascii_isalpha(c))
        return ascii_isupper(c) ? c - 'A' : c - 'a' + 26;
    if (ascii_isdigit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes base64 with its padding, line breaks skipped (RFC 4648, 4). Returns false on errors. */
static bool base64_decode(const char *s, size_t len, char *out, size_t *n)
{
    unsigned bits = 0, digits = 0, padding = 0;

    *n = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(s[i]);

        if (s[i] == '\n' || s[i] == '\r')
            continue;
        if (s[i] == '=' && digits + padding >= 2 && digits + padding < 4) {
            padding++;
            continue;
        }
        if (digit < 0 || padding)
            return false;
        bits = bits << 6 | (unsigned)digit;
        if (++digits < 4)
            continue;
        for (unsigned k = 0; k < 3; k++)
            out[(*n)++] = (char)(bits >> (16 - 8 * k) & 0xFF);
        bits = digits = 0;
    }
    if (digits + padding != 0 && digits + padding != 4)
        return false;
    bits <<= 6 * padding;
    for (unsigned k = 0; k + 1 < digits; k++)
        out[(*n)++] = (char)(bits >> (16 - 8 * k) & 0xFF);
    return true;
}

static int set_binary(struct arena *arena, const struct yaml_source *source, const char *file,
                      struct yaml_node *node, struct cdi_error *err)
{
    _cleanup_free_ char *bytes = malloc(source->len + 1);
    size_t n;

    if (!bytes)
        return cdi_error_nomem(err);
    if (!base64_decode(source->s, source->len, bytes, &n))
        return cdi_error_set_at(err, CDI_ERR_INVALID, file, node->pos,
                                "a !!binary value must be base64, not %s",
                                quote(source->s, source->len).text);
    return set_string(arena, bytes, n, false, node, err);
}

/* True if a tag allows what the text resolves to. */
static bool tag_allows(enum tag tag, const struct scalar *scalar, const struct yaml_source *source)
{
    switch (tag) {
    case TAG_INT:
        return scalar->type == SCALAR_INT || scalar->type == SCALAR_UINT;
    case TAG_FLOAT:
        return scalar->type == SCALAR_FLOAT || scalar->type == SCALAR_INT;
    case TAG_BOOL:
        return scalar->type == SCALAR_BOOL;
    case TAG_NULL:
        return scalar->type == SCALAR_NULL;
    case TAG_TIMESTAMP:
        return scalar->type == SCALAR_STRING && scalar_looks_dated(source->s, source->len);
    default:
        return true;
    }
}

int yaml_scalar_read(struct arena *arena, const struct yaml_source *source, const char *file,
                     struct yaml_node *node, struct cdi_error *err)
{
    enum tag tag = find_tag(source->tag);
    struct scalar scalar;

    node->merge = source->len == 2 && memcmp(source->s, "<<", 2) == 0 &&
                  (source->plain || tag == TAG_MERGE);
    if (tag == TAG_BINARY)
        return set_binary(arena, source, file, node, err);
    if (tag == TAG_STR || tag == TAG_OTHER || tag == TAG_MERGE ||
        (tag == TAG_NONE && !source->plain))
        return set_text(arena, source, node, err);
    scalar = scalar_resolve(source->s, source->len);
    if (!tag_allows(tag, &scalar, source))
        return cdi_error_set_at(err, CDI_ERR_INVALID, file, node->pos,
                                "%s is no value of type !!%s", quote(source->s, source->len).text,
                                tag_names[tag]);
    if (scalar.type == SCALAR_STRING)
        return set_text(arena, source, node, err);
    if (tag == TAG_FLOAT && scalar.type == SCALAR_INT)
        scalar = (struct scalar){SCALAR_FLOAT, {.f = (double)scalar.i}};
    node->scalar = scalar;
    return 0;
}

int yaml_scalar_key(struct arena *arena, const struct yaml_node *node, const char *file,
                    const struct yaml_node **key, struct cdi_error *err)
{
    struct yaml_node *copy;
    char text[SCALAR_TEXT_MAX];
    const char *s = text;

    *key = node;
    if (node->scalar.type == SCALAR_STRING)
        return 0;
    if (node->scalar.type == SCALAR_NULL)
        return cdi_error_set_at(err, CDI_ERR_INVALID, file, node->pos,
                                "a key must be a string, not null");
    if (node->scalar.type == SCALAR_UINT)
        return cdi_error_set_at(err, CDI_ERR_INVALID, file, node->pos,
                                "a number above 9223372036854775807 must be quoted to be a key");
    copy = arena_alloc(arena, sizeof *copy);
    if (!copy)
        return cdi_error_nomem(err);
    *copy = *node;
    (void)scalar_format(&node->scalar, text);
    if (node->scalar.type == SCALAR_FLOAT && isnan(node->scalar.f))
        s = ".nan";
    else if (node->scalar.type == SCALAR_FLOAT && strcmp(text, "+Inf") == 0)
        s = ".inf";
    else if (node->scalar.type == SCALAR_FLOAT && strcmp(text, "-Inf") == 0)
        s = "-.inf";
    *key = copy;
    return set_string(arena, s, strlen(s), true, copy, err);
}
