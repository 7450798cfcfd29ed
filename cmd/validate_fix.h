/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit validate --fix and --diff: files with what leaves nothing to decide repaired. */
#ifndef CDIKIT_CMD_VALIDATE_FIX_H
#define CDIKIT_CMD_VALIDATE_FIX_H

#include <stdbool.h>

#include <cdikit/validate.h>

#include "cmd/command.h"
#include "cmd/dir_devices.h"
#include "cmd/source.h"

/* A part of the options of the command. */
struct fix_options {
    bool fix, diff;
};

#define FIX_OPTIONS(options, member)                                                        \
    {.name = "fix",                                                                         \
     .type = OPTION_SWITCH,                                                                 \
     .offset = offsetof(options, member.fix),                                               \
     .help = "repair in the files what leaves nothing to decide, and report the rest"},     \
    {                                                                                       \
        .name = "diff", .type = OPTION_SWITCH, .offset = offsetof(options, member.diff),    \
        .help = "print what --fix would change, in place of findings, and change nothing, " \
                "also with --fix"                                                           \
    }

/* The repairs of one run. */
struct fixes {
    const struct call *call;
    bool wanted;                /* --fix or --diff was given */
    bool write;                 /* --fix without --diff */
    struct dir_devices devices; /* begins as that does, ends with dir_devices_close() */
    size_t n_files, n_findings;
    size_t n_failed; /* files that could not be replaced */
};

struct fix_file;

/*
 * Reads the text of a source, malloc'ed, in *text and *len, and what is needed to repair it in
 * *file, from the arena. Errors as those of source_text(). Ends with fix_close(), also after an
 * error.
 */
int fix_open(struct fixes *fixes, const struct sources *sources, const struct source *source,
             struct fix_file **file, char **text, size_t *len,
             struct cdi_error *err) CDI_MUST_CHECK;
void fix_close(struct fix_file **file);

/*
 * Repairs what can be repaired of the findings; *text and *len are the new text then, and *again
 * is true: it has findings of its own. Errors: NOMEM.
 */
int fix_step(struct fix_file *file, const struct cdi_findings *findings, char **text, size_t *len,
             bool *again, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Chooses a name that engines load for a file that has none, by the document in it, which they
 * accept. *chosen is false if it keeps its name: it has a good one, or another document of the
 * directory has, or will have, one of its devices, so that both would be lost; that is told.
 * Errors: NOMEM.
 */
int fix_choose_name(struct fix_file *file, const char *text, size_t len, bool *chosen,
                    struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Ends the repair of a file: prints what changed, or replaces the file and gives it the name that
 * was chosen; *source is then what it is called, or would be. If the file cannot be replaced, also
 * because somebody has changed it meanwhile, that is told and counted, *text and *len are what was
 * read, and *source is what it was. Whether *text or *source changed is in *again. Errors: NOMEM.
 */
int fix_finish(struct fix_file *file, struct source *source, char **text, size_t *len, bool *again,
               struct cdi_error *err) CDI_MUST_CHECK;

/* Says how much was, or would be, repaired. */
void fix_tell(const struct fixes *fixes);

#endif
