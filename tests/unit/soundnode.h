/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a node on which all is well, for tests that change one of them. */
#ifndef CDIKIT_TESTS_SOUNDNODE_H
#define CDIKIT_TESTS_SOUNDNODE_H

#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnose/doctor.h"
#include "diagnose/doctor_facts.h"

struct arena;

struct soundnode {
    struct arena *arena;
    struct doctor_facts facts;

    /* Parts of it: one of each is there, two libraries and documents. */
    struct doctor_gpu gpu;
    struct doctor_library libraries[2];
    struct doctor_node node;
    struct doctor_link link;
    struct doctor_document documents[2];
    struct doctor_engine engine;
    struct doctor_runtime runtime;

    struct doctor_live live; /* part of nothing */
};

extern struct soundnode sound;

/* For TestSuite(). */
void soundnode_setup(void);
void soundnode_teardown(void);

/* The result of a check. No check has a repair that its row does not speak of. */
const struct doctor_result *judge(const char *id);

/* True if both are NULL, or the same text. */
bool same(const char *a, const char *b);

void expect_state(const char *id, enum doctor_state state);

/* The check says this, with that state, path, value and command (NULL: none). */
#define expect(id, is, says, at, seen, does)                                                  \
    do {                                                                                      \
        const struct doctor_result *result_ = judge(id);                                      \
        const struct doctor_finding *f_ = &result_->findings[0];                              \
                                                                                              \
        cr_expect_eq(result_->state, DOCTOR_##is, "state of %s: %s", id,                      \
                     doctor_states[result_->state]);                                          \
        cr_expect_eq(f_->state, DOCTOR_##is);                                                 \
        cr_expect_not_null(strstr(f_->message, says), "\"%s\"", f_->message);                 \
        cr_expect(same(f_->path, at), "path \"%s\"", f_->path ? f_->path : "");               \
        cr_expect(same(f_->value, seen), "value \"%s\"", f_->value ? f_->value : "");         \
        cr_expect(same(f_->command, does), "command \"%s\"", f_->command ? f_->command : ""); \
    } while (0)

#endif
