/* SPDX-License-Identifier: Apache-2.0 */
/* What a decoder has to say: refusals, and notes for a reader that goes on. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/quote.h"
#include "base/strbuf.h"
#include "cdi/decode_internal.h"
#include "cdi/fields.h"
#include "cdi/text.h"

int decode_refuse(const struct decoder *d, enum rule rule, struct cdi_position pos,
                  const struct member *at, const char *hint, const char *fmt, ...)
{
    _cleanup_strbuf_ struct strbuf message = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(&message, fmt, ap);
    va_end(ap);
    if (message.failed)
        return cdi_error_nomem(d->err);
    if (d->sink)
        return lint_add(d->sink->lint, rule, member_path(at, "").text, pos, *hint ? hint : NULL,
                        message.s, d->err);
    return cdi_error_set_at(d->err, CDI_ERR_INVALID, d->file, pos, "%s%s%s", message.s,
                            *hint ? "; " : "", hint);
}

int decode_note_unread(const struct decoder *d, const struct member *at)
{
    return d->sink ? unread_add(&d->sink->unread, member_path(at, "").text, d->err) : 0;
}

/* What a node is, for the message that says what it should be. */
static void describe(const struct yaml_node *node, char *text, size_t size)
{
    char number[SCALAR_TEXT_MAX];

    if (node->kind != YAML_SCALAR) {
        (void)snprintf(text, size, node->kind == YAML_SEQUENCE ? "a list" : "an object");
        return;
    }
    switch (node->scalar.type) {
    case SCALAR_STRING:
        (void)snprintf(text, size, "the string %s", quote(node->scalar.s, node->len).text);
        break;
    case SCALAR_NULL:
        (void)snprintf(text, size, "null");
        break;
    case SCALAR_BOOL:
        (void)snprintf(text, size, "the boolean %s", node->scalar.b ? "true" : "false");
        break;
    case SCALAR_INT:
    case SCALAR_UINT:
        (void)scalar_format(&node->scalar, number);
        (void)snprintf(text, size, "the number %s", number);
        break;
    case SCALAR_FLOAT:
        (void)snprintf(text, size, "the number %.15g", node->scalar.f);
        break;
    }
}

int decode_wrong_type(const struct decoder *d, const struct yaml_node *node,
                      const struct member *at, const char *wanted)
{
    char found[600];
    int r;

    describe(node, found, sizeof found);
    r = decode_refuse(d, RULE_WRONG_TYPE, node->pos, at, "", "%s must be %s, not %s",
                      member_path(at, "the document").text, wanted, found);
    return r < 0 ? r : decode_note_unread(d, at);
}

/* The text of a plain scalar that is no string, "" if it cannot be told. */
static struct quoted plain_text(const struct decoder *d, const struct yaml_node *node)
{
    size_t len, n = 0;
    const char *s = text_cursor_find(d->sink->cursor, node->pos, &len);
    struct scalar scalar;

    while (s && n < len && !strchr(" \t\r\n,]}:#", s[n]))
        n++;
    scalar = scalar_resolve(s ? s : "", n);
    /* After a tag or an anchor it would not be that. */
    if (scalar.type != node->scalar.type || scalar.type == SCALAR_STRING)
        return (struct quoted){""};
    return quote(s, n);
}

int decode_note_coerced(const struct decoder *d, const struct yaml_node *node, const char *string,
                        const struct member *at)
{
    struct quoted text, became = quote_string(string);
    char hint[sizeof text.text + 16];

    if (!d->sink || node->scalar.type == SCALAR_NULL ||
        !lint_wants(d->sink->lint, RULE_COERCED_SCALAR))
        return 0;
    text = plain_text(d, node);
    if (!*text.text || strcmp(text.text, became.text) == 0)
        return 0;
    (void)snprintf(hint, sizeof hint, "write %s", text.text);
    return decode_refuse(d, RULE_COERCED_SCALAR, node->pos, at, hint,
                         "without quotes, %.*s is read as %s", (int)strlen(text.text) - 2,
                         text.text + 1, became.text);
}

int decode_note_case(const struct decoder *d, const struct field *field,
                     const struct yaml_node *key, const struct member *at)
{
    char hint[64];

    if (!d->sink || memcmp(field->name, key->scalar.s, field->len) == 0)
        return 0;
    (void)snprintf(hint, sizeof hint, "write %s", field->name);
    return decode_refuse(d, RULE_FIELD_CASE, key->pos, at, hint,
                         "%s is spelt %s in the CDI specification",
                         quote(key->scalar.s, key->len).text, field->name);
}
