/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CDI version the container engines read. An engine reads what the CDI Go library in it
 * knows, and refuses a document that declares a newer version. docs/engines.md has the table.
 */
#ifndef CDIKIT_CDI_ENGINE_H
#define CDIKIT_CDI_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

/* A release of an engine that brought another CDI version, and the library that it has. */
struct engine_release {
    unsigned version[3];
    unsigned library[3]; /* version of the CDI Go library in it */
    const char *cdi;     /* the newest that it reads */
};

struct engine {
    const char *name;
    const struct engine_release *releases; /* by version; the first one is that which reads CDI */
    size_t n_releases;
};

/* An engine of some version. */
struct engine_version {
    const struct engine *engine;
    const struct engine_release *release; /* the last that is not above that version */
    unsigned number[3];
    bool has_number; /* else the version is not known */
};

/* The engines that are known, ending with a name of NULL. */
extern const struct engine engines[];

/*
 * Reads "podman@4.3.1". A version of one or two numbers means the oldest of its line: "podman@4.3"
 * is 4.3.0. One leading 'v' and what follows the numbers after '-', '+' or '~', as in the version
 * of a package, are passed over. Errors: USAGE (no engine of that name, no version, a version that
 * reads no CDI document), with a hint.
 */
int engine_parse(const char *text, struct engine_version *out,
                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As engine_parse(), where "podman" alone will do, and a version that reads no CDI document:
 * release is NULL then.
 */
int engine_parse_any(const char *text, struct engine_version *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* True if the version is known and not below MAJOR.MINOR.0. */
bool engine_is_at_least(const struct engine_version *engine, unsigned major,
                        unsigned minor) CDI_PURE;

/* The newest CDI version that it reads, e.g. "0.5.0"; a static string. */
const char *engine_max_cdi_version(const struct engine_version *engine);

#endif
