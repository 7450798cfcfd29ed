/* SPDX-License-Identifier: Apache-2.0 */
/* Links as hooks are told them: "TARGET::LINK". */
#ifndef CDIKIT_HOOKS_LINK_H
#define CDIKIT_HOOKS_LINK_H

#include <cdikit/error.h>

struct arena;
struct hook_list;

/* A link as it shall be. */
struct hook_link {
    const char *target; /* as it is given: the text of the link */
    const char *dir;    /* of the container; clean */
    const char *name;
    const char *path; /* both */
};

/*
 * Reads "TARGET::LINK"; strings come from the arena. A LINK that is not absolute is below "/", and
 * of one that ends in '/' the last name is that of the link, too. Errors: USAGE, NOMEM.
 */
int hook_link_parse(const char *text, struct arena *arena, struct hook_link *link,
                    struct cdi_error *err) CDI_MUST_CHECK;

/* Whether all of them can be read. Errors: USAGE, NOMEM. */
int hook_link_check(const struct hook_list *links, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The clean path of a link's target by its text: the directory of the link may be missing yet. From
 * the arena; NULL without memory.
 */
const char *hook_link_target(const struct hook_link *link, struct arena *arena);

#endif
