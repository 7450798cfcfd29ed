/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CDI documents that are generated for one container, by a child: no vendor library is ever
 * loaded into the wrapper.
 */
#ifndef CDIKIT_RUNTIME_GENERATOR_H
#define CDIKIT_RUNTIME_GENERATOR_H

#include <cdikit/spec.h>

#include "apply/request.h"
#include "apply/require.h"
#include "runtime/config.h"
#include "runtime/logger.h"

#define GENERATOR_SECONDS 60 /* initialising NVML takes a few on a large machine */

struct generator {
    const struct config *config;
    struct logger *logger;
    struct arena *arena; /* lives as long as the generator */
    const char *program; /* NULL until it is needed */
};

/* What is wanted. */
struct generator_request {
    const char *mode;           /* of cdikit generate */
    struct request_strings ids; /* n == 0: all */
    bool csv_all;               /* all CSV files of the node, not the three usual ones */
};

/*
 * The arguments and the environment of the child, each ending with NULL, from the arena. The
 * directory of CSV files is read, and its failure logged; all else is in the arguments. Variables
 * that could change what the child loads or how it understands its words are left out. Errors:
 * NOMEM.
 */
int generator_command(const struct generator *generator, const struct generator_request *request,
                      char *const *environment, char *const **argv, char *const **env,
                      struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Generates a document, in *out. What the child says goes to the log, but for the last line of one
 * that fails, which is in the message. Errors: NOTFOUND (there is no cdikit, or no such device on
 * this machine), INVALID (the child failed otherwise, or was ended by a signal), IO, NOMEM.
 */
int generator_run(struct generator *generator, const struct generator_request *request,
                  struct cdi_spec **out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * What the machine's driver is, for requirements, in *out; what the child does not know is NULL.
 * Errors: as generator_run().
 */
int generator_facts(struct generator *generator, struct require_facts *out,
                    struct cdi_error *err) CDI_MUST_CHECK;

#endif
