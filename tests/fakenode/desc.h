/* SPDX-License-Identifier: Apache-2.0 */
/* A machine description: records of a keyword and key=value pairs, one a line. */
#ifndef FAKENODE_DESC_H
#define FAKENODE_DESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The status with which fakenode itself fails, as env(1) and chroot(1) do. */
#define FAKENODE_FAILED 125

enum value_type {
    VALUE_TEXT,
    VALUE_NUMBER, /* decimal, or hexadecimal after 0x */
    VALUE_MODE,   /* octal */
    VALUE_PATH,   /* absolute, without "." and ".." */
    VALUE_BDF,    /* PCI address with a domain of 4 or 8 digits */
    VALUE_GPU_BDF,
    VALUE_SWITCH, /* yes, no */
    VALUE_MIG,    /* on, off, unsupported */
    VALUE_DEVICE_TYPE,
    VALUE_NVML_LEVEL, /* the driver that a function of NVML came with */
    VALUE_BITS,
};

struct key {
    const char *name;
    enum value_type type;
    bool required;
};

struct keyword {
    const char *name;
    struct key keys[24];
};

/* The known keyword of that name, or NULL. */
const struct keyword *vocabulary_find(const char *name);

/* The key of that name, or NULL. */
const struct key *vocabulary_key(const struct keyword *keyword, const char *name);

/* NULL when the value fits the type, else what was expected ("a number"). */
const char *vocabulary_check(enum value_type type, const char *value);

struct pair {
    const char *key;
    const char *value;
};

struct record {
    const struct keyword *keyword;
    size_t line;
    struct pair *pairs;
    size_t n_pairs;
};

struct desc {
    char *path;
    char *text; /* as it was read */
    char *words;
    struct record *records;
    size_t n_records;
};

/* Reads and checks a description; what is wrong with it ends the program with file and line. */
void desc_read(struct desc *desc, const char *path);

void desc_free(struct desc *desc);

/* The next record of that keyword after `after`, or the first when it is NULL. */
const struct record *desc_next(const struct desc *desc, const char *keyword,
                               const struct record *after);

/* Ends the program with "PATH:LINE: message". */
void desc_fail(const struct desc *desc, size_t line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* Values of a record, or the fallback when the key is absent. Keys were checked on reading. */
const char *record_text(const struct record *record, const char *key, const char *fallback);
unsigned record_number(const struct record *record, const char *key, unsigned fallback);
mode_t record_mode(const struct record *record, const char *key, mode_t fallback);
bool record_switch(const struct record *record, const char *key, bool fallback);

/* Takes the next word of a comma-separated list into `word`; false at its end. */
bool list_next(const char **list, char *word, size_t size);

bool list_has(const char *list, const char *word);

#endif
