/* SPDX-License-Identifier: Apache-2.0 */
/* How severe each rule is in a run of `cdikit validate`, and who says so. */
#ifndef CDIKIT_CMD_SEVERITIES_H
#define CDIKIT_CMD_SEVERITIES_H

#include <stddef.h>

#include "base/root.h"
#include "cmd/command.h"

struct arena;

/* The file in which a project sets the severities of rules. */
#define SEVERITIES_FILE ".cdikit.yaml"

/* An enum cdi_severity for each rule, for cdi_document_validate_with(): the rules' own. */
unsigned char *severities_new(struct arena *arena) CDI_MUST_CHECK;

/* Sets one as "ID=error", "ID=warning" or "ID=off" says. Else CDI_ERR_USAGE. */
int severities_set(unsigned char *severities, const char *setting,
                   struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Sets those that a configuration says: docs/validation.md, "Configuration". What it does not
 * allow is CDI_ERR_USAGE with the place in the file.
 */
int severities_read(unsigned char *severities, struct arena *arena, const char *text, size_t len,
                    const char *file, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The severities in the directories of a root: those of the nearest SEVERITIES_FILE, in the
 * directory itself or above, and over them those of the command line.
 */
struct severities_map {
    const struct root *root;
    struct arena *arena;
    const struct option_list *settings; /* of --rule */
    void *dirs;                         /* tsearch() tree of what is known */
};

/* What holds in a directory, an absolute path in the root that has been resolved. */
int severities_in(struct severities_map *map, const char *dir, const unsigned char **out,
                  struct cdi_error *err) CDI_MUST_CHECK;

void severities_map_close(struct severities_map *map);

#endif
