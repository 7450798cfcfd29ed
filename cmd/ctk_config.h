/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the NVIDIA Container Toolkit's config.toml, and what they are without it. */
#ifndef CDIKIT_CMD_CTK_CONFIG_H
#define CDIKIT_CMD_CTK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct strbuf;

/* What the default depends on. */
struct config_machine {
    bool ldconfig_real; /* there is /sbin/ldconfig.real, as on Debian's relatives */
    bool suse;          /* whose video group must be named */
};

/* Adds the default document. */
void config_add_default(struct strbuf *b, const struct config_machine *machine);

/*
 * Does what "KEY=VALUE" says to a document, whose text is replaced, as by toml_edit_set(). KEY
 * alone turns a switch on, and "nil" unsets a feature. A list's items stand between separators,
 * or if there is none between commas. Errors: USAGE (no such key, no such value), and those of
 * toml_edit_set().
 */
int config_set(char **text, size_t *len, const char *name, const char *setting,
               const char *separator, struct cdi_error *err) CDI_MUST_CHECK;

#endif
