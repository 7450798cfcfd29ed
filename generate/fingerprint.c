/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/fingerprint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/strbuf.h"
#include "generate/generate.h"

#define HEAD    "cdikit fingerprint 1 " CDIKIT_VERSION "\n"
#define NOTHING "-" /* in place of the hash of what was asked for */

void fingerprint_hash(const void *data, size_t len, char out[FINGERPRINT_HASH_SIZE])
{
    (void)snprintf(out, FINGERPRINT_HASH_SIZE, "%08" PRIx32 "%08" PRIx32, hash_bytes(1, data, len),
                   hash_bytes(2, data, len));
}

/* Adds a text so that it cannot be mistaken for two, nor be confused with none. */
static void add_text(struct strbuf *b, const char *text)
{
    if (text)
        strbuf_printf(b, "%zu:%s", strlen(text), text);
    else
        strbuf_addch(b, '-');
}

static void add_list(struct strbuf *b, const struct generate_strings *list)
{
    strbuf_printf(b, "[%zu]", list->n);
    for (size_t i = 0; i < list->n; i++)
        add_text(b, list->items[i]);
}

int fingerprint_asked(const struct generate_options *o, const char *output, int format,
                      const char *max_version, char out[FINGERPRINT_HASH_SIZE],
                      struct cdi_error *err)
{
    const char *const texts[] = {o->root,      o->driver_root,     o->dev_root,    o->vendor,
                                 o->class_,    o->hook_path,       o->search_path, o->ldconfig_path,
                                 o->data_dirs, o->csv_compat_root, output,         max_version};
    const struct generate_strings *const lists[] = {
        &o->device_ids,   &o->disabled_hooks, &o->enabled_hooks, &o->library_paths,
        &o->config_paths, &o->csv_files,      &o->csv_ignore};
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_printf(&b, "%d %d %d", (int)o->mode, o->no_all, format);
    for (size_t i = 0; i < o->n_naming; i++)
        strbuf_printf(&b, " %d", (int)o->naming[i]);
    for (size_t i = 0; i < GENERATE_N_FEATURES; i++)
        strbuf_addch(&b, o->features[i] ? '+' : '-');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(&b, texts[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        add_list(&b, lists[i]);
    if (b.failed)
        return cdi_error_nomem(err);
    fingerprint_hash(b.s, b.len, out);
    return 0;
}

static bool is_plain(char c)
{
    return c > ' ' && c < 0x7f && c != '%';
}

static void add_path(struct strbuf *out, const char *path)
{
    for (; *path; path++) {
        if (is_plain(*path))
            strbuf_addch(out, *path);
        else
            strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)*path);
    }
}

void fingerprint_format(const struct fingerprint *fingerprint, struct strbuf *out)
{
    size_t start = out->len;
    char hash[FINGERPRINT_HASH_SIZE];

    strbuf_printf(out, HEAD "asked %s\n", fingerprint->asked ? fingerprint->asked : NOTHING);
    for (size_t i = 0; i < fingerprint->n; i++) {
        const struct fingerprint_fact *fact = &fingerprint->facts[i];

        strbuf_printf(out, "%c%c %s ", (char)fact->where, (char)fact->how, fact->fact);
        add_path(out, fact->path);
        strbuf_addch(out, '\n');
    }
    if (out->failed)
        return;
    fingerprint_hash(out->s + start, out->len - start, hash);
    strbuf_printf(out, "end %s\n", hash);
}

/* A line, or what is left of it. */
struct cursor {
    const char *s, *end;
};

static bool take(struct cursor *c, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(c->end - c->s) < len || memcmp(c->s, text, len) != 0)
        return false;
    c->s += len;
    return true;
}

static bool take_line(struct cursor *text, struct cursor *line)
{
    const char *end = text->s == text->end ? NULL
                                           : memchr(text->s, '\n', (size_t)(text->end - text->s));

    if (!end)
        return false;
    *line = (struct cursor){text->s, end};
    text->s = end + 1;
    return true;
}

