/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments that silence findings: "# cdikit: ignore RULE[,RULE]..." for a line, and "# cdikit:
 * ignore-file RULE[,RULE]..." above the first line with text for the whole file. A remark may
 * follow.
 */
#ifndef CDIKIT_CDI_IGNORES_H
#define CDIKIT_CDI_IGNORES_H

#include <stdbool.h>
#include <stddef.h>

#include "cdi/rules.h"

struct arena;

/* A rule that is silent in a line, 0: in the whole file. */
struct ignore {
    unsigned line;
    enum rule rule;
};

/* A comment, or a word of one, that silences nothing. */
struct ignore_problem {
    struct cdi_position pos;
    const char *message;
    const char *hint; /* or NULL */
};

struct ignores {
    struct arena *arena;
    struct ignore *items; /* by line and rule */
    size_t n;
    struct ignore_problem *problems;
    size_t n_problems;
};

/* Reads the comments of a text into memory of the arena. Errors: NOMEM. */
int ignores_read(struct ignores *ignores, struct arena *arena, const char *text, size_t len,
                 struct cdi_error *err) CDI_MUST_CHECK;

/* True if findings of this rule in this line, 0: of the file as such, are silenced. */
bool ignores_match(const struct ignores *ignores, enum rule rule, unsigned line);

#endif
