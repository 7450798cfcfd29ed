/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for machines. The functions can be chained without looking at their results: a failed
 * allocation is remembered, and jsonout_print() reports it.
 */
#ifndef CDIKIT_CMD_JSONOUT_H
#define CDIKIT_CMD_JSONOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct cJSON;
struct strbuf;

struct jsonout {
    struct cJSON *root;
    bool failed;
};

#define JSONOUT_INIT \
    {                \
        NULL, false  \
    }
#define _cleanup_jsonout_ __attribute__((cleanup(jsonout_free)))

void jsonout_free(struct jsonout *out);

/*
 * Adds a value to a parent, under a key when the parent is an object (else key is NULL). The
 * first container, with parent NULL, is the outermost one. Text may be any bytes: U+0000 as
 * C0 80 becomes \u0000, and what is not UTF-8 becomes U+FFFD. NULL, as a failed allocation
 * leaves it, is a failure.
 */
struct cJSON *jsonout_object(struct jsonout *out, struct cJSON *parent, const char *key);
struct cJSON *jsonout_array(struct jsonout *out, struct cJSON *parent, const char *key);
void jsonout_string(struct jsonout *out, struct cJSON *parent, const char *key, const char *value);
void jsonout_number(struct jsonout *out, struct cJSON *parent, const char *key, size_t value);

/* Adds text that is JSON already, e.g. from cdi_device_format(). */
void jsonout_raw(struct jsonout *out, struct cJSON *parent, const char *key, const char *text);

/* The array under a key of an object, made if it is not there. */
struct cJSON *jsonout_array_of(struct jsonout *out, struct cJSON *parent, const char *key);

/* Appends the document, indented by two blanks; a failure makes b->failed true. */
void jsonout_format(const struct jsonout *out, struct strbuf *b);

/* Prints the document likewise to standard output. */
int jsonout_print(const struct jsonout *out, struct cdi_error *err) CDI_MUST_CHECK;

/* Adds text, any bytes, as a JSON string with its quotes, which YAML reads as well. */
void jsonout_quote(struct strbuf *b, const char *s);

/*
 * Lays out a valid JSON text, one member or item a line. Every token stays as it is written.
 * Without commas the text is not JSON, but a line does not change because of its neighbour.
 */
void jsonout_layout(struct strbuf *b, const char *text, size_t len, bool commas);

#endif