/* Graphic ASCII up to a blank, which is taken too. */
static bool take_word(struct cursor *line, struct cursor *word)
{
    const char *s = line->s;

    while (s<line->end && * s> ' ' && *s < 0x7f)
        s++;
    if (s == line->s || s == line->end || *s != ' ')
        return false;
    *word = (struct cursor){line->s, s};
    line->s = s + 1;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes add_path(): all of the line, in `path`, which has room for it. */
static bool read_path(const struct cursor *line, char *path)
{
    for (const char *s = line->s; s < line->end; s++) {
        int high, low;

        if (is_plain(*s)) {
            *path++ = *s;
            continue;
        }
        if (*s != '%' || line->end - s < 3)
            return false;
        high = hex_digit(s[1]);
        low = hex_digit(s[2]);
        if (high < 0 || low < 0 || !(high | low) || is_plain((char)(16 * high + low)))
            return false;
        *path++ = (char)(16 * high + low);
        s += 2;
    }
    return true;
}

/* True if c is one of the characters; a NUL never is. */
static bool is_one_of(char c, const char *chars)
{
    return c && strchr(chars, c);
}

static bool parse_fact(struct cursor line, struct arena *arena, struct fingerprint_fact *out,
                       bool *nomem)
{
    struct cursor fact;
    char *path;

    if (line.end - line.s < 3 || !is_one_of(line.s[0], "sdno") || !is_one_of(line.s[1], "slrd") ||
        line.s[2] != ' ')
        return false;
    *out = (struct fingerprint_fact){.where = (enum fingerprint_where)line.s[0],
                                     .how = (enum fingerprint_how)line.s[1]};
    line.s += 3;
    if (!take_word(&line, &fact) || line.s == line.end)
        return false;
    path = arena_alloc(arena, (size_t)(line.end - line.s) + 1);
    out->path = path;
    out->fact = arena_strndup(arena, fact.s, (size_t)(fact.end - fact.s));
    *nomem = !out->path || !out->fact;
    return !*nomem && read_path(&line, path);
}

static bool is_hash(const struct cursor *line)
{
    return line->end - line->s == FINGERPRINT_HASH_SIZE - 1 &&
           strspn(line->s, "0123456789abcdef") >= FINGERPRINT_HASH_SIZE - 1;
}

static bool is_nothing(struct cursor line)
{
    return take(&line, NOTHING) && line.s == line.end;
}

/* True if the line is the last, and right about the text before it. */
static bool is_end(const char *text, struct cursor line, const struct cursor *rest)
{
    size_t len = (size_t)(line.s - text);
    char hash[FINGERPRINT_HASH_SIZE];

    if (!take(&line, "end ") || rest->s != rest->end || !is_hash(&line))
        return false;
    fingerprint_hash(text, len, hash);
    return memcmp(line.s, hash, sizeof hash - 1) == 0;
}

int fingerprint_parse(const char *text, size_t len, struct arena *arena, struct fingerprint *out,
                      struct cdi_error *err)
{
    struct cursor rest = {text, text + len}, line;
    bool nomem = false;

    *out = (struct fingerprint){.n = 0};
    if (!take(&rest, HEAD) || !take_line(&rest, &line) || !take(&line, "asked ") ||
        (!is_hash(&line) && !is_nothing(line)))
        return cdi_error_set(err, CDI_ERR_INVALID, "no fingerprint of this version of cdikit");
    if (is_hash(&line) && !(out->asked = arena_strndup(arena, line.s, FINGERPRINT_HASH_SIZE - 1)))
        return cdi_error_nomem(err);
    while (take_line(&rest, &line)) {
        if (is_end(text, line, &rest))
            return 0;
        out->facts = arena_grow(arena, out->facts, out->n, sizeof *out->facts);
        if (!out->facts)
            return cdi_error_nomem(err);
        if (!parse_fact(line, arena, &out->facts[out->n++], &nomem))
            break;
    }
    return nomem ? cdi_error_nomem(err)
                 : cdi_error_set(err, CDI_ERR_INVALID, "the fingerprint is damaged");
}

const char *fingerprint_change(const char *before, const char *now)
{
    size_t len = strlen(before);

    if (strcmp(before, now) == 0)
        return len && before[len - 1] == FINGERPRINT_FLEETING ? "changed" : NULL;
    if (strcmp(before, FINGERPRINT_ABSENT) == 0)
        return "appeared";
    return strcmp(now, FINGERPRINT_ABSENT) == 0 ? "vanished" : "changed";
}
