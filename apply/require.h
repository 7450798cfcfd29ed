/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of images: "cuda>=12.0 brand=tesla,driver>=470". Terms that a space separates are
 * alternatives, factors that a comma separates must all hold.
 */
#ifndef CDIKIT_APPLY_REQUIRE_H
#define CDIKIT_APPLY_REQUIRE_H

#include <stdbool.h>

#include <cdikit/error.h>

struct arena;

/* What the machine has; NULL: unknown. */
struct require_facts {
    const char *cuda;   /* "12.8" */
    const char *arch;   /* compute capability, "8.7" */
    const char *driver; /* "570.133.20" */
    const char *brand;  /* "tesla" */
};

/*
 * Checks one requirement. Errors: INVALID (no requirement), UNSUPPORTED (it does not hold; the
 * message names the expression and what the machine has), NOMEM.
 */
int require_check(const char *requirement, const struct require_facts *facts, struct arena *arena,
                  struct cdi_error *err) CDI_MUST_CHECK;

/* True if a property that is known is compared in the text: it is a requirement, not a secret. */
bool require_is_known(const char *requirement) CDI_PURE;

#endif
