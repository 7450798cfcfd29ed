/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What YAML 1.1 makes of a plain scalar, in the dialect of the reader that CDI engines use:
 * y, no, on ... are booleans, 010 is eight, 1_000 a thousand; sexagesimal numbers and dates
 * stay text. Pure functions of the text, whatever the locale.
 */
#ifndef CDIKIT_CDI_SCALAR_H
#define CDIKIT_CDI_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scalar_type {
    SCALAR_STRING,
    SCALAR_NULL,
    SCALAR_BOOL,
    SCALAR_INT,
    SCALAR_UINT, /* an integer above INT64_MAX */
    SCALAR_FLOAT,
};

struct scalar {
    enum scalar_type type;
    union {
        const char *s; /* SCALAR_STRING */
        bool b;
        int64_t i;
        uint64_t u;
        double f;
    };
};

enum {
    SCALAR_TEXT_MAX = 32, /* room for any text of scalar_format() */
};

/* The value of a plain scalar. For SCALAR_STRING `s` is the argument. */
struct scalar scalar_resolve(const char *s, size_t len);

/*
 * The text that a value other than a string becomes in a string field, and its length: "" for
 * null, "true", decimal digits, and for a float the shortest digits of single precision.
 */
size_t scalar_format(const struct scalar *scalar, char text[SCALAR_TEXT_MAX]);

/* True for a text that begins as a YAML 1.1 timestamp does: four digits and a '-'. */
bool scalar_looks_dated(const char *s, size_t len);

/*
 * True if every reader of YAML 1.1 takes the plain scalar for a string, also those that know
 * sexagesimal numbers and timestamps. Says nothing of its syntax.
 */
bool scalar_is_string(const char *s, size_t len);

#endif
