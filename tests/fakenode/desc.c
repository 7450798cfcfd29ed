/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a machine description. */
#include "tests/fakenode/desc.h"

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void desc_fail(const struct desc *desc, size_t line, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "fakenode: %s:%zu: ", desc->path, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(FAKENODE_FAILED);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (!file)
        err(FAKENODE_FAILED, "cannot open the machine description %s", path);
    errno = 0;
    if (getdelim(&text, &size, '\0', file) < 0 && !feof(file))
        err(FAKENODE_FAILED, "cannot read the machine description %s", path);
    fclose(file);
    if (!text)
        text = strdup("");
    if (!text)
        err(FAKENODE_FAILED, "cannot read the machine description %s", path);
    return text;
}

/* Takes the next `key=value` off a line, in place; false at its end. */
static bool take_pair(const struct desc *desc, size_t line, char **rest, struct pair *pair)
{
    char *word = *rest + strspn(*rest, " \t\r");
    char *value, *end;

    if (*word == '\0' || *word == '#')
        return false;
    value = word + strcspn(word, "= \t\r");
    if (*value != '=' || value == word)
        desc_fail(desc, line, "expected key=value at '%.20s'", word);
    *value++ = '\0';
    if (*value == '"') {
        end = strchr(++value, '"');
        if (!end)
            desc_fail(desc, line, "the value of '%s' lacks its closing quote", word);
        if (end[1] != '\0' && !strchr(" \t\r", end[1]))
            desc_fail(desc, line, "the value of '%s' goes on after its closing quote", word);
    } else {
        end = value + strcspn(value, " \t\r");
    }
    *rest = end + (*end != '\0');
    *end = '\0';
    *pair = (struct pair){word, value};
    return true;
}

static void check_pair(const struct desc *desc, const struct record *record, struct pair pair)
{
    const struct key *key = vocabulary_key(record->keyword, pair.key);
    const char *expected;

    if (!key)
        desc_fail(desc, record->line, "'%s' has no key '%s'", record->keyword->name, pair.key);
    if (record_text(record, pair.key, NULL))
        desc_fail(desc, record->line, "'%s' is given twice", pair.key);
    expected = vocabulary_check(key->type, pair.value);
    if (expected)
        desc_fail(desc, record->line, "'%s=%s': expected %s", pair.key, pair.value, expected);
}

/* Grows an array by one element when its length is a power of two (or zero). */
static void *grown(void *array, size_t length, size_t size)
{
    if (length & (length - 1))
        return array;
    array = reallocarray(array, length ? 2 * length : 1, size);
    if (!array)
        err(FAKENODE_FAILED, "cannot read the machine description");
    return array;
}

static void read_line(struct desc *desc, size_t line, char *rest)
{
    struct record record = {.line = line};
    struct pair pair;
    char *word = rest + strspn(rest, " \t\r");

    if (*word == '\0' || *word == '#')
        return;
    rest = word + strcspn(word, " \t\r");
    if (*rest)
        *rest++ = '\0';
    record.keyword = vocabulary_find(word);
    if (!record.keyword)
        desc_fail(desc, line, "unknown keyword '%s'", word);
    while (take_pair(desc, line, &rest, &pair)) {
        check_pair(desc, &record, pair);
        record.pairs = grown(record.pairs, record.n_pairs, sizeof(pair));
        record.pairs[record.n_pairs++] = pair;
    }
    for (const struct key *key = record.keyword->keys; key->name; key++) {
        if (key->required && !record_text(&record, key->name, NULL))
            desc_fail(desc, line, "'%s' needs a key '%s'", word, key->name);
    }
    desc->records = grown(desc->records, desc->n_records, sizeof(record));
    desc->records[desc->n_records++] = record;
}

void desc_read(struct desc *desc, const char *path)
{
    char *rest;
    size_t line = 0;

    *desc = (struct desc){.path = strdup(path), .text = read_text(path)};
    desc->words = strdup(desc->text);
    if (!desc->path || !desc->words)
        err(FAKENODE_FAILED, "cannot read the machine description %s", path);
    rest = desc->words;
    while (rest)
        read_line(desc, ++line, strsep(&rest, "\n"));
}

void desc_free(struct desc *desc)
{
    for (size_t i = 0; i < desc->n_records; i++)
        free(desc->records[i].pairs);
    free(desc->records);
    free(desc->words);
    free(desc->text);
    free(desc->path);
}

const struct record *desc_next(const struct desc *desc, const char *keyword,
                               const struct record *after)
{
    const struct record *end = desc->records + desc->n_records;

    for (const struct record *r = after ? after + 1 : desc->records; r < end; r++) {
        if (strcmp(r->keyword->name, keyword) == 0)
            return r;
    }
    return NULL;
}

const char *record_text(const struct record *record, const char *key, const char *fallback)
{
    for (size_t i = 0; i < record->n_pairs; i++) {
        if (strcmp(record->pairs[i].key, key) == 0)
            return record->pairs[i].value;
    }
    return fallback;
}

unsigned record_number(const struct record *record, const char *key, unsigned fallback)
{
    const char *text = record_text(record, key, NULL);

    if (!text)
        return fallback;
    return (unsigned)strtoul(text, NULL, strncmp(text, "0x", 2) == 0 ? 16 : 10);
}

mode_t record_mode(const struct record *record, const char *key, mode_t fallback)
{
    const char *text = record_text(record, key, NULL);

    return text ? (mode_t)strtoul(text, NULL, 8) : fallback;
}

bool record_switch(const struct record *record, const char *key, bool fallback)
{
    const char *text = record_text(record, key, NULL);

    return text ? strcmp(text, "yes") == 0 : fallback;
}

bool list_next(const char **list, char *word, size_t size)
{
    size_t length = strcspn(*list, ",");

    if (**list == '\0')
        return false;
    if (length >= size)
        errx(FAKENODE_FAILED, "a word of the list '%s' is too long", *list);
    memcpy(word, *list, length);
    word[length] = '\0';
    *list += length + ((*list)[length] == ',');
    return true;
}

bool list_has(const char *list, const char *word)
{
    char item[64];

    while (list_next(&list, item, sizeof(item))) {
        if (strcmp(item, word) == 0)
            return true;
    }
    return false;
}
