/* SPDX-License-Identifier: Apache-2.0 */
/* What nvidia-container-cli is told about a container. */
#ifndef CDIKIT_PRESTART_CONTAINER_H
#define CDIKIT_PRESTART_CONTAINER_H

#include <stdbool.h>

#include "prestart/cli.h"

/*
 * The driver capabilities that config.toml supports. Errors: INVALID (one that nobody knows),
 * NOMEM.
 */
int container_supported(const struct config *config, struct arena *arena,
                        struct request_strings *supported, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Reads what a configuration asks for into *request, and what of a call depends on it into
 * *call, with `bundle` for a root that is relative. A request without devices needs no call: then
 * *call is left as it is. Errors: INVALID (a section is missing; MIG devices that are managed by
 * a container without CAP_SYS_ADMIN; capabilities that are not supported), and those of
 * request_read().
 */
int container_read(struct cdi_oci *oci, const struct config *config,
                   const struct request_strings *supported, const char *bundle, struct arena *arena,
                   struct request *request, struct cli_call *call,
                   struct cdi_error *err) CDI_MUST_CHECK;

/*
 * UNSUPPORTED unless the devices are the prestart hook's to serve: mode legacy, or auto where
 * neither all of them are qualified names nor this is a Tegra system.
 */
int container_check_mode(const struct config *config, const struct request *request, bool tegra,
                         struct cdi_error *err) CDI_MUST_CHECK;

#endif
