/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit doctor: the checks of a node. Each is a row of one table, with a function from the facts
 * (doctor_facts.h) to findings. Nothing here looks at the node or changes it.
 */
#ifndef CDIKIT_DIAGNOSE_DOCTOR_H
#define CDIKIT_DIAGNOSE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct doctor_facts;

/* In the order in which one outweighs another in the state of a check. */
enum doctor_state {
    DOCTOR_NOT_APPLICABLE,
    DOCTOR_OK,
    DOCTOR_WARNING, /* it works, and may not for everybody or not for long */
    DOCTOR_UNKNOWN, /* it could not be looked at */
    DOCTOR_PROBLEM, /* containers fail, get another device, or may take the node over */
    DOCTOR_N_STATES,
};

/* "not-applicable", "ok" ... */
extern const char *const doctor_states[DOCTOR_N_STATES];

/* What a check has to say. */
struct doctor_finding {
    enum doctor_state state;
    const char *message;    /* begins small, no full stop */
    const char *path;       /* where it was seen; NULL if nowhere */
    const char *value;      /* what was seen there; NULL if that is not one value */
    const char *hint;       /* what to do, where no command does it; or NULL */
    const char *command;    /* the command that repairs it, for a shell; or NULL */
    const char *const *fix; /* its words, ending with NULL, if --fix may run it; else NULL */
};

struct doctor_report;

struct doctor_check {
    const char *id;      /* never changes once released */
    const char *summary; /* what is so on a sound node */
    const char *repair;  /* what repairs it */
    bool fix;            /* --fix may */
    void (*judge)(const struct doctor_facts *facts, struct doctor_report *report);
};

/* The table, ending with an entry whose id is NULL. */
extern const struct doctor_check doctor_checks[];

/* What one check has found: at least one thing. */
struct doctor_result {
    const struct doctor_check *check;
    enum doctor_state state;
    struct doctor_finding *findings;
    size_t n;
};

struct doctor_report {
    struct arena *arena;
    struct doctor_result *results; /* in the order of the table */
    size_t n;
    size_t counts[DOCTOR_N_STATES]; /* of findings */
    bool failed;                    /* without memory; doctor_judge() tells */
};

/* Fills *out from the facts, in the arena. Errors: NOMEM. */
int doctor_judge(const struct doctor_facts *facts, struct arena *arena, struct doctor_report *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

#endif
