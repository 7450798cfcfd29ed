/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of an engine in a directory of a test. */
#ifndef CDIKIT_TESTS_ENGINEREAD_H
#define CDIKIT_TESTS_ENGINEREAD_H

#include "base/cleanup.h"
#include "diagnose/engine_config.h"

/* What was read, and what it lies in. */
struct read {
    struct arena *arena;
    struct engine_config config;
};

void read_clear(struct read *read);
#define _cleanup_read_ _cleanup_(read_clear)

/* Reads what is beneath `dir` for an engine, "podman@5.4": a user's, root's, and after writing. */
struct read read_for(const char *dir, const char *engine, const struct engine_user *user);
struct read read_as(const char *dir, const char *engine);
struct read read_text(const char *dir, const char *file, const char *text, const char *engine);

/* engine_place_text(); the spec dirs and the files with blanks between them. */
const char *read_at(const struct read *read, const struct engine_place *place);
const char *read_dirs(const struct read *read);
const char *read_files(const struct read *read);

/* What the engine refuses, and what it passes over. */
void expect_problem(const struct read *read, const char *place, const char *says);
void expect_remark(const struct read *read, const char *place, const char *says);

#endif
