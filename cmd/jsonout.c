/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/jsonout.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cmd/output.h"

void jsonout_free(struct jsonout *out)
{
    cJSON_Delete(out->root);
    out->root = NULL;
}

/* Text as UTF-8, each byte that belongs to no character replaced. */
static void add_utf8(struct strbuf *b, const char *s)
{
    size_t left = strlen(s);

    while (left) {
        size_t n = utf8_length(s, s + left);

        if (n)
            strbuf_add(b, s, n);
        else
            strbuf_addstr(b, UTF8_REPLACEMENT_TEXT);
        n = n ? n : 1;
        s += n;
        left -= n;
    }
}

void jsonout_quote(struct strbuf *b, const char *s)
{
    size_t left = strlen(s);

    strbuf_addch(b, '"');
    while (left) {
        unsigned char c = (unsigned char)*s;
        size_t n = 1;

        if (c == 0xc0 && (unsigned char)s[1] == 0x80) {
            strbuf_addstr(b, "\\u0000");
            n = 2;
        } else if (c == '"' || c == '\\') {
            strbuf_printf(b, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            strbuf_printf(b, "\\u%04x", c);
        } else {
            n = utf8_length(s, s + left);
            strbuf_add(b, n ? s : UTF8_REPLACEMENT_TEXT, n ? n : 3);
            n = n ? n : 1;
        }
        s += n;
        left -= n;
    }
    strbuf_addch(b, '"');
}

static cJSON *add(struct jsonout *out, cJSON *parent, const char *key, cJSON *item)
{
    _cleanup_strbuf_ struct strbuf safe_key = STRBUF_INIT;
    bool added = false;

    if (!item || out->failed) {
        out->failed = true;
        cJSON_Delete(item);
        return NULL;
    }
    if (!parent && !out->root) {
        out->root = item;
        return item;
    }
    if (key) {
        add_utf8(&safe_key, key);
        added = !safe_key.failed &&
                cJSON_AddItemToObject(parent, safe_key.s ? safe_key.s : "", item);
    } else {
        added = cJSON_AddItemToArray(parent, item);
    }
    if (added)
        return item;
    out->failed = true;
    cJSON_Delete(item);
    return NULL;
}

struct cJSON *jsonout_object(struct jsonout *out, struct cJSON *parent, const char *key)
{
    return add(out, parent, key, cJSON_CreateObject());
}

struct cJSON *jsonout_array(struct jsonout *out, struct cJSON *parent, const char *key)
{
    return add(out, parent, key, cJSON_CreateArray());
}

void jsonout_string(struct jsonout *out, struct cJSON *parent, const char *key, const char *value)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    if (value)
        jsonout_quote(&b, value);
    (void)add(out, parent, key, b.failed || !b.s ? NULL : cJSON_CreateRaw(b.s));
}

void jsonout_number(struct jsonout *out, struct cJSON *parent, const char *key, size_t value)
{
    (void)add(out, parent, key, cJSON_CreateNumber((double)value));
}

void jsonout_raw(struct jsonout *out, struct cJSON *parent, const char *key, const char *text)
{
    (void)add(out, parent, key, cJSON_CreateRaw(text));
}

struct cJSON *jsonout_array_of(struct jsonout *out, struct cJSON *parent, const char *key)
{
    cJSON *old = cJSON_GetObjectItemCaseSensitive(parent, key);

    return old ? old : jsonout_array(out, parent, key);
}

static void add_line(struct strbuf *b, size_t depth)
{
    strbuf_addch(b, '\n');
    for (size_t i = 0; i < depth; i++)
        strbuf_add(b, "  ", 2);
}

/* The length of the string that begins at text, with its quotes. */
static size_t string_length(const char *text, size_t len)
{
    size_t i = 1;

    while (i < len && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return i < len ? i + 1 : len;
}

static size_t skip_blanks(const char *text, size_t i, size_t len)
{
    while (i < len && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    return i;
}

void jsonout_layout(struct strbuf *b, const char *text, size_t len, bool commas)
{
    size_t depth = 0;

    for (size_t i = skip_blanks(text, 0, len); i < len; i = skip_blanks(text, i, len)) {
        size_t n = text[i] == '"' ? string_length(text + i, len - i) : 1;
        char c = text[i], next;

        i += n;
        if (c == '}' || c == ']') {
            depth -= depth > 0;
            add_line(b, depth);
            strbuf_addch(b, c);
        } else if (c == ',') {
            strbuf_add(b, ",", commas);
            add_line(b, depth);
        } else {
            strbuf_add(b, text + i - n, n);
        }
        if (c == ':')
            strbuf_addch(b, ' ');
        if (c != '{' && c != '[')
            continue;
        i = skip_blanks(text, i, len);
        next = i < len ? text[i] : '\0';
        if (next == '}' || next == ']') {
            strbuf_addch(b, next);
            i++;
        } else {
            add_line(b, ++depth);
        }
    }
}

void jsonout_format(const struct jsonout *out, struct strbuf *b)
{
    char *text = out->failed ? NULL : cJSON_PrintUnformatted(out->root);

    if (!text) {
        b->failed = true;
        return;
    }
    jsonout_layout(b, text, strlen(text), true);
    strbuf_addch(b, '\n');
    cJSON_free(text);
}

int jsonout_print(const struct jsonout *out, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    jsonout_format(out, &b);
    if (b.failed)
        return cdi_error_nomem(err);
    output_write(b.s, b.len);
    return 0;
}
